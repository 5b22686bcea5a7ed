"""JSON as an answer must be written: each key once, each number finite and exact, each text storable.

No parser refuses all of it by itself (the standard one takes NaN, 1e400 and a key twice), so every rule is a hook or a
walk here. All of it is one pass over at most 64 KiB.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, NoReturn, TypeAlias

from quorate.llm.decode.rejection import AnswerRefusedError, RejectionCode

Tree: TypeAlias = "str | Decimal | bool | list[Tree] | dict[str, Tree] | None"
"""What a text of JSON holds; every number is a Decimal, exactly as it was written."""

MAX_DEPTH: Final = 16
"""How deep brackets may stand in each other; a valid answer has 4 levels. Source: DESIGN 7."""

MAX_NUMBER_CHARS: Final = 32
"""The longest number; a binary64 needs at most 24 characters. Source: MO-015."""

_BRACKET_OR_STRING = re.compile(r'[{}\[\]]|"[^"\\]*(?:\\.[^"\\]*)*("?)', re.DOTALL)
_UNSTORABLE = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NOT_ZERO = re.compile("[-.0]*[1-9]")
_CUT_SHORT = re.compile(r"[\w.+-]*\s*")


def parsed(text: str) -> Tree:
    """Return the value that `text` is, white space around it aside.

    Raises:
        AnswerRefusedError: JSON_INVALID or JSON_TRUNCATED, where the syntax is broken; else the rule that is.
    """
    check_depth(text)
    try:
        tree: Tree = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _broken(text, error) from None
    check_texts(tree if "\\" in text else text)  # without escapes its texts are parts of it
    return tree


def check_depth(text: str) -> None:
    """Refuse brackets nested deeper than 16, before any parser meets them."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    for depth, _ in nesting(text):
        if depth > MAX_DEPTH:
            detail = f"brackets stand in each other more than {MAX_DEPTH} deep"
            raise AnswerRefusedError(RejectionCode.TOO_DEEP, detail)


def nesting(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield (depth after it, position) of every bracket from `start` on that stands outside a string."""
    depth = 0
    for found in _BRACKET_OR_STRING.finditer(text, start):
        bracket = found[0]
        if bracket[0] != '"':
            depth += 1 if bracket in "{[" else -1
            yield depth, found.start()


def ends_inside_a_string(text: str) -> bool:
    """Return whether a quote is still open where `text` stops."""
    return any(found[1] == "" for found in _BRACKET_OR_STRING.finditer(text))


def number(literal: str) -> Decimal:
    """Return the number that `literal` writes in JSON's grammar, exactly.

    Raises:
        AnswerRefusedError: longer than 32 characters, or too large or too small for a binary64.
    """
    if len(literal) > MAX_NUMBER_CHARS:
        detail = f"a number of {len(literal)} characters, more than {MAX_NUMBER_CHARS}"
        raise AnswerRefusedError(RejectionCode.NUMBER_TOO_LONG, detail)
    nearest = float(literal)
    if math.isinf(nearest) or (nearest == 0 and _NOT_ZERO.match(literal)):
        raise AnswerRefusedError(RejectionCode.NON_FINITE, f"{literal} is beyond any number")
    return Decimal(literal) if nearest else Decimal(0)


def check_texts(tree: Tree) -> None:
    """Refuse a text, key or value, that could not be stored: lone surrogates, control characters."""
    for text in _texts(tree):
        found = _UNSTORABLE.search(text)
        if found and found[0] >= "\ud800":
            raise AnswerRefusedError(
                RejectionCode.LONE_SURROGATE, f"a lone surrogate in {shown(text)}"
            )
        if found:
            raise AnswerRefusedError(
                RejectionCode.CONTROL_CHAR, f"a control character in {shown(text)}"
            )


def shown(value: Tree) -> str:
    """Return `value` for a message: plain ASCII, at most 60 characters."""
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return ascii(value[:40])[:60] + ("..." if len(value) > 40 else "")
        case None:
            return "null"
        case _:
            return str(value).lower()


def _texts(tree: Tree) -> Iterator[str]:
    match tree:
        case str():
            yield tree
        case list():
            for item in tree:
                yield from _texts(item)
        case dict():
            yield from tree
            for item in tree.values():
                yield from _texts(item)
        case _:
            pass


def _members(pairs: Iterable[tuple[str, Tree]]) -> dict[str, Tree]:
    members: dict[str, Tree] = {}
    for key, value in pairs:
        if key in members:
            detail = f"the key {shown(key)} stands there twice"
            raise AnswerRefusedError(RejectionCode.DUPLICATE_KEY, detail)
        members[key] = value
    return members


def _constant(name: str) -> NoReturn:
    raise AnswerRefusedError(RejectionCode.NON_FINITE, f"{name} is not a number of JSON")


def _broken(text: str, error: json.JSONDecodeError) -> AnswerRefusedError:
    """Tell a text that stops too early from one that is wrong somewhere."""
    at_the_end = error.msg != "Extra data" and _CUT_SHORT.fullmatch(text, error.pos)
    cut = at_the_end or error.msg.startswith("Unterminated string")
    code = RejectionCode.JSON_TRUNCATED if cut else RejectionCode.JSON_INVALID
    return AnswerRefusedError(code, f"{error.msg} at character {error.pos}")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=number, parse_int=number, parse_constant=_constant
)
