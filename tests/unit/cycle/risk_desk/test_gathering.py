"""What the checks read is the broker's word, our own orders, and nothing that counts twice."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.cycle.risk_desk.gathering import (
    OrderLine,
    Reading,
    account_facts,
    activity_of,
    aged,
    entries_today,
    entry_decision,
    instrument_facts,
    sent_for,
    unrecorded,
    without,
)
from quorate.execution import OrderState
from quorate.execution.broker import BrokerAccount, BrokerPosition, Instrument
from quorate.portfolio.book import BookMode
from quorate.risk import Leg, OrderKind, RiskLimits, Side
from tests.fakes.clock import NOON
from tests.fakes.desks import ToldStanding, entry
from tests.unit.risk.orders import AAPL, CALM, IBM, sold

D = Decimal
SECOND = timedelta(seconds=1)


def line(request=None, state=OrderState.WORKING, filled="0", ago=0):
    return OrderLine(
        client_order_id="a1",
        request=request or entry(),
        state=state,
        filled=D(filled),
        placed_at=NOON - ago * SECOND,
    )


def sale(leg=Leg.EXIT, quantity="10", **changes):
    kind = OrderKind.STOP if leg is Leg.STOP else OrderKind.MARKET
    return replace(
        entry(quantity=quantity),
        side=Side.SELL,
        leg=leg,
        kind=kind,
        price=D("95.00") if leg is Leg.STOP else None,
        protective_stop=None,
        **changes,
    )


def reading(equity="100000", *, standing=None, positions=(), blocked=False):
    return Reading(
        account=BrokerAccount(
            account_id="a",
            cash=D(1),
            equity=D(equity),
            buying_power=D(50_000),
            day_trades=None,
            blocked=blocked,
        ),
        positions=positions,
        standing=standing or ToldStanding(),
        at=NOON,
    )


def position(symbol=AAPL, quantity="10", worth=None):
    return BrokerPosition(
        symbol=symbol,
        quantity=D(quantity),
        average_price=D(90),
        market_value=None if worth is None else D(worth),
    )


def facts(told, lines=(), market=None):
    return account_facts(told, lines, {AAPL: CALM.market} if market is None else market, NOON)


@pytest.mark.parametrize(
    ("standing", "day_start", "peak"),
    [
        pytest.param(
            ToldStanding(day_start=D(99_000), equity=D(98_000), peak=D(103_000)),
            D(99_000),
            D(103_000),
            id="marked today: as the day began",
        ),
        pytest.param(
            ToldStanding(date(2026, 11, 19), D(98_000), D(97_000), D(98_000)),
            D(98_000),
            D(100_000),
            id="marked yesterday: as that mark left it",
        ),
        pytest.param(
            ToldStanding(session=None), D(100_000), D(100_000), id="never marked: as it is now"
        ),
    ],
)
def test_a_day_begins_where_the_last_mark_before_it_ended(standing, day_start, peak):
    found = facts(reading(standing=standing))
    assert (found.day_start_equity, found.peak_equity) == (day_start, peak)


def test_a_position_is_worth_what_the_market_says_now():
    held = (position(worth="1"), position(IBM, "5", "700"), position("MSFT", "2"))
    found = facts(reading(positions=held))
    assert found.worth == {AAPL: D(1000), IBM: D(700), "MSFT": D(180)}
    assert found.held == {AAPL: D(10), IBM: D(5), "MSFT": D(2)}


def test_nothing_of_a_symbol_is_no_position():
    assert facts(reading(positions=(position(quantity="0"),))).held == {}


def test_a_blocked_account_buys_nothing():
    assert facts(reading(blocked=True)).buying_power == 0


def test_an_open_buy_costs_its_limit_or_what_the_market_asks_where_that_is_more():
    limit, market = line(), line(entry("dec_2", price=None, kind=OrderKind.MARKET))
    cheap = line(entry("dec_3", price=D("99.00")))
    found = facts(reading(), [limit, market, cheap])
    assert [order.worst_price for order in found.open_orders] == [D(100), D(100), D(100)]
    dear = facts(reading(), [line(entry(price=D("101.00")))])
    assert dear.open_orders[0].worst_price == D("101.00")


def test_what_is_filled_of_an_order_is_open_no_more():
    found = facts(reading(), [line(filled="4"), line(state=OrderState.FILLED, filled="10")])
    assert [(order.quantity, order.rest) for order in found.open_orders] == [(D(10), D(6))]


def test_only_a_stop_is_protective():
    found = facts(reading(), [line(), line(sale(Leg.STOP), ago=2)])
    assert [(o.is_protective, o.age_s) for o in found.open_orders] == [
        (False, D(0)),
        (True, D(2)),
    ]


def activity(request, lines, mode=BookMode.PAPER, exits=()):
    return activity_of(request, lines, mode=mode, now=NOON, exits=exits)


def test_orders_are_counted_by_the_minute_and_by_the_day():
    lines = [line(entry(f"dec_{ago}"), ago=ago) for ago in (1, 59, 60, 3600, 43_200, 43_201)]
    found = activity(sale(), lines)
    assert (found.orders_last_minute, found.orders_today) == (2, 5)


def test_a_minute_does_not_end_at_midnight():
    midnight = NOON.replace(hour=0, minute=0, second=20)
    lines = [replace(line(), placed_at=midnight - 30 * SECOND)]
    found = activity_of(sale(), lines, mode=BookMode.PAPER, now=midnight, exits=())
    assert (found.orders_last_minute, found.orders_today) == (1, 0)


def test_what_was_denied_here_was_never_sent():
    found = activity(entry("dec_9"), [line(state=OrderState.DENIED)])
    assert (found.orders_last_minute, found.orders_today, found.repeats_today) == (0, 0, 0)


def test_an_entry_leaves_room_for_the_stops_that_must_follow():
    """Ten orders a minute: five entries, and then their five stops; none of the stops is held up."""
    entries = [line(entry(f"dec_{number}"), ago=1) for number in range(5)]
    assert activity(entry("dec_9"), entries[:4]).orders_last_minute == 8
    assert activity(entry("dec_9"), entries).orders_last_minute == 10
    stops = [line(sale(Leg.STOP, decision_id=f"dec_{n}"), ago=1) for n in range(4)]
    assert activity(sale(Leg.STOP), [*entries, *stops]).orders_last_minute == 9


def test_a_replay_book_counts_no_minutes_but_days():
    lines = [line(entry(f"dec_{number}")) for number in range(20)]
    found = activity(entry("dec_99"), lines, mode=BookMode.REPLAY)
    assert (found.orders_last_minute, found.orders_today) == (0, 20)


def test_repeats_are_of_the_symbol_and_the_side():
    lines = [line(entry("a")), line(entry("b", IBM)), line(sale()), line(entry("c"), ago=50_000)]
    assert activity(entry("d"), lines).repeats_today == 1
    assert entries_today(lines, NOON.date()) == {AAPL: 1, IBM: 1}


def test_exits_are_the_keepers():
    assert activity(entry(), [], exits=(sold(1),)).exits == (sold(1),)


@pytest.mark.parametrize(
    ("request_", "lines", "sent"),
    [
        pytest.param(entry(), [line(state=OrderState.EXPIRED)], 10, id="an entry once sent"),
        pytest.param(entry(), [line(state=OrderState.DENIED)], 0, id="an entry never sent"),
        pytest.param(entry(), [line(entry("dec_2"))], 0, id="another decision's"),
        pytest.param(entry(), [line(sale())], 0, id="another leg's"),
        pytest.param(
            sale(Leg.STOP), [line(sale(Leg.STOP), filled="4")], 6, id="a stop that rests still"
        ),
        pytest.param(
            sale(Leg.STOP),
            [line(sale(Leg.STOP), OrderState.CANCELED, filled="4")],
            0,
            id="a stop that was withdrawn",
        ),
        pytest.param(
            sale(), [line(sale(), OrderState.CANCELED, filled="4")], 4, id="what a sale sold"
        ),
        pytest.param(sale(), [line(sale(), filled="4")], 10, id="a sale that goes on"),
    ],
)
def test_what_counts_as_sent_for_a_decision(request_, lines, sent):
    assert sent_for(request_, lines) == sent


def test_an_entry_does_not_stand_in_its_own_way_but_a_sale_does():
    mine, other = line(), line(entry("dec_2"))
    assert without([mine, other], entry(quantity="11")) == [other]
    assert without([line(sale())], sale()) == [line(sale())]


def test_an_approved_entry_counts_until_it_is_on_record():
    approved = [entry(), entry("dec_2"), sale()]
    waiting = unrecorded(approved, [line(state=OrderState.FILLED, filled="10")], NOON)
    assert [(each.request.decision_id, each.rest) for each in waiting] == [("dec_2", D(10))]


def test_an_exit_carries_out_the_decision_that_its_entry_was_sent_for():
    found = entry_decision(sale(), [line(ago=90)], NOON)
    assert (found.decision_id, found.hash, found.acts) == ("dec_1", entry().decision_hash, True)
    assert found.age_s == 90
    assert entry_decision(sale(), [line(state=OrderState.DENIED)], NOON) is None
    assert entry_decision(sale(), [line(entry("dec_2"))], NOON) is None


STOCK = Instrument(
    symbol=AAPL,
    tradable=True,
    fractionable=False,
    around_the_clock=False,
    quantity_step=D(1),
    price_step=D("0.01"),
)


def test_the_list_of_symbols_holds_for_entries_alone():
    limits = RiskLimits(allowed_symbols=(IBM,))
    assert not instrument_facts(STOCK, entry(), limits, D(100)).allowed
    assert instrument_facts(STOCK, entry(symbol=IBM), limits, D(100)).allowed
    assert instrument_facts(STOCK, sale(), limits, D(100)).allowed
    assert instrument_facts(STOCK, entry(), RiskLimits(), D(100)).allowed
    assert instrument_facts(None, entry(), limits, D(100)) is None


def test_a_pair_trades_around_the_clock():
    pair = replace(STOCK, around_the_clock=True)
    assert instrument_facts(pair, entry(), RiskLimits(), None).around_the_clock
    assert not instrument_facts(STOCK, entry(), RiskLimits(), None).around_the_clock


@pytest.mark.parametrize(
    ("price", "reference", "step"),
    [
        ("100.00", "0.5", "0.01"),
        ("0.50", "100", "0.0001"),
        (None, "0.5", "0.0001"),
        (None, None, "0.01"),
    ],
)
def test_the_step_is_that_of_the_orders_own_price(price, reference, step):
    wanted = entry(
        price=None if price is None else D(price),
        kind=OrderKind.MARKET if price is None else OrderKind.LIMIT,
    )
    found = instrument_facts(
        STOCK, wanted, RiskLimits(), None if reference is None else D(reference)
    )
    assert found.price_step == D(step)


def test_a_quote_grows_older_while_it_is_kept():
    assert aged(CALM.market, D(14)).quote_age_s == 15
    nobody = replace(CALM.market, quote_age_s=None)
    assert aged(nobody, D(14)) == nobody
