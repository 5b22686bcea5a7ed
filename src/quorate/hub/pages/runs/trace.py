"""A run's spans as a waterfall, a tree and a log: geometry and texts, nothing measured anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from quorate.arena.record.phrases import spaced
from quorate.arena.record.trace import RunTrace, Span, SpanKind
from quorate.hub.pages.wording import milliseconds
from quorate.kernel.journal import JournalEntry

COLOURS: Final = {
    SpanKind.RUN: 0,
    SpanKind.TASK: 0,
    SpanKind.TOOL: 7,
    SpanKind.AGENT: 1,
    SpanKind.RULE: 3,
    SpanKind.CHECK: 4,
}
"""The hub's chart colours, as in the kinds' tags."""

TICKS: Final = 5
"""Parts of the time axis."""

NARROWEST: Final = 0.5
"""Percent: a span that took no time can still be seen."""

ROWS_PER_PAGE: Final = 300
"""A longer log is shown in pages. Source: UI 0, fact 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A span in the waterfall; `left` and `width` are percent of the run's time."""

    span: Span
    name: str
    left: float
    width: float
    colour: int
    took: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """The spans over one time axis, in the order in which they began."""

    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A span with what happened inside it."""

    bar: Bar
    inner: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A journal row with its payload laid out for reading."""

    entry: JournalEntry
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A part of the log, oldest first."""

    rows: tuple[LogRow, ...]
    number: int
    pages: int
    total: int


def waterfall(trace: RunTrace) -> Waterfall:
    """Return the spans as bars between 0 and the run's whole time."""
    total = max(trace.total_ms, max((span.end_ms for span in trace.spans), default=0.0))
    return Waterfall(
        bars=tuple(_bar(span, total) for span in trace.spans),
        ticks=tuple(_tick(total, part) for part in range(TICKS + 1)),
    )


def tree(bars: Sequence[Bar]) -> tuple[Branch, ...]:
    """Return the bars nested by their spans' depth; a bar goes into the last shallower one."""
    roots = []
    for first, last in _families(bars):
        roots.append(Branch(bars[first], tree(bars[first + 1 : last])))
    return tuple(roots)


def log_page(entries: Sequence[JournalEntry], number: int) -> LogPage:
    """Return a page of the log; a number past the end is the last page."""
    pages = max(1, ceil(len(entries) / ROWS_PER_PAGE))
    shown = min(max(1, number), pages)
    part = entries[(shown - 1) * ROWS_PER_PAGE : shown * ROWS_PER_PAGE]
    return LogPage(
        rows=tuple(LogRow(entry=entry, payload=pretty(entry)) for entry in part),
        number=shown,
        pages=pages,
        total=len(entries),
    )


def page_of(entries: Sequence[JournalEntry], seq: int) -> int:
    """Return the page of the log that holds a row; the first one where no row has this seq."""
    places = (place for place, entry in enumerate(entries) if entry.seq == seq)
    return next(places, 0) // ROWS_PER_PAGE + 1


def pretty(entry: JournalEntry) -> str:
    """Return a row's payload as indented JSON, exactly its content."""
    return json.dumps(entry.facts, indent=2, ensure_ascii=False)


def _bar(span: Span, total: float) -> Bar:
    took = span.end_ms - span.start_ms
    scale = 100 / total if total > 0 else 0.0
    width = min(100.0, max(took * scale, NARROWEST))
    return Bar(
        span=span,
        name=_name(span),
        left=min(span.start_ms * scale, 100 - width),
        width=width,
        colour=COLOURS[span.kind],
        took=milliseconds(took),
    )


def _name(span: Span) -> str:
    """Return the name in words: a task's state is a code, a profile's name is one too."""
    words = spaced(span.name)
    if span.kind is SpanKind.RUN:
        return f"arena {words}"
    return words.lower() if span.kind is SpanKind.TASK else words


def _tick(total: float, part: int) -> str:
    if part == 0:
        return "0"
    return milliseconds(total * part / TICKS)


def _families(bars: Sequence[Bar]) -> list[tuple[int, int]]:
    """Return where each outermost bar and its descendants begin and end."""
    if not bars:
        return []
    depth = bars[0].span.depth
    starts = [place for place, bar in enumerate(bars) if bar.span.depth <= depth]
    return list(pairwise([*starts, len(bars)]))
