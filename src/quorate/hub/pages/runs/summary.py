"""What a run concluded on one symbol, at a glance: the decision, its limits, its why with links to the proof."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from quorate.arena.record.facts import Cited
from quorate.arena.record.phrases import count, spaced
from quorate.arena.record.run import RecordedRun, RunStatus
from quorate.arena.record.why import Case, why
from quorate.hub.pages.runs.query import LIST
from quorate.kernel.decision import Decision, Trigger, TriggerName
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.vote import SizingKind

JOURNAL: Final = "journal:"


class Tab(StrEnum):
    """The sections of a run's page; each is an address."""

    SUMMARY = "summary"
    AGENTS = "agents"
    TRACE = "trace"
    TOOLS = "tools"
    CONSENSUS = "consensus"
    RISK = "risk"
    PROMPTS = "prompts"
    COST = "cost"
    JSON = "json"


class TraceView(StrEnum):
    """Three readings of the same spans. Source: UI 0, fact 4."""

    TIMELINE = "timeline"
    TREE = "tree"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a run the reader is; what is None or first goes unsaid in the address.

    `row` is a journal row that the log shows opened, whatever page it is on.
    """

    run_id: str
    symbol: Symbol | None = None
    profile: ProfileName | None = None
    tab: Tab = Tab.SUMMARY
    view: TraceView = TraceView.TIMELINE
    page: int = 1
    row: int | None = None

    @property
    def href(self) -> str:
        """Return the address of the place."""
        pairs = {
            "symbol": self.symbol or "",
            "profile": self.profile or "",
            "tab": "" if self.tab is Tab.SUMMARY else self.tab.value,
            "view": "" if self.view is TraceView.TIMELINE else self.view.value,
            "page": "" if self.page == 1 else str(self.page),
            "row": "" if self.row is None else str(self.row),
        }
        said = urlencode({name: value for name, value in pairs.items() if value})
        anchor = "" if self.row is None else f"#journal-{self.row}"
        return f"{LIST}/{self.run_id}{f'?{said}' if said else ''}{anchor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A journal row that a sentence stands on."""

    seq: int
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A sentence of the why with the rows that prove it."""

    text: str
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The thresholds that the decision was measured against, as recorded; None where none was."""

    confidence: float | None = None
    disagreement: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a BUY or SELL would do, in words; empty texts where nothing was said."""

    size: str = ""
    stop: str = ""
    target: str = ""
    horizon: str = ""


def chosen_case(run: RecordedRun, symbol: str | None, profile: str | None = None) -> Case | None:
    """Return what is recorded on `symbol`, else on the first one decided; None before any decision.

    Where every profile decides alone, `profile` says whose decision it is, else the first one's.
    """
    of_symbol = [made for made in run.decisions if made.fact.symbol == symbol]
    wanted = next((made for made in of_symbol if made.fact.profile == profile), None)
    made = wanted or next(iter([*of_symbol, *run.decisions]), None)
    return run.case_of(made) if made else None


def several_decisions(run: RecordedRun) -> tuple[Cited[Decision], ...]:
    """Return the decisions to switch between; a single one needs no switch, so there is none."""
    return run.decisions if len(run.decisions) > 1 else ()


def title_of(run: RecordedRun, case: Case | None) -> str:
    """Return the heading of a run's page."""
    header = run.header.fact
    what = case.decision.fact.symbol if case else enumerated(header.symbols)
    return f"{what}, as of {header.as_of}"


def enumerated(symbols: Iterable[str], most: int = 4) -> str:
    """Return symbols in a line, the rest of many as a number: "AAPL, GOOG, IBM, MSFT and 3 more"."""
    names = list(symbols)
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def told(case: Case, place: Place) -> tuple[Told, ...]:
    """Return the recorded why, each sentence with links to its rows."""
    return tuple(
        Told(text=text, proofs=tuple(_proof(row, place) for row in evidence))
        for text, evidence in why(case)
    )


def log_href(place: Place, seq: int | None = None) -> str:
    """Return the address of the run's log, at one of its journal rows."""
    return replace(place, tab=Tab.TRACE, view=TraceView.LOG, page=1, row=seq).href


def limits_of(decision: Decision) -> Limits:
    """Return the recorded limits of confidence and disagreement."""
    thresholds = {trigger.name: trigger.threshold for trigger in decision.triggers}
    return Limits(
        confidence=thresholds.get(TriggerName.LOW_CONFIDENCE),
        disagreement=thresholds.get(TriggerName.DISAGREEMENT),
    )


def fired(decision: Decision) -> tuple[Trigger, ...]:
    """Return the triggers that fired."""
    return tuple(trigger for trigger in decision.triggers if trigger.fired)


def wish_of(decision: Decision) -> Wish:
    """Return size, exits and horizon of a BUY or SELL."""
    return Wish(
        size=_size(decision),
        stop=f"{decision.stop:f}" if decision.stop is not None else "",
        target=f"{decision.target:f}" if decision.target is not None else "",
        horizon=count(decision.horizon, "session") if decision.horizon is not None else "",
    )


def market_words(decision: Decision) -> str:
    """Return regime, phase and volume in a line."""
    parts = (decision.regime, decision.wyckoff_phase, f"volume {decision.volume_trend}")
    return ", ".join(spaced(part) for part in parts)


STANDING: Final[Mapping[RunStatus, str]] = {
    RunStatus.RUNNING: "It is still running. What stands here is recorded already and will not change.",
    RunStatus.COMPLETED: "",
    RunStatus.FAILED: "What its journal holds up to then is true and verifies; no decision of it counts.",
    RunStatus.CANCELLED: "What its journal holds up to then is true and verifies; no decision of it counts.",
}
"""What a reader may rely on in a run of each status."""


def status_words(run: RecordedRun) -> str:
    """Return what is still trustworthy of a run that did not complete; empty for one that did."""
    return STANDING[run.status]


def _proof(row: str, place: Place) -> Proof:
    seq = int(row.removeprefix(JOURNAL))
    return Proof(seq=seq, href=log_href(place, seq))


def _size(decision: Decision) -> str:
    sizing = decision.sizing
    if sizing is None:
        return ""
    if sizing.kind is SizingKind.PCT_EQUITY:
        return f"{float(100 * sizing.value):g} % of equity"
    return f"{sizing.value:f}"
