"""Orders as the scripted broker keeps them, and how they look in its replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

OPEN = frozenset(
    {
        *("new", "accepted", "pending_new", "partially_filled", "held", "stopped", "suspended"),
        *("pending_cancel", "pending_replace", "pending_review", "done_for_day", "calculated"),
    }
)
KNOWN = OPEN | {"filled", "canceled", "expired", "replaced", "rejected", "accepted_for_bidding"}
BILLION = 1_000_000_000


@dataclass
class Order:
    id: str
    client_order_id: str
    symbol: str
    side: str
    type: str
    time_in_force: str
    qty: Decimal
    asset_id: str
    submitted_ns: int
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    status: str = "new"
    filled: Decimal = Decimal(0)
    spent: Decimal = Decimal(0)
    triggered: bool = False
    replaced_by: str | None = None
    replaces: str | None = None
    ended: dict[str, int] = field(default_factory=dict)

    @property
    def rest(self) -> Decimal:
        return self.qty - self.filled

    @property
    def is_open(self) -> bool:
        """A word that nobody knows leaves the order where it was: open."""
        return self.status in OPEN or self.status not in KNOWN

    @property
    def is_crypto(self) -> bool:
        return "/" in self.symbol


def order_json(order: Order) -> dict[str, object]:
    """Return the order as GET /v2/orders/{id} tells it."""
    average = order.spent / order.filled if order.filled else None
    ended = {
        name: shown(order.ended.get(name))
        for name in ("filled_at", "expired_at", "canceled_at", "failed_at", "replaced_at")
    }
    return {
        "id": order.id,
        "client_order_id": order.client_order_id,
        "created_at": shown(order.submitted_ns),
        "updated_at": shown(order.submitted_ns),
        "submitted_at": shown(order.submitted_ns),
        **ended,
        "replaced_by": order.replaced_by,
        "replaces": order.replaces,
        "asset_id": order.asset_id,
        "symbol": order.symbol,
        "asset_class": "crypto" if order.is_crypto else "us_equity",
        "notional": None,
        "qty": f"{order.qty:f}",
        "filled_qty": f"{order.filled:f}",
        "filled_avg_price": None if average is None else f"{average:f}",
        "order_class": "",
        "order_type": order.type,
        "type": order.type,
        "side": order.side,
        "time_in_force": order.time_in_force,
        "limit_price": told(order.limit_price),
        "stop_price": told(order.stop_price),
        "status": order.status,
        "extended_hours": False,
        "legs": None,
    }


def told(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def shown(moment: int | None) -> str | None:
    """Return nanoseconds since 1970 as the broker writes a time."""
    if moment is None:
        return None
    seconds, rest = divmod(moment, BILLION)
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def nanoseconds(text: str) -> int:
    """Return a time of the broker's in nanoseconds since 1970."""
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return seconds * BILLION + int(fraction.ljust(9, "0")[:9] or 0)
