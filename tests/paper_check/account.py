"""A real account as the contract sees it: only this check's own orders, under ids that no earlier check has used.

The broker sees each id once and for ever, and the account has orders of its own, so both are taken out of the way here.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from quorate.execution import STATE_OF_STATUS, TERMINAL
from quorate.execution.broker import BrokerOrder, OrderRefusedError, OrderUpdate
from quorate.execution.client_order_id import ClientOrderId
from quorate.execution.order import Told
from quorate.execution.ports import Broker
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ports import Clock
from quorate.risk import ApprovedOrder

POLLS = 20
POLL_S = 0.5


class NeedsAMarketError(Exception):
    """A test wants the market to trade at a price, which a real one does not do for us."""


@dataclass
class OwnOrders:
    """The broker, of whose orders only those of this check are told."""

    broker: Broker
    waits: Clock
    salt: str
    sent: dict[ClientOrderId, ClientOrderId] = field(default_factory=dict)

    def __getattr__(self, name: str) -> object:
        """Return what is the same for every caller: account, positions, clock, instruments."""
        return getattr(self.broker, name)

    async def submit(self, order: ApprovedOrder, client_order_id: ClientOrderId) -> Told:
        return await self.broker.submit(order, self._new(client_order_id))

    async def find(self, client_order_id: ClientOrderId) -> BrokerOrder | None:
        found = await self.broker.find(self._new(client_order_id))
        return None if found is None else replace(found, client_order_id=client_order_id)

    async def cancel(self, broker_order_id: str) -> None:
        """Ask for a cancellation and wait a while for it, which at a real broker takes a moment."""
        await self.broker.cancel(broker_order_id)
        for _ in range(POLLS):
            if broker_order_id not in {
                each.told.broker_order_id for each in await self.broker.orders(open_only=True)
            }:
                return
            await self.waits.sleep(POLL_S)

    async def replace(
        self, broker_order_id: str, client_order_id: ClientOrderId, *, price: Decimal
    ) -> Told:
        return await self.broker.replace(broker_order_id, self._new(client_order_id), price=price)

    async def orders(
        self, *, after: datetime | None = None, open_only: bool = False
    ) -> Sequence[BrokerOrder]:
        ours = {real: told for told, real in self.sent.items()}
        found = await self.broker.orders(after=after, open_only=open_only)
        return [
            replace(each, client_order_id=ours[each.client_order_id])
            for each in found
            if each.client_order_id in ours
        ]

    def updates(self) -> AsyncIterator[OrderUpdate | None]:
        return self._own_updates()

    async def clear(self) -> None:
        """Cancel what is still open of ours."""
        for real in tuple(self.sent.values()):
            with suppress(OrderRefusedError, UnavailableError):
                found = await self.broker.find(real)
                if found is not None and STATE_OF_STATUS.get(found.told.status) not in TERMINAL:
                    await self.broker.cancel(found.told.broker_order_id)

    async def _own_updates(self) -> AsyncIterator[OrderUpdate | None]:
        async for each in self.broker.updates():
            ours = {real: told for told, real in self.sent.items()}
            if each is None:
                yield None
            elif each.client_order_id in ours:
                yield replace(each, client_order_id=ours[each.client_order_id])

    def _new(self, told: ClientOrderId) -> ClientOrderId:
        """Return an id of the same length that this check alone uses."""
        if told not in self.sent:
            number = hashlib.sha256(f"{self.salt}{told}".encode()).hexdigest()[:26].upper()
            self.sent[told] = ClientOrderId(f"{told[:3]}{number}{told[29:]}")
        return self.sent[told]


@dataclass
class PaperStage:
    """The account, and a market that does what it likes."""

    broker: OwnOrders
    data: object

    async def trade(self, symbol: str, price: str) -> None:
        raise NeedsAMarketError(f"{symbol} at {price}")
