"""The keeper: one mark a cycle, whoever makes it, and a gap that is believed only when it stays."""

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from quorate.cycle.book_keeping.happening import Analysed, News, Ordered, Traded
from quorate.cycle.book_keeping.outcome import Linked, Refused
from quorate.cycle.book_keeping.service import ATTEMPTS, BookKeeper
from quorate.cycle.book_keeping.standing import opened_standing
from quorate.execution.recorded import TradingStanding
from quorate.kernel.errors import ConflictError
from quorate.kernel.ids import DecisionId, RunId
from quorate.portfolio.book import BookMode
from quorate.risk import Leg, TradingState
from tests.unit.cycle.book_keeping.test_exits import bar
from tests.unit.cycle.book_keeping.test_folding import DIVIDEND, FIRST, SECOND, THIRD
from tests.unit.cycle.book_keeping.test_linking import order
from tests.unit.cycle.book_keeping.test_standing import BOOK, OPENED, close
from tests.unit.portfolio.test_kept_book import AAPL, trade

BOUGHT = (Ordered(DecisionId("dec_1")), Traded(trade()))


@dataclass
class Shelf:
    """A book's rows in memory: the keeper's own marks, and the news that a test tells."""

    marks: list = field(default_factory=lambda: [OPENED])
    told: list = field(default_factory=list)
    links: Linked = field(default_factory=Linked)
    asked: list = field(default_factory=list)

    async def newest(self, _book, known):
        newest = self.marks[-1]
        return newest if newest.number > known else None

    async def marked_in(self, _book, cycle_id):
        return next((each for each in self.marks if each.cycle_id == cycle_id), None)

    async def news(self, _book, after, *, sessions):
        self.asked.append(("news", after, sessions))
        return News(through=after + 10, happenings=tuple(self.told))

    async def linked(self, _book, decisions, runs):
        self.asked.append(("linked", sorted(decisions), list(runs)))
        return self.links

    async def hashes(self, decisions):
        return dict.fromkeys(decisions, "h")


@dataclass
class Journal:
    """Rows in memory; `conflicts` counts the commits that another process forestalls."""

    rows: list = field(default_factory=list)
    state: TradingState = TradingState.ACTIVE
    conflicts: int = 0

    async def commit(self, decide):
        if self.conflicts:
            self.conflicts -= 1
            raise ConflictError("another process marked it")
        self.rows += decide(self)

    def trading(self, _book):
        return TradingStanding(state=self.state)

    @property
    def types(self):
        return [row.type for row in self.rows]


@dataclass
class Broker:
    """An account that says another cash each time it is asked."""

    cash: list
    asked: int = 0

    async def account(self):
        self.asked += 1
        return replace(close().broker, cash=Decimal(self.cash.pop(0)))


class Quiet:
    """Hindsight that finds nothing, and tells what it was asked for."""

    async def resolved(self, session):
        return session.day


class Missed:
    """Actions of sessions that nobody marked."""

    def __init__(self):
        self.asked = []

    async def between(self, symbols, after, until):
        self.asked.append((list(symbols), after, until))
        return {AAPL: [DIVIDEND]}


def keeper(shelf=None, journal=None, cash=(), **parts):
    shelf, journal = shelf or Shelf(), journal or Journal()
    broker = Broker(list(cash))
    made = BookKeeper(
        book=BOOK,
        mode=BookMode.REPLAY,
        journal=journal,
        shelf=shelf,
        account=broker,
        hindsight=Quiet(),
        **parts,
    )
    return made, shelf, journal, broker


def marked(made, request):
    return asyncio.run(made.marked(request))


def test_a_quiet_cycle_is_marked_and_nothing_else_is_asked_for():
    made, shelf, journal, _ = keeper()
    mark = marked(made, close(cash="10000"))
    assert (mark.number, mark.gap, journal.types) == (1, 0, ["book.marked"])
    assert shelf.asked == [("news", 0, False)]
    assert journal.rows[0].step_key


def test_what_was_traded_is_folded_and_its_outcome_told_in_the_same_commit():
    shelf = Shelf(told=list(BOUGHT), links=Linked(orders={"dec_1": [order()]}))
    made, _, journal, _ = keeper(shelf)
    assert marked(made, close()).gap == 0
    assert journal.types == ["book.marked", "outcome.moved"]
    assert shelf.asked[-1] == ("linked", ["dec_1"], [])


def test_a_run_without_an_order_is_asked_about():
    refused = Refused(DecisionId("dec_5"), AAPL, is_entry=True)
    shelf = Shelf(told=[Analysed(RunId("run_1"))], links=Linked(refused=(refused,)))
    made, _, journal, _ = keeper(shelf)
    marked(made, close(cash="10000"))
    assert shelf.asked[-1] == ("linked", [], ["run_1"])
    assert journal.types == ["book.marked", "outcome.moved"]


