"""The difference between two versions of a prompt: as a patch, and side by side with the words that changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from itertools import zip_longest
from typing import Final

from quorate.agents.prompts.templates import PromptTemplate

_WORD: Final = re.compile(r"\S+\s*|\s+")
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_ALIKE: Final = 0.4
"""Below it two lines have so little in common that marking single words would only confuse."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line; `changed` where the other side does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """A line of both sides, empty where a side has none; `number` counts the lines of its side from 1."""

    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()
    left_number: int | None = None
    right_number: int | None = None

    @property
    def changed(self) -> bool:
        """Return whether the sides differ here."""
        return self.left != self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two versions beside each other: how many lines came and went, and every line."""

    added: int
    removed: int
    rows: tuple[DiffRow, ...]
    unified: tuple[str, ...]


def difference(before: PromptTemplate, after: PromptTemplate) -> Difference:
    """Return how `after` differs from `before`, sentence by sentence: a prompt is prose in long lines."""
    old, new = sentences(before.text), sentences(after.text)
    rows = tuple(_rows(old, new))
    patch = unified_diff(old, new, before.template_id, after.template_id, lineterm="")
    return Difference(
        added=sum(row.changed and row.right_number is not None for row in rows),
        removed=sum(row.changed and row.left_number is not None for row in rows),
        rows=rows,
        unified=tuple(patch),
    )


def sentences(text: str) -> list[str]:
    """Return the sentences of a text, one a line."""
    return [part for line in text.split("\n") for part in _SENTENCE.split(line)]


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffRow]:
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left, right = range(i1, i2), range(j1, j2)
        for at, to in zip_longest(left, right):
            before = None if at is None else old[at]
            after = None if to is None else new[to]
            yield _row(before, after, at, to, same=kind == "equal")


def _row(
    before: str | None, after: str | None, at: int | None, to: int | None, *, same: bool
) -> DiffRow:
    left, right = _pieces(before, after, same=same)
    return DiffRow(
        left=left,
        right=right,
        left_number=None if at is None else at + 1,
        right_number=None if to is None else to + 1,
    )


def _pieces(
    before: str | None, after: str | None, *, same: bool
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if before is None or after is None:
        return _whole(before, changed=True), _whole(after, changed=True)
    if same:
        return _whole(before, changed=False), _whole(after, changed=False)
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _whole(before, changed=True), _whole(after, changed=True)
    codes = matcher.get_opcodes()
    return (
        tuple(Piece("".join(old[i1:i2]), c != "equal") for c, i1, i2, _, _ in codes if i2 > i1),
        tuple(Piece("".join(new[j1:j2]), c != "equal") for c, _, _, j1, j2 in codes if j2 > j1),
    )


def _whole(text: str | None, *, changed: bool) -> tuple[Piece, ...]:
    return () if text is None else (Piece(text, changed),)
