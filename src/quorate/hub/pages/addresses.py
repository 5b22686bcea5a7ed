"""Words of a page's address. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)


def word_in(text: str, words: type[Word]) -> Word | None:
    """Return one of a closed list of words; None for any other: a page shows what it can of a wrong address."""
    return words(text) if text in {*words} else None
