"""Asking: what a caller writes, read into the domain's own values, or refused naming the place."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeVar

from quorate.arena.request import checked_symbols
from quorate.hub.problems import FieldProblem, Refusal, RefusedError
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, Symbol, is_like_an_id, is_name

Word = TypeVar("Word", bound=StrEnum)

MAX_LIMIT: Final = 200
"""The longest page of a list. Source: UI 3."""


def symbol(text: str, pointer: str) -> Symbol:
    """Return a symbol in upper case."""
    try:
        return checked_symbols([text])[0]
    except RejectedError as error:
        raise wrong(pointer, error.cause) from error


def profile(text: str, pointer: str) -> ProfileName:
    """Return a profile's name, whether there is such a profile or not."""
    if not is_name(text):
        raise wrong(pointer, "is no profile's name")
    return ProfileName(text)


def run_id(text: str) -> str:
    """Return a run's id or its beginning.

    Raises:
        RefusedError: it is none, so there is no such run.
    """
    if not is_like_an_id(text):
        raise RefusedError("there is no such run", slug="not-found")
    return text


def word(text: str | None, words: type[Word], pointer: str) -> Word | None:
    """Return one of a closed list of words, None where the caller says nothing."""
    if text is None:
        return None
    if text not in {*words}:
        raise wrong(pointer, f"is one of {', '.join(words)}")
    return words(text)


def wrong(pointer: str, rule: str, *, code: str = "") -> RefusedError:
    """Return the refusal of what stands at `pointer`."""
    return RefusedError(
        f"{pointer}: {rule}",
        slug="validation-failed",
        refusal=Refusal(code=code, errors=(FieldProblem(pointer, rule),)),
    )
