"""The strip of a cycle as pages draw it: seven stations, each a sign, a word and how long it took. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.bootstrap.cycling import BookView, CycleView
from quorate.cycle.stage import CycleStage
from quorate.cycle.strip import StepStanding, StepState
from quorate.hub.pages.wording import milliseconds, seconds
from quorate.kernel.step_message import StepName

LABELS: Final[Mapping[StepName, str]] = {
    StepName.DATA_FETCHING: "fetch",
    StepName.MARKET_ANALYSIS: "analyse",
    StepName.BACKTESTING: "backtest",
    StepName.RISK_MANAGEMENT: "risk",
    StepName.EXECUTION: "execute",
    StepName.MONITORING: "monitor",
    StepName.AUDITOR: "audit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A station: `look` is its class, `tone` its colour elsewhere, `said` its state in words for who sees neither."""

    label: str
    look: str
    icon: str
    said: str
    took: str = ""
    tone: str = ""


_LOOKS: Final[Mapping[StepState, tuple[str, str, str, str]]] = {
    StepState.DONE: ("hub-pipe__ok", "check", "done", "gain"),
    StepState.FAILED: ("hub-pipe__bad", "x", "failed", "loss"),
    StepState.RUNNING: ("hub-pipe__now", "player-play", "at work", "brand"),
    StepState.WAITING: ("", "clock", "not yet", ""),
    StepState.LEFT_OUT: ("hub-pipe__off", "minus", "left out", ""),
}


def stations_of(steps: Sequence[StepStanding]) -> tuple[Station, ...]:
    """Return the stations of a cycle."""
    return tuple(map(_station, steps))


def strip_of(view: BookView) -> tuple[Station, ...]:
    """Return the stations of a book's newest cycle, and where the book rests after it."""
    if view.newest is None:
        return ()
    stations = stations_of(view.newest.steps)
    if view.stage.stage is not CycleStage.WAITING_FOR_NEXT_CYCLE:
        return stations
    return (
        *stations,
        Station(label="wait", look="hub-pipe__now", icon="clock", said="for the next cycle"),
    )


def audit_tag(view: CycleView) -> tuple[str, str]:
    """Return what the auditor said in a word or two, and the tone of it."""
    match view.cycle.audit_passed:
        case None:
            return "not audited yet", ""
        case True:
            return "audit clean", "gain"
        case False:
            count = len(view.cycle.violations)
            return f"{count} violation{'' if count == 1 else 's'}", "loss"


def _station(step: StepStanding) -> Station:
    look, icon, said, tone = _LOOKS[step.state]
    took = "" if step.took is None else _duration(step.took.total_seconds())
    return Station(label=LABELS[step.name], look=look, icon=icon, said=said, took=took, tone=tone)


def _duration(length: float) -> str:
    """Return a duration so that a quick step is never said to take nothing."""
    return milliseconds(1000 * length) if length < 1 else seconds(length)
