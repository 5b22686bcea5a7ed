"""Views are held against the market once, when their horizon is over."""

import asyncio
from dataclasses import dataclass, field

from quorate.cycle.book_keeping.hindsight import Hindsight
from quorate.cycle.book_keeping.hindsight.ports import Awaited
from quorate.cycle.book_keeping.hindsight.views import AwaitedRun
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import BookName, RunId
from tests.fakes.rows import RowsAlone
from tests.unit.cycle.book_keeping.hindsight.test_views import (
    AAPL,
    DAYS,
    SHADOWS,
    decision,
    series,
    vote,
)

BOOK = BookName("replay")
FIRST, SECOND = AwaitedRun(RunId("run_1"), DAYS[0]), AwaitedRun(RunId("run_2"), DAYS[1])


@dataclass
class Runs:
    """Runs that wait, and those that were completed since."""

    known: list
    later: list = field(default_factory=list)
    rows: dict = field(default_factory=dict)
    looked: list = field(default_factory=list)
    journal: object = None

    async def waiting(self, _book):
        self.looked.append("all")
        return Awaited(1, self.known)

    async def completed_after(self, _book, after):
        self.looked.append(after)
        found, self.later = self.later, []
        return Awaited(after + 1, found)

    async def resolved_at(self, _book, session):
        rows = [row.facts for row in self.journal.rows] if self.journal else []
        return sum(row["views"] for row in rows if row["resolvedAt"] == session.isoformat())

    async def said(self, run_id):
        return self.rows.get(run_id, [vote(), decision(), SHADOWS])


@dataclass
class Market:
    held: dict = field(default_factory=lambda: {AAPL: series()})
    asked: int = 0

    async def series(self, symbols):
        self.asked += 1
        return {each: self.held[each] for each in symbols if each in self.held}


def stage(*known, journal=None, market=None, **parts):
    runs = Runs(list(known), **parts)
    journal, market = journal or RowsAlone(), market or Market()
    runs.journal = journal
    return Hindsight(BOOK, journal, runs, market), runs, journal, market


def resolved(hindsight, session):
    return asyncio.run(hindsight.resolved(session))


def test_views_are_resolved_when_their_horizon_is_over_and_once():
    hindsight, runs, journal, market = stage(FIRST)
    assert resolved(hindsight, DAYS[1]) == 0
    assert market.asked == 0
    assert resolved(hindsight, DAYS[2]) == 4
    assert resolved(hindsight, DAYS[2]) == 4, "asked again it says the same"
    assert resolved(hindsight, DAYS[5]) == 0
    (row,) = journal.rows
    assert (row.stream, row.facts["last"], row.facts["resolvedAt"]) == (
        "outcomes:run_1",
        True,
        "2012-03-03",
    )
    assert runs.looked == ["all", 1, 2, 3]


def test_a_run_that_is_completed_later_is_found():
    hindsight, runs, journal, _ = stage()
    assert resolved(hindsight, DAYS[1]) == 0
    runs.later = [SECOND]
    assert resolved(hindsight, DAYS[3]) == 4
    assert [row.stream for row in journal.rows] == ["outcomes:run_2"]


def test_the_last_row_of_a_run_says_so():
    rows = {"run_1": [vote(), vote("momentum", "SELL", "P4D")]}
    hindsight, _, journal, _ = stage(FIRST, rows=rows)
    assert resolved(hindsight, DAYS[3]) == 1
    assert resolved(hindsight, DAYS[4]) == 1
    assert [(row.facts["horizon"], row.facts["last"]) for row in journal.rows] == [
        (2, False),
        (4, True),
    ]


def test_two_questions_that_are_answered_together_end_with_the_second():
    rows = {"run_1": [vote(), vote("momentum", "SELL", "P4D")]}
    hindsight, _, journal, _ = stage(FIRST, rows=rows)
    assert resolved(hindsight, DAYS[5]) == 2
    assert [row.facts["last"] for row in journal.rows] == [False, True]


def test_a_symbol_without_bars_goes_on_waiting():
    hindsight, _, journal, market = stage(FIRST, market=Market(held={}))
    assert resolved(hindsight, DAYS[5]) == 0
    market.held = {AAPL: series()}
    assert resolved(hindsight, DAYS[5]) == 4
    assert len(journal.rows) == 1


def test_a_run_in_which_everybody_abstained_waits_for_nothing():
    hindsight, _, _, market = stage(FIRST, rows={"run_1": [vote(action="ABSTAIN")]})
    assert resolved(hindsight, DAYS[5]) == 0
    assert market.asked == 0


class Forestalled(RowsAlone):
    """A journal in which another process wrote first."""

    async def commit(self, _decide):
        raise ConflictError("another process resolved it")


def test_who_was_forestalled_looks_again():
    hindsight, runs, _, _ = stage(FIRST, journal=Forestalled())
    assert resolved(hindsight, DAYS[5]) == 0
    runs.known = []
    assert resolved(hindsight, DAYS[5]) == 0
    assert runs.looked == ["all", "all"]
