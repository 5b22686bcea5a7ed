"""`make soak`: valid answers, spoilt in every way that bytes can be; none may crash the decoder or get past it wrong.

Usage: python -m tests.fault.mutations [--points 100000] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable

from quorate.kernel.ids import Symbol
from quorate.llm.decode import DecodedAnswer, decode_answer
from tests.unit.llm.decode.answers import AAPL, BASE, BASE_SELL, MSFT, answer, decision
from tests.unit.llm.decode.oracle import objections

Mutation = Callable[[str, random.Random], str]

WHOLE = (
    BASE,
    answer(),
    answer(decision(sizing={"kind": "qty", "value": 12.5}, stop=None, stance="neutral")),
    answer(decision(), decision(symbol="MSFT", action="SELL", veto=True), requiredTools=["bars"]),
    json.dumps(json.loads(answer(decision(action="HOLD", riskScore=None))), indent=2),
)
NUMBERS = (
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e-400", "-0.7", "1.0000000000000001"),
    *("0", "-0", "1", "2", "0.5", "9" * 33, "9" * 5000, "0x1F", "1,5", "1_000", ".5", "5.", "+5"),
    *("007", "true", "null", '"0.9"', '"85%"', "[0.9]", "{}", "", "-", "1e", "1e5"),
)
PIECES = (
    *('"', "'", "\\", "{", "}", "[", "]", ",", ":", "(", ")", "`", "```", "/*", "*/", "//", "#"),
    *("\\u0000", "\\ud800", "\\udc00", "\\n", "\\x41", "\x00", "\x7f", "\n", "\t", "\ufeff"),
    *("\u200b", "\u201c", "\U0001f600", "null", "true", "...", "NaN", " ", "{}", "[]", '""'),
)
KEYS = ("symbol", "action", "confidence", "rationale", "stop", "target", "veto", "sizing", "extra")
WORDS = ("BUY", "SELL", "HOLD", "buy", "ABSTAIN", "AAPL", "MSFT", "aapl", "TSLA", "\u0410APL")


def flip(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chr(ord(text[at]) ^ (1 << chance.randrange(7))) + text[at + 1 :]


def delete(text: str, chance: random.Random) -> str:
    begin, end = _span(text, chance)
    return text[:begin] + text[end:]


def double(text: str, chance: random.Random) -> str:
    begin, end = _span(text, chance)
    return text[:end] + text[begin:end] + text[end:]


def move(text: str, chance: random.Random) -> str:
    begin, end = _span(text, chance)
    rest = text[:begin] + text[end:]
    at = chance.randint(0, len(rest))
    return rest[:at] + text[begin:end] + rest[at:]


def cut(text: str, chance: random.Random) -> str:
    return text[: chance.randint(0, len(text))]


def insert(text: str, chance: random.Random) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(PIECES) + text[at:]


def rewrite_number(text: str, chance: random.Random) -> str:
    return _replaced(text, r"-?\d+(?:\.\d+)?", chance.choice(NUMBERS), chance)


def rewrite_word(text: str, chance: random.Random) -> str:
    return _replaced(text, r"\b(?:BUY|SELL|HOLD|AAPL|MSFT)\b", chance.choice(WORDS), chance)


def rename_key(text: str, chance: random.Random) -> str:
    return _replaced(text, r'"\w+"(?=:)', f'"{chance.choice(KEYS)}"', chance)


def double_member(text: str, chance: random.Random) -> str:
    members = list(re.finditer(r'"\w+": ?(?:"[^"]*"|[\d.]+|null|true|false)', text))
    if not members:
        return text
    member = chance.choice(members)
    return f"{text[: member.end()]}, {member[0]}{text[member.end() :]}"


def unquote(text: str, chance: random.Random) -> str:
    return chance.choice([text.replace('"', "'"), re.sub(r'"(\w+)"', r"\1", text)])


def wrap(text: str, chance: random.Random) -> str:
    around = ("```json\n%s\n```", "Sure: %s", "%s\nThat is all.", "\ufeff%s", "[%s]", "{%s}", "%s}")
    return chance.choice(around).replace("%s", text)


def join(text: str, chance: random.Random) -> str:
    return text + chance.choice(["", "\n", ",", " and "]) + chance.choice([BASE_SELL, "{}", text])


MUTATIONS: tuple[Mutation, ...] = (
    *(flip, flip, delete, delete, double, move, cut, insert, insert, rewrite_number),
    *(rewrite_word, rename_key, double_member, unquote, wrap, join),
)


def mutated(chance: random.Random) -> bytes | str:
    """Return a valid answer after one to four mutations, sometimes with bytes that are no text."""
    text = chance.choice(WHOLE)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        text = chance.choice(MUTATIONS)(text or " ", chance)
    if chance.random() < 0.2:
        return text
    raw = bytearray(text.encode("utf-8", "surrogatepass"))
    if raw and chance.random() < 0.1:
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw)


def main(points: int, seed: int) -> int:
    """Decode `points` spoilt answers and say what was found; 1 when anything was."""
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    problems: list[str] = []
    began = time.monotonic()
    for _ in range(points):
        _decode_one(mutated(chance), chance, counts, problems)
    spent = time.monotonic() - began
    for name, count in counts.most_common():
        print(f"{count:8} {name}")
    for problem in problems[:20]:
        print(problem)
    print(f"{points} answers in {spent:.1f} s, seed {seed}: {len(problems)} problems")
    return 1 if problems else 0


def _decode_one(
    raw: bytes | str, chance: random.Random, counts: Counter[str], problems: list[str]
) -> None:
    requested: list[Symbol] = chance.choice([[AAPL], [AAPL, MSFT]])
    try:
        outcome = decode_answer(raw, requested)
        wrong = objections(raw, requested, outcome)
    except Exception as error:  # noqa: BLE001  (a crash is what is looked for)
        problems.append(f"{raw!r}: {error!r}")
        return
    if isinstance(outcome, DecodedAnswer):
        counts["accepted " + " ".join(outcome.notes)] += 1
    else:
        counts[outcome.code] += 1
    problems += [f"{raw!r}: {each}" for each in wrong]


def _span(text: str, chance: random.Random) -> tuple[int, int]:
    begin = chance.randrange(len(text))
    return begin, min(len(text), begin + chance.choice((1, 1, 2, 5, 20, 80)))


def _replaced(text: str, pattern: str, by: str, chance: random.Random) -> str:
    places = list(re.finditer(pattern, text))
    if not places:
        return text
    place = chance.choice(places)
    return text[: place.start()] + by + text[place.end() :]


if __name__ == "__main__":
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--points", type=int, default=100_000)
    wanted.add_argument("--seed", type=int, default=1)
    chosen = wanted.parse_args()
    sys.exit(main(chosen.points, chosen.seed))
