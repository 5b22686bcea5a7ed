"""Trading: what a decision becomes, and that nothing later than the session is known."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.policy import AgentsPolicy
from quorate.agents.risk_manager import exits_by_atr
from quorate.arena.competition.contest import BUY_AND_HOLD
from quorate.arena.competition.deciding import decide_alone
from quorate.arena.competition.trading import (
    Turn,
    concluded,
    entry_of,
    first_books,
    session_market,
    traded,
)
from quorate.kernel.action import Action
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.vote import Sizing, SizingKind
from quorate.market.snapshot import freeze_snapshot
from quorate.portfolio import Order, Refusal, Side
from tests.unit.arena.casts import POLICY, RUN, answer, cast, scene
from tests.unit.arena.competition.contests import AAPL, terms
from tests.unit.arena.markets import series

AGENTS = AgentsPolicy()
HISTORY = series("AAPL", 300)
SESSIONS = HISTORY.sessions
TERMS = replace(
    terms(), sessions=SESSIONS[280:], capital=replace(terms().capital, amount=Decimal(100000))
)
NAME = ProfileName("trend")


def view_at(place):
    return freeze_snapshot({AAPL: HISTORY}, SESSIONS[place])


def bought(**said):
    return decide_alone(
        scene(), cast(answer(Action.BUY, 0.8, **said), name=NAME), NAME, run_id=RUN, policy=POLICY
    )


def played(place, books=None):
    market = session_market({AAPL: HISTORY}, SESSIONS[place])
    return traded(books or first_books(TERMS), market, TERMS)


def book_after(place=280):
    return next(each.book for each in played(place) if each.book.name == NAME)


def entry(decision, place=280):
    view = view_at(place).views[AAPL]
    return entry_of(decision, view, book_after(place), TERMS, AGENTS)


def test_a_session_without_a_bar_of_the_symbol_has_no_market():
    later = session_market({AAPL: HISTORY}, SESSIONS[-1].replace(year=2030))
    assert later.bars == {}


def test_who_names_no_exits_gets_those_of_the_house():
    made = entry(bought())
    house = exits_by_atr(view_at(280).views[AAPL], AGENTS)
    assert (made.stop, made.target, made.horizon) == (house.stop, house.target, 20)


def test_a_share_of_equity_becomes_whole_shares():
    made = entry(bought(sizing=Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal("0.03"))))
    close = view_at(280).views[AAPL].close
    assert made.quantity == min(3000 // close, Decimal(10))
    assert made.side is Side.BUY


def test_an_entry_that_breaks_a_limit_is_a_refusal_with_its_code():
    close = view_at(280).views[AAPL].close
    refused = entry(bought(stop=str(close), target=str(close + 1)))
    assert isinstance(refused, Refusal)
    assert refused.code == "RISK_ZERO_WITH_SIZE"


def test_a_decision_waits_for_the_next_open_and_its_cost_is_debited():
    turn = Turn(decisions=(bought(),), cost=Decimal("0.25"), errors=1)
    rounds = concluded(played(280), {NAME: turn}, view_at(280), TERMS, AGENTS)
    (trend,) = [each for each in rounds if each.book.name == NAME]
    assert [order.symbol for order in trend.book.orders] == [AAPL]
    assert trend.fills == ()
    assert trend.book.cash == Decimal("99999.75")
    after = played(281, [each.book for each in rounds])
    (fill,) = next(each for each in after if each.book.name == NAME).fills
    assert fill.session == SESSIONS[281]


def test_the_last_session_decides_nothing():
    turn = Turn(decisions=(bought(),))
    rounds = concluded(played(299), {NAME: turn}, None, TERMS, AGENTS)
    assert all(each.book.orders == () for each in rounds)


def test_buy_and_hold_buys_each_symbol_once():
    rounds = concluded(played(280), {}, view_at(280), TERMS, AGENTS)
    (order,) = next(each.book.orders for each in rounds if each.book.name == BUY_AND_HOLD)
    assert isinstance(order, Order)
    assert order.quantity == 100000 // view_at(280).views[AAPL].close
    after = played(281, [each.book for each in rounds])
    again = concluded(after, {}, view_at(281), TERMS, AGENTS)
    assert next(each.book.orders for each in again if each.book.name == BUY_AND_HOLD) == ()


@pytest.mark.parametrize("place", [260, 281, 298])
def test_no_book_depends_on_a_later_bar(place):
    short = replace(HISTORY, bars=HISTORY.bars[: place + 1])
    now = session_market({AAPL: HISTORY}, SESSIONS[place])
    then = session_market({AAPL: short}, SESSIONS[place])
    assert now == then
    assert Symbol("AAPL") in now.bars
