"""What a text gives away: an order instead of a reason, a reason against its own action.

A flag changes nothing that the answer says: the action field wins, the confidence stays. It is shown to the panel and
to the reader. The patterns are fixed and written out here. They make no text harmless: a text is data, and what an
agent may do is limited elsewhere, whatever it was told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from quorate.kernel.action import Action


class RiskFlag(StrEnum):
    """What was found in an accepted answer. Source: MO-026, MO-039."""

    INJECTION_MARKER = "INJECTION_MARKER"
    RATIONALE_CONTRADICTS = "RATIONALE_CONTRADICTS"


class Sign(NamedTuple):
    """A pattern, and words of which it needs one: most texts have none and are not searched."""

    words: tuple[str, ...]
    pattern: str


INJECTION_SIGNS: Final = (
    Sign(  # an order to leave the rules: "ignore all previous rules"
        ("ignore", "disregard", "forget", "override", "bypass"),
        r"\b(?:ignore|disregard|forget|override|bypass) (?:[\w'-]+ ){0,4}"
        r"(?:instruction|rule|prompt|guideline|direction|constraint|limit|polic|safeguard)",
    ),
    Sign(  # the label of another speaker: "SYSTEM: ..."
        ("system:", "system :", "assistant:", "assistant :", "developer:", "user:", "human:"),
        r"\b(?:system|assistant|developer|user|human) ?:",
    ),
    Sign(  # the marks that chat templates put around a speaker
        ("<|", "[inst]", "[/inst]", "<<sys>>", "###"),
        r"<\|\w|\[/?inst\]|<<sys>>|### ?(?:instruction|system|response)",
    ),
    Sign(  # another person to be, another mode to be in
        ("you are now", "act as", " mode", "jailbreak"),
        r"\byou are now\b|\bact as (?:an? )?(?:admin|root|developer|system)"
        r"|\b(?:developer|god|dan) mode\b|\bjailbreak",
    ),
    Sign(  # a number to be set instead of given: "set confidence 1.0"
        ("set ",), r"\bset (?:your |the |its )?(?:confidence|limit|budget|veto)\b"
    ),
    Sign(  # a secret to be told
        ("prompt", "key", "secret", "credential", "password"),
        r"\b(?:reveal|print|show|output|leak|repeat|send) (?:[\w'-]+ ){0,3}"
        r"(?:prompt|api[ _-]?key|secret|credential|password)",
    ),
    Sign(  # markup that would run or fetch
        ("<", "javascript:", "![", "data:text/"),
        r"< ?/? ?(?:script|iframe|img|svg|object|embed|style|link|meta|form)\b|javascript:"
        r"|!\[[^\]]{0,80}\]\(|data:text/",
    ),
)
"""Marks of an instruction inside a text, looked for in lower case with single spaces.

Source: OWASP LLM01:2026 (prompt injection) and its cheat sheet: instruction override, role confusion, persona, prompt
extraction, markup for exfiltration, invisible characters.
"""

INVISIBLE: Final = re.compile("[\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]")
"""Characters that do not show: tags, marks of direction, zero-width space and joiner."""

_CHOICES = (
    *("action", "decision", "move", "call", "choice", "trade", "signal", "verdict"),
    *("recommendation", "advice", "answer"),
)

CLAIM_SIGNS: Final = (
    Sign(
        _CHOICES,
        rf"\b(?:{'|'.join(_CHOICES)}) ?(?:is|remains|must be|should be|would be|[:=])"
        r" ?(?:to |an? )?(buy|sell|hold)\b",
    ),
    Sign(
        ("recommend", "advise", "suggest"),
        r"\b(?:i|we) (?:would |strongly |clearly )?(?:recommend|advise|suggest) (?:to )?"
        r"(buy|sell|hold)",
    ),
    Sign(("should", "must", "ought to"), r"\b(?:should|must|ought to) (?:now )?(buy|sell)\b"),
    Sign(
        ("everything", "all", "now", "immediately", "at once"),
        r"(?<!not )(?<!n't )(?<!never )\b(buy|sell) (?:everything|all|now|immediately|at once)\b",
    ),
)
"""How a rationale names the action it argues for, looked for in lower case with single spaces. Source: MO-026."""


def is_injection(texts: Iterable[str]) -> bool:
    """Return whether any of `texts` bears a mark of an instruction."""
    whole = _plain("\n|\n".join(texts))
    if not whole.isascii() and INVISIBLE.search(whole):
        return True
    return any(re.search(sign.pattern, whole) for sign in _possible(INJECTION_SIGNS, whole))


def contradicts(action: Action, rationale: str) -> bool:
    """Return whether `rationale` argues in so many words for another action than `action`."""
    plain = _plain(rationale)
    return any(
        found[1].upper() != action
        for sign in _possible(CLAIM_SIGNS, plain)
        for found in re.finditer(sign.pattern, plain)
    )


def _possible(signs: Iterable[Sign], plain: str) -> Iterator[Sign]:
    return (sign for sign in signs if any(word in plain for word in sign.words))


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
