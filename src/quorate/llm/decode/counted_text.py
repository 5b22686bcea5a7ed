"""A text that counts how often it is read, so that a parser of unknown cost does bounded work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self, SupportsIndex


class ReadsSpentError(Exception):
    """The text was read as often as it may be."""


class ReadBudget:
    """How many characters may still be read, through a text and whatever was cut from it or joined to it."""

    def __init__(self, left: int) -> None:
        self.left = left

    def spend(self, reads: int) -> None:
        """Count `reads` more.

        Raises:
            ReadsSpentError: they are more than are left.
        """
        self.left -= reads
        if self.left < 0:
            raise ReadsSpentError


class CountedText(str):
    """A `str` whose subscripts, iterations, slices and sums all count against one budget."""

    __slots__ = ("_budget",)
    _budget: ReadBudget

    def __new__(cls, text: str, budget: ReadBudget) -> Self:
        """Return `text`, whose reads `budget` counts."""
        counted = super().__new__(cls, text)
        counted._budget = budget
        return counted

    def __getitem__(self, key: SupportsIndex | slice) -> CountedText:
        """Return the character or the slice; either is one read."""
        self._budget.spend(1)
        return CountedText(str.__getitem__(self, key), self._budget)

    def __iter__(self) -> Iterator[str]:
        """Yield the characters; all of them are read."""
        self._budget.spend(len(self))
        return super().__iter__()

    def __add__(self, other: str) -> CountedText:
        """Return both texts joined."""
        return CountedText(str.__add__(self, other), self._budget)

    def __radd__(self, other: str) -> CountedText:
        """Return both texts joined."""
        return CountedText(str.__add__(other, self), self._budget)
