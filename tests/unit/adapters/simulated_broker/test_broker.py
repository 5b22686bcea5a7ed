"""The simulated broker fills by the bars of its book: at the next open, gaps at the open, stops first, in parts."""

from datetime import date
from decimal import Decimal

import pytest

from quorate.execution.broker import BrokerUnavailableError, OrderRefusedError
from quorate.market.actions import ActionKind, CorporateAction
from quorate.portfolio import PortfolioPolicy, SessionMarket
from quorate.risk import Leg
from tests.fakes.approvals import approved
from tests.fakes.exchanges import SESSIONS, SimulatedStage, broker_on, staged
from tests.integration.broker_contract import id_of

D = Decimal
FREE = PortfolioPolicy(slippage_bps=D(0))


async def told(stage, order):
    found = await stage.broker.find(id_of(order))
    return found.told.status, found.told.filled, found.told.average_price


async def sent(stage, order):
    await stage.broker.submit(order, id_of(order))
    return order


async def holding(**parts):
    """Return a stage that bought 10 at 100."""
    stage = await staged(policy=FREE, **parts)
    await sent(stage, approved())
    await stage.day(100, 100, 100, 100)
    return stage


async def test_a_market_order_fills_at_the_next_open_with_slippage_and_fee():
    stage = await staged(policy=PortfolioPolicy(fee_per_fill_usd=D(1)))
    order = await sent(stage, approved())
    await stage.day(110, 120, 90, 115)
    assert await told(stage, order) == ("filled", 10, D("110.0550"))
    assert (await stage.broker.account()).cash == D("98898.45")


@pytest.mark.parametrize(
    ("bar", "price"),
    [
        pytest.param((99, 101, 94, 96), 95, id="touched in the session"),
        pytest.param((90, 97, 88, 96), 90, id="gapped over"),
        pytest.param((99, 130, 95, 120), 95, id="touched to the tick"),
    ],
)
async def test_a_stop_fills_at_its_price_or_at_the_open_that_gapped_over_it(bar, price):
    stage = await holding()
    order = await sent(stage, approved(Leg.STOP, price="95"))
    await stage.day(*bar)
    assert await told(stage, order) == ("filled", 10, price)


async def test_a_stop_that_was_not_touched_rests_over_sessions():
    stage = await holding()
    order = await sent(stage, approved(Leg.STOP, price="95"))
    for _ in range(3):
        await stage.day(99, 101, "95.01", 100)
    assert (await told(stage, order))[0] == "new"


async def test_a_stop_placed_at_the_open_guards_the_session_of_its_entry():
    stage = await staged(policy=FREE)
    await sent(stage, approved())
    await stage.morning(100, 101, 90, 92)
    order = await sent(stage, approved(Leg.STOP, price="95"))
    await stage.broker.finish()
    assert await told(stage, order) == ("filled", 10, 95)


async def test_an_order_fills_in_parts_where_the_volume_is_thin_and_an_entry_ends_with_its_day():
    stage = await staged(policy=FREE)
    order = await sent(stage, approved())
    await stage.day(100, 101, 99, 100, volume=40)
    assert await told(stage, order) == ("expired", 4, 100)
    exit_ = await sent(stage, approved(Leg.EXIT, "4"))
    await stage.day(100, 101, 99, 100, volume=30)
    assert await told(stage, exit_) == ("partially_filled", 3, 100)
    await stage.day(102, 103, 101, 102)
    assert await told(stage, exit_) == ("filled", 4, D("100.5"))


async def test_an_order_of_a_symbol_that_does_not_trade_waits():
    stage = await staged(policy=FREE)
    order = await sent(stage, approved())
    await stage.broker.begin(SessionMarket(session=SESSIONS[1], bars={}))
    await stage.broker.finish()
    assert (await told(stage, order))[0] == "new"


async def test_a_gap_up_buys_what_the_cash_buys_and_cancels_the_rest():
    stage = await staged(policy=FREE)
    order = await sent(stage, approved(quantity="900"))
    await stage.day(200, 200, 200, 200)
    assert await told(stage, order) == ("canceled", 500, 200)
    assert (await stage.broker.account()).cash == 0


async def test_a_split_moves_the_position_and_the_stop_that_rests():
    stage = await holding()
    order = await sent(stage, approved(Leg.STOP, price="95"))
    split = CorporateAction(
        session=SESSIONS[2], kind=ActionKind.SPLIT, ratio=D(2), numerator=2, denominator=1
    )
    await stage.day(50, 51, 49, 50, actions=(split,))
    found = await stage.broker.find(id_of(order))
    assert (found.quantity, found.price) == (20, D("47.5"))
    (position,) = await stage.broker.positions()
    assert (position.quantity, position.average_price) == (20, 50)
    assert (await stage.broker.account()).equity == 100_000


async def test_a_dividend_pays_cash():
    stage = await holding()
    dividend = CorporateAction(session=SESSIONS[2], kind=ActionKind.DIVIDEND, ratio=D(100) / D(98))
    await stage.day(98, 98, 98, 98, actions=(dividend,))
    assert (await stage.broker.account()).cash == D("99020.00")


async def test_a_session_is_played_once_however_often_it_is_asked_for():
    stage = await staged(policy=FREE)
    order = await sent(stage, approved())
    stage.played -= 1
    await stage.day(50, 50, 50, 50)
    assert (await told(stage, order))[0] == "new"


async def test_the_same_bars_give_the_same_rows():
    async def lived():
        stage = await holding()
        await sent(stage, approved(Leg.STOP, price="95"))
        await stage.day(99, 101, 90, 96)
        return [row.payload for row in stage.journal.rows]

    assert await lived() == await lived()


async def test_a_process_that_starts_in_the_middle_of_a_session_goes_on():
    stage = await staged(policy=FREE)
    order = await sent(stage, approved())
    await stage.morning(100, 101, 99, 100, volume=40)
    again = broker_on(stage.journal, FREE)
    await again.load()
    stage.broker, stage.played = again, stage.played - 1
    await stage.day(100, 101, 99, 100, volume=40)
    assert await told(stage, order) == ("expired", 4, 100)


async def test_its_clock_is_new_yorks_in_winter_and_in_summer():
    stage = await staged(policy=FREE)
    last_of_winter = SESSIONS.index(date(2012, 3, 10))
    stage.played = last_of_winter - 1
    await stage.day(1, 1, 1, 1)
    shut = await stage.broker.clock()
    assert (shut.now.isoformat(), shut.is_open) == ("2012-03-10T21:00:00+00:00", False)
    assert shut.next_open.isoformat() == "2012-03-11T13:30:00+00:00"
    assert shut.next_close.isoformat() == "2012-03-11T20:00:00+00:00"
    await stage.morning(1, 1, 1, 1)
    opened = await stage.broker.clock()
    assert (opened.now, opened.next_close, opened.is_open) == (
        *(shut.next_open, shut.next_close, True),
    )


async def test_there_is_no_time_after_the_last_bar():
    stage = await staged()
    stage.played = len(SESSIONS) - 2
    await stage.day(1, 1, 1, 1)
    with pytest.raises(BrokerUnavailableError, match="no bars after"):
        await stage.broker.clock()


async def test_what_never_traded_cannot_be_bought():
    stage = SimulatedStage()
    with pytest.raises(OrderRefusedError, match="has not traded"):
        await sent(stage, approved())
