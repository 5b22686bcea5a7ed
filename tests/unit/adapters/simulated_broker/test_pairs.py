"""A pair at the simulated broker: traded in fractions, at any hour, and stopped like a stock."""

from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.adapters.simulated_broker.account import SimulatedAccount
from quorate.adapters.simulated_broker.broker import SimulatedBroker, SimulatedMarket
from quorate.execution.broker import OrderRefusedError
from quorate.kernel.ids import Symbol
from quorate.portfolio import PortfolioPolicy, SessionMarket
from quorate.risk import Leg
from tests.fakes.approvals import approved
from tests.fakes.exchanges import BOOK, FIRST, SESSIONS, bar
from tests.fakes.rows import RowsAlone
from tests.integration.broker_contract import id_of

D = Decimal
PAIR = Symbol("BTC/USD")


@pytest.fixture
def broker():
    return SimulatedBroker(
        BOOK,
        RowsAlone(),
        SimulatedMarket(sessions=SESSIONS, symbols=frozenset({PAIR})),
        PortfolioPolicy(slippage_bps=D(0)),
        SimulatedAccount(session=FIRST - timedelta(days=1), cash=D(1000)),
    )


async def played(broker, number, *prices, volume=1000):
    session = SESSIONS[number]
    await broker.begin(
        SessionMarket(session=session, bars={PAIR: bar(session, *prices, volume=volume)})
    )
    await broker.finish()


async def sent(broker, order):
    await broker.submit(order, id_of(order))
    return id_of(order)


async def test_a_pair_is_traded_in_fractions_and_around_the_clock(broker):
    found = await broker.instrument(PAIR)
    assert found is not None
    assert (found.fractionable, found.around_the_clock) == (True, True)
    assert found.quantity_step == D("0.000000001")


async def test_a_fraction_is_bought_and_its_stop_sells_it(broker):
    await played(broker, 0, 60_000, 60_000, 60_000, 60_000)
    order = await sent(broker, approved(quantity="0.000123456", symbol=PAIR))
    await played(broker, 1, 60_000, 60_000, 60_000, 60_000)
    bought = await broker.find(order)
    assert bought is not None
    assert (bought.told.status, bought.told.filled) == ("filled", D("0.000123456"))
    stop = await sent(
        broker, approved(Leg.STOP, quantity="0.000123456", symbol=PAIR, price="59000")
    )
    await played(broker, 2, 60_000, 60_500, 58_000, 58_500)
    sold = await broker.find(stop)
    assert sold is not None
    assert (sold.told.status, sold.told.average_price) == ("filled", D(59_000))
    assert await broker.positions() == []


async def test_the_last_of_the_cash_buys_a_fraction(broker):
    order = await sent(broker, approved(quantity="0.02", price="50000", symbol=PAIR))
    await played(broker, 0, 50_000, 50_000, 50_000, 50_000)
    found = await broker.find(order)
    assert found is not None
    assert found.told.filled == D("0.02")
    assert (await broker.account()).cash == 0


async def test_more_of_a_pair_than_the_money_buys_is_refused_too(broker):
    order = approved(quantity="1", price="60000", symbol=PAIR)
    with pytest.raises(OrderRefusedError):
        await broker.submit(order, id_of(order))
