"""The kill switch's figure: from the order to halt to the last cancellation that reached the broker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, cast

from benchmarks.measure import Figure, percentile, spread
from benchmarks.risk import ENTRY
from quorate.adapters.sql.orders import SqlOrders
from quorate.bootstrap.store import Store, opened_store
from quorate.config import Settings
from quorate.execution import ClientOrderId, Told
from quorate.execution.broker import BrokerOrder
from quorate.execution.halting import Halt, HaltId, HaltScope, KillSwitch, halting, resuming
from quorate.execution.policy import ExecutionPolicy
from quorate.execution.ports import Broker
from quorate.execution.sending import Intent
from quorate.execution.service import ExecutionService
from quorate.kernel.ids import BookName, DecisionId, Tenant, TraceId
from quorate.risk import ApprovedOrder, OrderRequest, approve
from quorate.risk.assessment import Assessment

ROUNDS: Final = 20
ENTRIES: Final = 20
"""Open entries at a time: far more than the limits allow."""

ANSWER_S: Final = 0.1
"""How long the broker takes for an answer."""

BAR_MS: Final = 1000
"""Source: RELIABILITY 3."""

BOOK: Final = BookName("bench")


class SlowBroker:
    """Takes every order, fills none, and takes its time over each cancellation; `last` is when it had the last."""

    def __init__(self) -> None:
        self.last = 0.0
        self._orders: dict[ClientOrderId, BrokerOrder] = {}

    async def submit(self, order: ApprovedOrder, client_order_id: ClientOrderId) -> Told:
        """Take an order."""
        request = order.request
        self._orders[client_order_id] = BrokerOrder(
            told=Told(
                status="new",
                broker_order_id=client_order_id,
                filled=Decimal(0),
                average_price=None,
            ),
            client_order_id=client_order_id,
            symbol=request.symbol,
            side=request.side,
            kind=request.kind,
            quantity=request.quantity,
            price=request.price,
            submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        return self._orders[client_order_id].told

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        """Return the order with this id."""
        return self._orders.get(client_order_id)

    async def cancel(self, broker_order_id: str) -> None:
        """Cancel after a while."""
        self.last = time.perf_counter()
        await asyncio.sleep(ANSWER_S)
        id_ = ClientOrderId(broker_order_id)
        known = self._orders[id_]
        self._orders[id_] = replace(known, told=replace(known.told, status="canceled"))


class Unchecked:
    """Approves whatever it is asked: the checks have a figure of their own."""

    async def approved(self, request: OrderRequest) -> ApprovedOrder:
        """Return the approved order."""
        return approve(Assessment(order=request, findings=()))


def figures(settings: Settings, where: str) -> Iterator[Figure]:
    """Yield the figure of a halt that cancels."""
    with opened_store(settings, tenant=Tenant("bench-halt")) as store:
        taken = asyncio.run(_halts(store))
    yield Figure(
        what=f"halt: from the order to the last of {ENTRIES} cancels at the broker, {where}",
        figure=spread(taken),
        bar=f"< {BAR_MS} ms",
        reached=percentile(taken, 1) < BAR_MS,
    )


async def _halts(store: Store) -> list[float]:
    broker = SlowBroker()
    orders = SqlOrders(store.database, store.tenant)
    service = ExecutionService(
        book=BOOK,
        broker=cast("Broker", broker),
        journal=store.journal,
        orders=orders,
        approval=Unchecked(),
        clock=store.clock,
        policy=ExecutionPolicy(),
        jitter=lambda: 0.0,
    )
    switch = KillSwitch(
        execution=service,
        orders=orders,
        journal=store.journal,
        clock=store.clock,
        trace_id=TraceId("bench"),
    )
    taken = []
    for number in range(ROUNDS):
        for entry in range(ENTRIES):
            request = replace(ENTRY, decision_id=DecisionId(f"dec_{number}_{entry}"))
            intent = Intent(decided_at=store.clock.now(), trace_id=TraceId("bench"))
            await service.place(await Unchecked().approved(request), intent)
        halt = Halt(
            id=HaltId(f"hlt_{number}"), book=BOOK, scope=HaltScope.CANCEL, reason="b", by="bench"
        )
        began = time.perf_counter()
        await store.journal.commit(lambda tx, halt=halt: halting(tx, halt))
        await switch.carry_out(halt)
        taken.append(broker.last - began)
        await store.journal.commit(lambda tx: resuming(tx, BOOK, reason="on", by="bench"))
    return taken
