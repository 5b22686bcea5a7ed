"""The size of an entry: a wish becomes a number of shares that no limit objects to; it only ever shrinks.

One rule for virtual books and for orders that go to a broker. Source: DESIGN 8, RELIABILITY 3 (11-15).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple, Protocol

from quorate.portfolio.check_code import CheckCode
from quorate.portfolio.ledger import ZERO
from quorate.portfolio.policy import MAX_RISK


class EntryLimits(Protocol):
    """The limits of one entry; shares are of equity or of volume, in (0, 1]."""

    @property
    def max_order_equity(self) -> Decimal:
        """The value of one order as a share of equity."""
        ...

    @property
    def max_order_usd(self) -> Decimal:
        """The value of one order in USD."""
        ...

    @property
    def max_order_shares(self) -> Decimal:
        """The shares of one order."""
        ...

    @property
    def max_volume_share(self) -> Decimal:
        """One order's share of the mean volume of 20 sessions."""
        ...

    @property
    def max_position_equity(self) -> Decimal:
        """What may be held of one symbol, as a share of equity."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOffer:
    """An entry as it is wished for: shares, the price of one and its stop below it, in steps of the market."""

    quantity: Decimal
    price: Decimal
    stop: Decimal
    step: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRoom:
    """What there is room for, in USD: `position` is held of the symbol, `free` may be spent, `volume` is in shares.

    `gross` is what may still be held of all symbols; None where nothing but `free` bounds that.
    """

    equity: Decimal
    position: Decimal
    free: Decimal
    volume: Decimal | None
    gross: Decimal | None = None


class Sized(NamedTuple):
    """A number of shares, zero included, and the limit that made it smaller than wished; None where none did."""

    quantity: Decimal
    bound: CheckCode | None


class _Cap(NamedTuple):
    most: Decimal
    code: CheckCode


def entry_size(offer: EntryOffer, room: EntryRoom, limits: EntryLimits) -> Sized:
    """Return the largest number of shares, in whole steps, that is wished and that every limit allows."""
    tightest = min(_caps(offer, room, limits), key=lambda cap: cap.most)
    taken = min(offer.quantity, max(tightest.most, ZERO))
    return Sized(
        quantity=(taken / offer.step).to_integral_value(ROUND_FLOOR) * offer.step,
        bound=tightest.code if tightest.most < offer.quantity else None,
    )


def _caps(offer: EntryOffer, room: EntryRoom, limits: EntryLimits) -> Iterator[_Cap]:
    """Yield every limit in shares, in the order of the checks; of equal ones the first names the refusal."""
    equity, price = room.equity, offer.price
    value = min(limits.max_order_equity * equity, limits.max_order_usd)
    yield _Cap(value / price, CheckCode.NOTIONAL_EXCEEDS_MAX_PER_ORDER)
    yield _Cap(limits.max_order_shares, CheckCode.QUANTITY_EXCEEDS_MAXIMUM)
    if room.volume is not None:
        yield _Cap(limits.max_volume_share * room.volume, CheckCode.QUANTITY_EXCEEDS_MAXIMUM)
    yield _Cap(MAX_RISK * equity / (price - offer.stop), CheckCode.RISK_EXCEEDS_MAX_PER_TRADE)
    left = limits.max_position_equity * equity - room.position
    yield _Cap(left / price, CheckCode.POSITION_EXCEEDS_MAXIMUM)
    if room.gross is not None:
        yield _Cap(room.gross / price, CheckCode.GROSS_EXPOSURE)
    yield _Cap(room.free / price, CheckCode.NOTIONAL_EXCEEDS_FREE_BALANCE)
