"""Recorded decisions and journal rows for the tests of a run's page."""

from datetime import date
from typing import Any

from quorate.arena.record.evidence import Evidence
from quorate.arena.record.facts import Cited
from quorate.arena.record.header import RunEvent, ended_payload
from quorate.arena.record.run import RecordedRun, read_run
from quorate.arena.record.trace import Span, SpanKind
from quorate.arena.record.why import Case
from quorate.hub.pages.runs.summary import Place
from quorate.kernel.ids import Symbol
from quorate.kernel.journal import JournalEntry
from quorate.market.series import SeriesSummary
from tests.unit.arena.casts import AAPL, decided, entries, header
from tests.unit.arena.record.runs import facts

SEEN = Evidence(
    symbol=AAPL,
    bars=1000,
    first_session="2000-03-01",
    last_session="2012-08-08",
    close="619.86",
    regime="bullish",
    regime_reason="above both averages",
    phase="markup",
    volume_trend="neutral",
)
HERE = Place(run_id="run_1")


def case(votes, at=None, seen=SEEN) -> Case:
    """What is recorded on AAPL: votes from row 10 on, the decision in row 99."""
    return Case(
        header=Cited(1, header()),
        evidence=Cited(2, seen),
        votes=tuple(Cited(10 + place, cast) for place, cast in enumerate(votes)),
        decision=Cited(99, decided(votes, at)),
    )


def completed_rows() -> list[JournalEntry]:
    """The rows of a run of IBM and AAPL that completed."""
    return entries(facts())


def running_rows(upto: RunEvent) -> list[JournalEntry]:
    """The rows of that run when the first row of this kind was the newest one."""
    rows = completed_rows()
    return rows[: 1 + next(place for place, row in enumerate(rows) if row.type == upto)]


def failed_rows() -> list[JournalEntry]:
    """The rows of that run when it failed right after its snapshot."""
    payload = ended_payload(reason="attempts_exhausted", detail="3 holders died at work")
    return entries([*facts()[:2], (RunEvent.FAILED, payload)])


def run_of(rows: list[JournalEntry]) -> RecordedRun:
    return read_run(rows)


def span(**facts: Any) -> Span:
    """A span of an agent of 1 to 2 ms; `facts` names what differs."""
    usual = {"name": "trend", "kind": SpanKind.AGENT, "depth": 2, "seq": 7}
    times = {"start_ms": 1.0, "end_ms": 2.0}
    return Span(**(usual | times | facts))


def summary_of(symbol: str, **facts: Any) -> SeriesSummary:
    """The bars of a symbol from 2000 to 2013; `facts` names what differs."""
    usual = {"source": "made up", "bars": 3000, "actions": 0, "quarantine": None, "digest": "d"}
    dates = {"first": date(2000, 3, 1), "last": date(2013, 3, 1)}
    return SeriesSummary(symbol=Symbol(symbol), **(usual | dates | facts))
