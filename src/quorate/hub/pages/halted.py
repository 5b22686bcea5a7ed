"""Halted: what every page says of books that take no new risk, those that were stopped together in one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from quorate.execution.halting import TradingLine
from quorate.risk import TradingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One line of the banner."""

    books: tuple[str, ...]
    halted: bool
    since: str
    by: str
    reason: str


def banners(lines: Sequence[TradingLine]) -> tuple[Banner, ...]:
    """Return what is said of the books that do not trade, the halted ones first."""
    stopped = [line for line in lines if not line.trades]
    groups: dict[tuple[TradingState, str, str], list[TradingLine]] = {}
    for line in sorted(stopped, key=lambda line: line.state is not TradingState.HALTED):
        groups.setdefault((line.state, line.by, line.reason), []).append(line)
    return tuple(
        Banner(
            books=tuple(line.called for line in group),
            halted=state is TradingState.HALTED,
            since=max(line.since for line in group),
            by=by,
            reason=reason,
        )
        for (state, by, reason), group in groups.items()
    )
