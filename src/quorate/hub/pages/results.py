"""Results: the newest decisions, and each said in one sentence made of its recorded facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from quorate.arena.record.listing import DecisionLine, RunLine
from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.kernel.action import DecisionReason
from quorate.kernel.ids import Symbol


@dataclass(frozen=True, slots=True)
class Result:
    """A decision with the run that made it."""

    run_id: str
    started_at: str
    as_of: date
    made: DecisionLine

    @property
    def href(self) -> str:
        """Return the address of the decision."""
        whose = f"&profile={self.made.profile}" if self.made.profile else ""
        return f"/admin/arena/runs/{self.run_id}?symbol={self.made.symbol}{whose}"

    @property
    def sentence(self) -> str:
        """Return why it ended so, in one sentence."""
        return sentence(self.made)


def newest(lines: Iterable[RunLine], most: int) -> tuple[Result, ...]:
    """Return the newest decisions of runs that stand newest first."""
    return tuple(islice(_results(lines), most))


def newest_by_symbol(lines: Iterable[RunLine]) -> tuple[Result, ...]:
    """Return each symbol's newest decision, the newest run first."""
    by_symbol: dict[Symbol, Result] = {}
    for result in _results(lines):
        by_symbol.setdefault(result.made.symbol, result)
    return tuple(by_symbol.values())


def sentence(made: DecisionLine) -> str:
    """Return why a decision ended as it did: its reason in words, and what called for the panel."""
    said = _REASONS.get(made.reason, _unknown)(made)
    if not made.triggers:
        return f"{said}."
    return f"{said}. Fired: {enumeration([spaced(name) for name in made.triggers])}."


REASON_WORDS: Final[Mapping[str, str]] = {
    DecisionReason.CONSENSUS: "the voters agree, and nothing speaks against it",
    DecisionReason.QUORUM_NOT_MET: "too few voters spoke",
    DecisionReason.RISK_VETO: "the risk manager said no",
    DecisionReason.NO_POWER_MODEL: "it called for the power panel, and no power model answered",
    DecisionReason.PANEL: "the power panel decided, with a voter on its side",
    DecisionReason.POWER_CALLS_EXHAUSTED: "it called for the power panel, and today's calls are used up",
    DecisionReason.BUDGET_EXHAUSTED: "it called for the power panel, and the budget had no room",
    DecisionReason.PANEL_FAILED: "the power panel gave no valid answer",
    DecisionReason.PANEL_UNCERTAIN: "the power panel was not sure enough",
    DecisionReason.PANEL_ALONE: "no voter was on the power panel's side",
    DecisionReason.LOW_CONFIDENCE: "believed too little to act alone",
    DecisionReason.SYMBOL_QUARANTINED: "the bars cannot be trusted",
    DecisionReason.INSUFFICIENT_HISTORY: "too little history at that date",
    DecisionReason.NO_DATA: "no bar of that session",
    DecisionReason.NOTHING_TO_SELL: "the book holds none of it",
}
"""What each reason code means, for who does not know them yet."""


def _results(lines: Iterable[RunLine]) -> Iterator[Result]:
    """Yield the decisions for the book; what a profile decided for its own virtual one is no result."""
    for line in lines:
        for made in line.decisions:
            if made.profile is not None:
                continue
            yield Result(line.row.run_id, line.row.started_at, line.as_of, made)


def _agreed(made: DecisionLine) -> str:
    if made.profile is not None:
        return f"The decision of {made.profile} alone"
    return f"{made.supporters} of {count(made.valid_votes, 'voter')} agree"


def _quorum(made: DecisionLine) -> str:
    return f"Too few voters spoke: {made.valid_votes}"


def _unknown(made: DecisionLine) -> str:
    words = spaced(made.reason)
    return words[:1].upper() + words[1:]


_REASONS: Final[Mapping[str, Callable[[DecisionLine], str]]] = {
    DecisionReason.CONSENSUS: _agreed,
    DecisionReason.QUORUM_NOT_MET: _quorum,
    DecisionReason.RISK_VETO: lambda made: f"{_agreed(made)}, and the risk manager vetoed it",
    DecisionReason.NO_POWER_MODEL: lambda _: (
        "It called for the power panel, and no power model answered"
    ),
    DecisionReason.PANEL: lambda _: "The power panel decided, with a voter on its side",
    DecisionReason.POWER_CALLS_EXHAUSTED: lambda _: "Today's calls of the power panel are used up",
    DecisionReason.BUDGET_EXHAUSTED: lambda _: "The budget had no room to ask the power panel",
    DecisionReason.PANEL_FAILED: lambda _: "The power panel gave no valid answer",
    DecisionReason.PANEL_UNCERTAIN: lambda _: "The power panel was not sure enough",
    DecisionReason.PANEL_ALONE: lambda _: "No voter was on the power panel's side",
    DecisionReason.LOW_CONFIDENCE: lambda _: "Believed too little to act alone",
    DecisionReason.SYMBOL_QUARANTINED: lambda _: "Its bars cannot be trusted",
    DecisionReason.INSUFFICIENT_HISTORY: lambda _: "Too little history at that date",
    DecisionReason.NO_DATA: lambda _: "There is no bar of that session",
    DecisionReason.NOTHING_TO_SELL: lambda _: "The book holds none of it to sell",
}