def test_the_same_cycle_is_marked_once():
    made, _, journal, _ = keeper()
    first = marked(made, close(cash="10000"))
    assert marked(made, close(cash="1")) == first
    assert journal.types == ["book.marked"]


def test_who_is_forestalled_on_the_same_cycle_returns_the_others_mark():
    made, _, journal, _ = keeper()
    first = marked(made, close(cash="10000"))
    other = Shelf(marks=[OPENED, made._known])
    late, _, late_journal, _ = keeper(other, Journal(conflicts=1))
    late._known = OPENED
    assert marked(late, close(cash="10000")) == first
    assert (late_journal.types, journal.types) == ([], ["book.marked"])


def test_who_is_forestalled_on_another_cycle_goes_on_from_its_mark():
    made, _, _, _ = keeper()
    marked(made, close(cash="10000"))
    shelf = Shelf(marks=[OPENED, made._known])
    late, _, journal, _ = keeper(shelf, Journal(conflicts=1))
    late._known = OPENED
    assert marked(late, close(SECOND, "cyc_2", "10000")).number == 2
    assert journal.types == ["book.marked"]
    assert shelf.asked == [("news", 0, False), ("news", 10, False)]


def test_who_is_always_forestalled_gives_up():
    made, _, _, _ = keeper(journal=Journal(conflicts=ATTEMPTS))
    with pytest.raises(ConflictError, match="each time"):
        marked(made, close(cash="10000"))


def test_a_gap_is_believed_after_the_broker_said_so_again_and_again():
    caught_up = []

    async def catch_up():
        caught_up.append(1)

    made, _, journal, broker = keeper(cash=["9999"] * ATTEMPTS, catch_up=catch_up)
    assert marked(made, close(cash="9999")).gap == -1
    assert (broker.asked, len(caught_up)) == (ATTEMPTS, ATTEMPTS)
    assert journal.types == ["book.marked", "trading.moved"]
    assert journal.rows[1].payload["by"] == "keeper"
    assert "-1" in journal.rows[1].payload["reason"]
    assert marked(made, close(SECOND, "cyc_2", "9999")).gap == -1
    assert journal.types == ["book.marked", "trading.moved", "book.marked"]
    broker.cash = ["9998"] * ATTEMPTS
    marked(made, close(THIRD, "cyc_3", "9998"))
    assert journal.types[-2:] == ["book.marked", "trading.moved"]


def test_a_gap_that_closes_leaves_trading_alone():
    made, _, journal, broker = keeper(cash=["9999", "10000"])
    assert marked(made, close(cash="9999")).gap == 0
    assert (broker.asked, journal.types) == (2, ["book.marked"])


@pytest.mark.parametrize("state", [TradingState.REDUCING, TradingState.HALTED])
def test_what_reduces_already_is_not_moved(state):
    made, _, journal, _ = keeper(journal=Journal(state=state), cash=["1"] * ATTEMPTS)
    marked(made, close(cash="1"))
    assert journal.types == ["book.marked"]


def test_actions_of_sessions_that_nobody_marked_are_asked_for():
    missed = Missed()
    shelf = Shelf(told=list(BOUGHT))
    made, _, _, _ = keeper(shelf, missed=missed)
    marked(made, close())
    shelf.told = []
    marked(made, close(SECOND, "cyc_2"))
    assert missed.asked == []
    mark = marked(made, close(THIRD, "cyc_3", "9010"))
    assert missed.asked == [([AAPL], SECOND, THIRD)]
    assert mark.payload["ledger"]["dividends"] == "-10.00"
    assert shelf.asked[-1] == ("news", 20, True)


def test_due_exits_come_with_the_hash_of_their_entry():
    shelf = Shelf(told=list(BOUGHT))
    made, _, _, _ = keeper(shelf)
    marked(made, close())
    made._known = replace(
        made._known,
        kept=replace(
            made._known.kept, lots=tuple(replace(lot, horizon=1) for lot in made._known.lots)
        ),
    )
    shelf.marks.append(made._known)
    (due,) = asyncio.run(made.due(bar(100), FIRST))
    assert (due.decision_id, due.decision_hash, due.leg, due.quantity) == (
        "dec_1",
        "h",
        Leg.HORIZON,
        10,
    )


def test_votes_are_for_hindsight_to_judge():
    made, _, _, _ = keeper()
    assert asyncio.run(made.resolved(SECOND)) == SECOND.day


def test_marks_that_vanish_are_a_conflict():
    empty = Shelf(marks=[replace(opened_standing(BOOK, Decimal(1)), number=-1)])
    made, _, _, _ = keeper(empty)
    with pytest.raises(ConflictError):
        asyncio.run(made.standing())
