"""A broker in memory whose answers get lost, and whose stream loses, repeats and shuffles its frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from quorate.execution.broker import (
    BrokerOrder,
    BrokerPosition,
    BrokerUnavailableError,
    OrderRefusedError,
    OrderUpdate,
    OutcomeUnknownError,
)
from quorate.execution.order import Execution, Told
from quorate.execution.order_table import OrderEvent
from quorate.risk import OrderKind, Side
from tests.fakes.clock import NOON


@dataclass
class Placed:
    """An order as this broker has it."""

    id: str
    request: object
    status: str = "new"
    fills: list[tuple[Decimal, Decimal]] = field(default_factory=list)

    @property
    def filled(self) -> Decimal:
        return sum((quantity for quantity, _ in self.fills), Decimal(0))

    @property
    def told(self) -> Told:
        spent = sum((quantity * price for quantity, price in self.fills), Decimal(0))
        return Told(
            status=self.status,
            broker_order_id=f"b-{self.id}",
            filled=self.filled,
            average_price=spent / self.filled if self.filled else None,
        )

    @property
    def is_open(self) -> bool:
        return self.status in {"new", "partially_filled"}


class FakeBroker:
    """Takes orders; `loss` is the share of answers that are lost, before or after the order was taken.

    Of the frames that are lost a share of `late` comes after all, with a later delivery.
    """

    def __init__(self, rng: Random | None = None, loss: float = 0.0) -> None:
        self.rng = rng or Random(0)  # noqa: S311  (a test's dice)
        self.loss = loss
        self.placed: dict[str, Placed] = {}
        self.sent: list[str] = []
        self.frames: list[OrderUpdate] = []
        self.script: list[str] = []
        self.cancels = 0
        self.late = 0.5

    async def submit(self, order, client_order_id):
        self.sent.append(client_order_id)
        fate = self._fate()
        if fate == "unavailable":
            raise BrokerUnavailableError("nothing was sent", source="broker")
        if fate == "before":
            raise OutcomeUnknownError("no answer", source="broker")
        if fate == "refused":
            raise OrderRefusedError("insufficient buying power")
        if client_order_id in self.placed:
            raise OrderRefusedError("client_order_id must be unique")
        self.placed[client_order_id] = Placed(client_order_id, order.request)
        if fate == "after":
            raise OutcomeUnknownError("no answer", source="broker")
        return self.placed[client_order_id].told

    async def find(self, client_order_id):
        self._lost()
        found = self.placed.get(client_order_id)
        return None if found is None else _told_of(found)

    async def cancel(self, broker_order_id):
        self.cancels += 1
        fate = self._fate()
        if fate in {"before", "unavailable"}:
            raise OutcomeUnknownError("no answer", source="broker")
        found = self.placed[broker_order_id.removeprefix("b-")]
        if not found.is_open:
            raise OrderRefusedError("the order is not cancelable")
        found.status = "canceled"
        self._frame(found, OrderEvent.CANCELED, None)
        if fate == "after":
            raise OutcomeUnknownError("no answer", source="broker")

    async def orders(self, *, after=None, open_only=False):  # noqa: ARG002
        self._lost()
        return [_told_of(each) for each in self.placed.values() if each.is_open or not open_only]

    async def positions(self):
        self._lost()
        held: dict[str, Decimal] = {}
        for each in self.placed.values():
            way = 1 if each.request.side is Side.BUY else -1
            held[each.request.symbol] = (
                held.get(each.request.symbol, Decimal(0)) + way * each.filled
            )
        return [
            BrokerPosition(
                symbol=symbol, quantity=quantity, average_price=Decimal(1), market_value=None
            )
            for symbol, quantity in held.items()
            if quantity
        ]

    def fill(self, client_order_id, quantity, price):
        """Fill a slice of an open order."""
        found = self.placed[client_order_id]
        found.fills.append((Decimal(quantity), Decimal(price)))
        whole = found.filled >= found.request.quantity
        found.status = "filled" if whole else "partially_filled"
        self._frame(
            found,
            OrderEvent.FILL if whole else OrderEvent.PARTIAL,
            Execution(
                id=f"x-{client_order_id}-{len(found.fills)}",
                quantity=Decimal(quantity),
                price=Decimal(price),
            ),
        )

    def trade(self):
        """Fill random slices of the market orders that are open, and some stops."""
        for each in [each for each in self.placed.values() if each.is_open]:
            is_stop = each.request.kind is OrderKind.STOP
            if self.rng.random() < (0.9 if is_stop else 0.3):
                continue
            rest = each.request.quantity - each.filled
            part = min(rest, Decimal(self.rng.randint(1, 5)))
            self.fill(each.id, part, Decimal(self.rng.randint(9000, 11000)) / 100)

    def delivered(self):
        """Return the frames as the stream brings them: some lost, some late, some twice, in any sequence."""
        frames, self.frames = self.frames, []
        kept = []
        for each in frames:
            if self.rng.random() >= self.loss:
                kept.append(each)
            elif self.rng.random() < self.late:
                self.frames.append(each)
        kept += [each for each in kept if self.rng.random() < self.loss]
        if self.loss:
            self.rng.shuffle(kept)
        return kept

    def _fate(self) -> str:
        if self.script:
            return self.script.pop(0)
        if self.rng.random() >= self.loss:
            return "taken"
        return self.rng.choice(["before", "after", "unavailable"])

    def _lost(self) -> None:
        if self.rng.random() < self.loss:
            raise BrokerUnavailableError("no answer", source="broker")

    def _frame(self, placed: Placed, event: OrderEvent, execution: Execution | None) -> None:
        self.frames.append(
            OrderUpdate(
                client_order_id=placed.id,
                event=event,
                word=event.value,
                told=placed.told,
                execution=execution,
            )
        )


def _told_of(placed: Placed) -> BrokerOrder:
    request = placed.request
    return BrokerOrder(
        told=placed.told,
        client_order_id=placed.id,
        symbol=request.symbol,
        side=request.side,
        kind=request.kind,
        quantity=request.quantity,
        price=request.price,
        submitted_at=NOON,
    )
