"""A book after what happened since its last mark, in the order in which it happened."""

from datetime import date
from decimal import Decimal

import pytest

from quorate.cycle.book_keeping.folding import Period, folded
from quorate.cycle.book_keeping.happening import (
    Analysed,
    EntryPlan,
    News,
    Ordered,
    Played,
    SplitTold,
    Traded,
)
from quorate.kernel.ids import DecisionId, RunId
from quorate.market.actions import ActionKind, CorporateAction
from quorate.portfolio.kept_book import Plan, bought, opened_kept_book
from quorate.portfolio.ledger import Account
from tests.unit.portfolio.test_kept_book import AAPL, FIRST, IBM, PLAN, sale, trade

SECOND, THIRD = date(2012, 3, 2), date(2012, 3, 5)
OPENED = opened_kept_book(Decimal(10_000))
HELD = bought(OPENED, trade(), FIRST, PLAN)
SPLIT = CorporateAction(
    session=SECOND, kind=ActionKind.SPLIT, ratio=Decimal(2), numerator=2, denominator=1
)
DIVIDEND = CorporateAction(
    session=THIRD, kind=ActionKind.DIVIDEND, ratio=Decimal(100) / Decimal(99)
)


def period(until=SECOND, actions=(), since=FIRST):
    return Period(
        since=since,
        until=until,
        held=lambda lot: lot.sessions + 1,
        actions={AAPL: actions} if actions else {},
    )


def news(*happenings, plans=None):
    return News(through=9, happenings=happenings, plans=plans or {})


def test_trades_are_booked_in_their_order_and_marked_at_the_new_prices():
    told = news(
        Ordered(DecisionId("dec_1")), Traded(trade()), Analysed(RunId("run_1")), Traded(sale())
    )
    after = folded(OPENED, told, period(), {AAPL: Decimal(120), IBM: Decimal(5)})
    assert after.book.lots == ()
    assert (after.book.cash, dict(after.book.prices)) == (10_100, {})
    assert [each.id for each in after.entered] == ["x-dec_1-10"]
    assert [each.pnl for each in after.closings] == [100]


def test_an_entry_takes_the_plan_of_its_decision():
    plan = EntryPlan(plan=Plan(Decimal(95), Decimal(130), 5), as_of=FIRST)
    after = folded(OPENED, news(Traded(trade()), plans={"dec_1": plan}), period(), {})
    (lot,) = after.book.lots
    assert (lot.stop, lot.target, lot.horizon, lot.opened, lot.sessions) == (95, 130, 5, SECOND, 1)


def test_a_plan_moves_over_a_split_between_the_decision_and_its_fill():
    plan = EntryPlan(plan=Plan(Decimal(190), None, 5), as_of=FIRST)
    told = news(SplitTold(AAPL, Decimal(0), Decimal(0)), Traded(trade()), plans={"dec_1": plan})
    (lot,) = folded(OPENED, told, period(actions=[SPLIT]), {}).book.lots
    assert (lot.quantity, lot.stop, lot.target) == (10, 95, None)
    late = EntryPlan(plan=Plan(Decimal(95)), as_of=SECOND)
    (lot,) = folded(
        OPENED, news(Traded(trade()), plans={"dec_1": late}), period(actions=[SPLIT]), {}
    ).book.lots
    assert lot.stop == 95


@pytest.mark.parametrize(
    "told",
    [
        pytest.param((), id="by the actions alone"),
        pytest.param((SplitTold(AAPL, Decimal(10), Decimal(20)),), id="by the position's row"),
        pytest.param(
            (Played(SECOND, {AAPL: Decimal(50)}), SplitTold(AAPL, Decimal(10), Decimal(20))),
            id="by session and row",
        ),
        pytest.param(
            (SplitTold(AAPL, Decimal(10), Decimal(20)), Played(SECOND, {AAPL: Decimal(50)})),
            id="by row and session",
        ),
    ],
)
def test_a_split_happens_once_however_often_it_is_told(told):
    after = folded(HELD, news(*told), period(actions=[SPLIT]), {})
    assert after.book.quantity_of(AAPL) == 20
    assert after.book.worth_of(AAPL) == 1000


def test_a_split_that_only_the_position_tells_of_is_made_by_its_shares():
    after = folded(HELD, news(SplitTold(AAPL, Decimal(10), Decimal(30))), period(), {})
    assert after.book.quantity_of(AAPL) == 30
    nothing = folded(OPENED, news(SplitTold(AAPL, Decimal(0), Decimal(0))), period(), {})
    assert nothing.book == OPENED


def test_a_split_comes_between_the_trades_that_its_row_stands_between():
    told = news(
        Traded(sale(quantity="4", price="100")),
        SplitTold(AAPL, Decimal(6), Decimal(12)),
        Traded(sale(quantity="12", price="50")),
    )
    after = folded(HELD, told, period(actions=[SPLIT]), {})
    assert after.book.lots == ()
    assert after.book.cash == 10_000


def test_a_dividend_comes_where_its_session_begins():
    """What was sold the session before gets none; what was bought after the open gets none either."""
    told = news(
        Played(SECOND, {AAPL: Decimal(100)}),
        Traded(sale(quantity="5", price="100")),
        Played(THIRD, {AAPL: Decimal(100)}),
        Traded(trade("dec_2", "7", "100")),
    )
    after = folded(HELD, told, period(until=THIRD, actions=[DIVIDEND]), {})
    assert after.book.ledger.of(Account.DIVIDENDS) == -5
    assert [lot.income for lot in after.book.lots] == [5, 0]
    assert [lot.opened for lot in after.book.lots] == [FIRST, THIRD]
    without = folded(HELD, news(), period(until=THIRD, actions=[DIVIDEND]), {})
    assert without.book.ledger.of(Account.DIVIDENDS) == -10


def test_an_action_of_a_session_that_was_marked_is_done():
    again = folded(HELD, news(), period(until=THIRD, since=THIRD, actions=[DIVIDEND]), {})
    assert again.book.ledger.of(Account.DIVIDENDS) == 0


def test_the_first_period_of_a_book_begins_with_its_first_session():
    told = news(Played(SECOND, {}), Traded(trade()))
    (lot,) = folded(OPENED, told, period(since=None), {}).book.lots
    assert lot.opened == SECOND


def test_news_tell_which_decisions_and_runs_they_are_about():
    told = news(Ordered(DecisionId("dec_1")), Ordered(DecisionId("dec_1")), Analysed(RunId("r")))
    assert (told.decisions, told.runs) == ({"dec_1"}, ("r",))
