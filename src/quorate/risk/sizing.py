"""Sizing: what an entry may be at most in an account with open orders."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from quorate.kernel.ids import Symbol
from quorate.portfolio.check_code import CheckCode
from quorate.portfolio.entry_size import EntryOffer, EntryRoom, Sized, entry_size
from quorate.risk.limits import RiskLimits
from quorate.risk.situation import AccountFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryWish:
    """An entry as it is wished for: shares, the price of one and its stop, both in USD."""

    symbol: Symbol
    quantity: Decimal
    price: Decimal
    stop: Decimal
    step: Decimal
    average_volume: Decimal


def sized_entry(wish: EntryWish, account: AccountFacts, limits: RiskLimits) -> Sized:
    """Return the largest number of shares, in the broker's steps, that is wished and that the limits allow.

    A stop at or above the price allows nothing: its risk could not be told. Source: DESIGN 8, RELIABILITY 3 (11-15).
    """
    if wish.price <= 0 or wish.stop >= wish.price or account.equity <= 0:
        return Sized(quantity=Decimal(0), bound=CheckCode.RISK_ZERO_WITH_SIZE)
    pending = account.pending_buys()
    held = account.worth.get(wish.symbol, Decimal(0)) + account.pending_buys(wish.symbol)
    gross = sum(account.worth.values(), Decimal(0)) + pending
    room = EntryRoom(
        equity=account.equity,
        position=held,
        free=account.buying_power * limits.usable_buying_power - pending,
        volume=wish.average_volume,
        gross=limits.max_gross_equity * account.equity - gross,
    )
    offer = EntryOffer(quantity=wish.quantity, price=wish.price, stop=wish.stop, step=wish.step)
    return entry_size(offer, room, limits)
