"""Words: what a backtest came to in a few sentences made by rules, and what it does not show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from quorate.arena.record.phrases import count, enumeration
from quorate.backtest.findings import ENOUGH
from quorate.cycle.strategies.backtest import Backtest, BacktestTerms, Figures, Report

LIMITS: Final = (
    "The symbols were chosen by somebody who knows how they went on: that flatters whatever is tried on them.",
    "A cycle's pause after a fall and its order checks are not played here: quorate replay walks whole cycles.",
    "Every fill is at the bar's price, worse by the costs; what a larger order would do to the price is not known.",
)
"""What holds of every backtest here."""


def sentences(found: Backtest) -> tuple[str, ...]:
    """Return what a finished backtest says; empty of any other."""
    if found.report is None:
        return ()
    report, figures = found.report, found.report.figures
    return tuple(
        said
        for said in (
            _came_to(figures, found.terms),
            _trades(figures),
            _doubt(figures),
            _against_holding(figures),
            _gate(report),
            _left_out(found.terms),
        )
        if said
    )


def percent(share: float | None, *, signed: bool = False, places: int = 1) -> str:
    """Return a share of 1 as percent; "none" where there is none."""
    if share is None:
        return "none"
    return f"{100 * share:{'+' if signed else ''}.{places}f} %"


def _came_to(figures: Figures, terms: BacktestTerms) -> str:
    entries = "1 entry" if figures.signals == 1 else f"{figures.signals:,} entries"
    return (
        f"From {terms.first} to {terms.last} it decided {figures.decisions:,} times on "
        f"{enumeration(list(terms.symbols))} and wanted {entries}."
    )


def _trades(figures: Figures) -> str:
    kept = ", ".join(_kept_out(figures))
    out = f" The others were kept out: {kept}." if kept else ""
    still = f"; {figures.open} still open" if figures.open else ""
    if not figures.trades:
        return f"No trade came of it and ended{still}.{out}"
    return (
        f"{count(figures.trades, 'trade')} came of it and ended, {figures.wins} with a gain "
        f"({percent(figures.win_rate)}), {percent(figures.mean_return, signed=True)} each on average{still}.{out}"
    )


def _kept_out(figures: Figures) -> Iterator[str]:
    for number, why in (
        (figures.overlapping, "while one was open in the same symbol"),
        (figures.refused_by_gate, "by the gate before new risk"),
        (figures.gapped, "by an open beyond the stop or the target"),
        (figures.unprotected, "for want of a stop or a horizon"),
        (figures.too_late, "by the end of the bars"),
    ):
        if number:
            yield f"{number} {why}"


def _doubt(figures: Figures) -> str:
    """Return how far the win rate and the mean return can be believed."""
    if figures.apart == 0 or figures.mean_return_low is None or figures.mean_return_high is None:
        return ""
    low, high = figures.mean_return_low, figures.mean_return_high
    span = (
        f"The {figures.apart} that overlapped no other won {percent(figures.win_rate_low)} to "
        f"{percent(figures.win_rate_high)} of the time and returned {percent(low, signed=True)} to "
        f"{percent(high, signed=True)} each, with 95 % confidence"
    )
    if figures.apart < ENOUGH:
        return f"{span}: fewer than {ENOUGH} say nothing about skill."
    if low <= 0 <= high:
        return f"{span}: that cannot be told from no edge at all."
    return f"{span}: {'more' if low > 0 else 'less'} than nothing, on these symbols and sessions."


def _against_holding(figures: Figures) -> str:
    return (
        f"Equity changed by {percent(figures.returned, signed=True, places=2)} with a deepest fall of "
        f"{percent(figures.max_drawdown, places=2)}, {percent(figures.exposure, places=2)} invested on average; "
        f"the same symbols bought and held changed by {percent(figures.held_returned, signed=True)} "
        f"with a fall of {percent(figures.held_drawdown)}."
    )


def _gate(report: Report) -> str:
    if report.passes:
        return "The gate lets it through."
    return f"The gate refuses it: {'; '.join(report.refusals)}."


def _left_out(terms: BacktestTerms) -> str:
    if not terms.left_out:
        return ""
    names = enumeration(list(terms.left_out))
    return f"Not asked, because a model costs money and may remember how the past went on: {names}."
