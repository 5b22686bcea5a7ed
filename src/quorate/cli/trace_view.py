"""A run's timeline on a terminal: its spans as they nest, over one axis of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from quorate.cli.run_view import duration, money

if TYPE_CHECKING:
    from quorate.arena.record.trace import RunTrace, Span

CELLS: Final = 24
"""Characters of the time axis."""


def span_tree(span: Span) -> dict[str, object]:
    """Return a span for programs."""
    return {
        "name": span.name,
        "kind": span.kind.value,
        "depth": span.depth,
        "startMs": span.start_ms,
        "endMs": span.end_ms,
        "seq": span.seq,
        "costUsd": span.cost_usd,
        "detail": span.detail,
    }


def trace_lines(run_id: str, trace: RunTrace) -> Iterator[str]:
    """Yield a line per span: its place in time, how long it took, what it cost, and the journal row that tells it."""
    spans = trace.spans
    total = max((span.end_ms for span in spans), default=0.0)
    width = max((2 * span.depth + len(span.name) for span in spans), default=0)
    yield f"run {run_id}   {duration(trace.total_ms)}   {_spans(spans)}"
    for span in spans:
        name = f"{'  ' * span.depth}{span.name}"
        cost = "" if span.cost_usd is None else money(span.cost_usd)
        line = (
            f"{name:<{width}}  {_bar(span, total)}  {duration(span.end_ms - span.start_ms):>9}"
            f"  {cost:<10}  [journal:{span.seq}]  {span.detail}"
        )
        yield line.rstrip()


def _bar(span: Span, total: float) -> str:
    scale = CELLS / total if total > 0 else 0.0
    start = min(int(span.start_ms * scale), CELLS - 1)
    length = min(max(round((span.end_ms - span.start_ms) * scale), 1), CELLS - start)
    return "·" * start + "█" * length + "·" * (CELLS - start - length)


def _spans(spans: Sequence[Span]) -> str:
    return f"{len(spans)} span{'' if len(spans) == 1 else 's'}"
