"""Results: the newest decisions, each said in one sentence made of its recorded facts, with how it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from quorate.arena.record.listing import DecisionLine, RunLine
from quorate.arena.record.phrases import count, enumeration, spaced
from quorate.bootstrap import App
from quorate.hub.pages.reading import Failed, read
from quorate.kernel.action import DecisionReason
from quorate.kernel.decision import TriggerName
from quorate.results.standing import ResultLine, ResultState


@dataclass(frozen=True, slots=True)
class Result:
    """A decision with the run that made it."""

    run_id: str
    started_at: str
    as_of: date
    made: DecisionLine
    line: ResultLine | None = None
    """The result itself where the results' own table told of it."""

    @property
    def badges(self) -> tuple[tuple[str, str], ...]:
        """Return what has to be known of it, each with its tone."""
        if self.line is None:
            return ()
        return tuple((state.value, tone) for state, tone in BADGES if state in self.line.states)

    @property
    def is_faded(self) -> bool:
        """Return whether it is no longer to be relied on."""
        old = {ResultState.STALE, ResultState.SUPERSEDED}
        return self.line is not None and bool(old & self.line.states)

    @property
    def href(self) -> str:
        """Return the address of the decision."""
        whose = f"&profile={self.made.profile}" if self.made.profile else ""
        return f"/admin/arena/runs/{self.run_id}?symbol={self.made.symbol}{whose}"

    @property
    def sentence(self) -> str:
        """Return why it ended so, in one sentence."""
        return sentence(self.made)


def shown(lines: Iterable[ResultLine]) -> tuple[Result, ...]:
    """Return results as pages show them, in their order."""
    return tuple(_shown(line) for line in lines)


async def rail(app: App) -> Sequence[Result] | Failed:
    """Return what the rail shows: the newest result of each symbol."""
    lines = await read(app.results.newest(), "The results")
    return lines if isinstance(lines, Failed) else shown(lines[:IN_RAIL])


def newest(lines: Iterable[RunLine], most: int) -> tuple[Result, ...]:
    """Return the newest decisions of runs that stand newest first."""
    return tuple(islice(_results(lines), most))


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


BADGES: Final = (
    (ResultState.DEGRADED, "warn"),
    (ResultState.CONFLICT, "warn"),
    (ResultState.STALE, ""),
    (ResultState.SUPERSEDED, ""),
)
"""What has to be known of a result, and its tone. Source: UI 1 (results)."""

IN_RAIL: Final = 50
"""The rail shows so many symbols; the page of results has them all. Ours."""


def _shown(line: ResultLine) -> Result:
    result = line.result
    made = DecisionLine(
        decision_id=result.decision_id,
        symbol=result.symbol,
        action=result.signal,
        reason=result.reason_code,
        confidence=result.confidence,
        disagreement=None,
        triggers=tuple(TriggerName(name) for name in result.triggers),
        escalated=result.escalated,
        supporters=result.supporters,
        valid_votes=result.valid_votes,
        confidence_limit=result.confidence_limit,
    )
    as_of = date.fromisoformat(result.as_of)
    return Result(result.run_id, result.analyzed_at, as_of, made, line)


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
