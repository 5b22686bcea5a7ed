"""What the real paper account is asked: the contract of every broker, and a pair bought, protected and sold again."""

from __future__ import annotations

from contextlib import aclosing
from decimal import ROUND_DOWN, Decimal

import pytest

from quorate.execution import OrderState
from quorate.execution.broker import OrderRefusedError
from quorate.kernel.ids import Symbol
from quorate.risk import Leg, OrderKind
from tests.fakes.approvals import approved
from tests.integration.broker_contract import BrokerContract, held, id_of, sent, soon, state
from tests.paper_check.account import POLL_S, POLLS

PAIR = Symbol("BTC/USD")
WORTH = Decimal(12)
"""USD that are bought of a pair: a little above the broker's least order of 10."""


class PaperContract(BrokerContract):
    """The promises that can be held against an account which others use too."""

    async def test_the_account_tells_its_money(self, stage):
        account = await stage.broker.account()
        assert account.account_id
        assert account.equity > 0
        assert account.buying_power >= 0
        assert not account.blocked

    async def test_more_than_the_money_buys_is_refused_and_does_not_exist(self, stage):
        power = (await stage.broker.account()).buying_power
        quantity = (power / 50 + 1).quantize(Decimal(1))
        order = approved(quantity=str(quantity), price="100")
        with pytest.raises(OrderRefusedError):
            await stage.broker.submit(order, id_of(order))
        assert await stage.broker.find(id_of(order)) is None

    async def test_a_resting_order_is_cancelled(self, stage):
        order = approved(price="1.50")
        told = await stage.broker.submit(order, id_of(order))
        await stage.broker.cancel(told.broker_order_id)
        assert await state(stage, id_of(order)) is OrderState.CANCELED
        assert await stage.broker.orders(open_only=True) == []

    async def test_the_stream_listens(self, stage):
        async with aclosing(stage.broker.updates()) as updates:
            assert await soon(updates) is None

    async def test_the_market_data_tell_a_quote_of_a_pair(self, stage):
        quote = (await stage.data.quotes([PAIR]))[PAIR]
        assert 0 < quote.bid <= quote.ask

    async def test_a_pair_is_bought_protected_and_sold_again(self, stage):
        quote = (await stage.data.quotes([PAIR]))[PAIR]
        instrument = await stage.broker.instrument(PAIR)
        before = await held(stage, PAIR)
        step = instrument.quantity_step
        quantity = (WORTH / quote.ask / step).to_integral_value(ROUND_DOWN) * step
        entry = await sent(stage, approved(quantity=f"{quantity:f}", symbol=PAIR))
        await _until_filled(stage, entry)
        # The broker takes its fee for a pair out of the pair.
        bought = min(quantity, await held(stage, PAIR) - before)
        assert bought > 0
        stop = (quote.bid * Decimal("0.8")).quantize(Decimal(1))
        resting = approved(Leg.STOP, f"{bought:f}", price=f"{stop:f}", symbol=PAIR)
        told = await stage.broker.submit(resting, id_of(resting))
        found = await stage.broker.find(id_of(resting))
        assert (found.kind, found.price, found.symbol) == (OrderKind.STOP, stop, PAIR)
        await stage.broker.cancel(told.broker_order_id)
        sale = await sent(stage, approved(Leg.EXIT, f"{bought:f}", symbol=PAIR))
        await _until_filled(stage, sale)
        assert await held(stage, PAIR) - before < bought


async def _until_filled(stage, order_id):
    for _ in range(POLLS):
        if await state(stage, order_id) is OrderState.FILLED:
            return
        await stage.broker.waits.sleep(POLL_S)
    assert await state(stage, order_id) is OrderState.FILLED
