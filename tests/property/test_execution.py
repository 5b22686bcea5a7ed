"""Whatever a broker loses, repeats or shuffles: no order twice, none lost, and every share accounted for."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.execution.order_table import OrderState
from quorate.execution.sending import Intent
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import DecisionId, TraceId
from quorate.portfolio.ledger import Account, opened_ledger
from quorate.risk import Side
from tests.fakes.brokers import FakeBroker
from tests.unit.execution.test_service import BOOK, MARKET, Desk
from tests.unit.risk.orders import AAPL

DECISIONS = 4
NANO = Decimal("1e-9")
IN_DOUBT = {OrderState.SUBMITTED, OrderState.SUBMIT_UNKNOWN}


async def lived(seed: int, loss: float) -> Desk:
    """Return a desk after a life of lost answers, restarts and a broker that comes back in the end."""
    rng = Random(seed)  # noqa: S311  (a test's dice)
    desk = Desk(broker=FakeBroker(rng, loss))
    for number in range(DECISIONS):
        intent = Intent(decided_at=desk.clock.now(), trace_id=TraceId("t"))
        await tried(desk.place(replace(MARKET, decision_id=DecisionId(f"dec_{number}")), intent))
        desk.broker.trade()
        await desk.heard()
        await tried(desk.service.protect(AAPL, intent))
        if rng.random() < 0.3:
            desk = restarted(desk)
        await tried(desk.service.reconcile())
    desk.broker.loss = 0.0
    desk.clock.time += timedelta(minutes=5)
    for _ in range(2):
        await desk.service.reconcile()
        await desk.heard()
    await desk.service.protect(AAPL, Intent(decided_at=desk.clock.now(), trace_id=TraceId("t")))
    return desk


def restarted(desk: Desk) -> Desk:
    again = Desk(store=desk.store, broker=desk.broker)
    again.clock = desk.clock
    again.service = type(again.service)(
        **{
            name: getattr(desk.service, f"_{name}")
            for name in ("book", "broker", "journal", "orders", "approval", "clock", "policy")
        },
        jitter=lambda: 0.5,
    )
    return again


async def tried(act):
    try:
        await act
    except UnavailableError:
        return


@given(seed=st.integers(0, 10**9), loss=st.sampled_from([0.0, 0.2, 0.5]))
@settings(max_examples=200, deadline=None)
def test_no_order_is_doubled_or_lost_and_the_shares_add_up(seed, loss):
    desk = asyncio.run(lived(seed, loss))
    ours = {each.order.client_order_id: each.order for each in desk.store.by_id.values()}
    assert desk.broker.placed.keys() <= ours.keys()
    words = [(o.request.decision_id, o.request.leg, o.client_order_id[-2:]) for o in ours.values()]
    assert len(set(words)) == len(words)
    for id_, order in ours.items():
        placed = desk.broker.placed.get(id_)
        assert order.state not in IN_DOUBT
        assert (placed is not None) or order.state in {OrderState.REJECTED, OrderState.DENIED}
        if placed is not None:
            assert order.filled == placed.filled == sum(q for q, _ in placed.fills)
            assert order.is_over == (not placed.is_open)
    assert_cash_is_exact(desk, ours)
    assert_all_is_protected(desk, ours)


def assert_cash_is_exact(desk, ours):
    """Both sides of every execution are posted; the cash is what the broker's own fills leave.

    A fill that was made up has the price that the broker's average implies, which no decimal states exactly.
    """
    ledger = opened_ledger(Decimal(10**9))
    for order in ours.values():
        way = -1 if order.request.side is Side.BUY else 1
        for each in order.executions:
            cash = (way * each.quantity * each.price).quantize(NANO)
            ledger = ledger.posted({Account.CASH: cash, Account.POSITIONS: -cash})
    spent = sum(
        (1 if each.request.side is Side.SELL else -1) * quantity * price
        for each in desk.broker.placed.values()
        for quantity, price in each.fills
    )
    assert round(ledger.of(Account.CASH) - Decimal(10**9), 6) == spent


def assert_all_is_protected(desk, ours):
    held = desk.store.held_shares(BOOK, AAPL).quantity
    covered = sum(
        order.request.quantity - order.filled
        for order in ours.values()
        if order.request.side is Side.SELL and not order.is_over
    )
    assert covered == max(held, Decimal(0))
