"""Wishes: which orders decisions and due exits ask for, before any check. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from quorate.cycle.analysis import Analysed
from quorate.cycle.entry_exits import EntryExits
from quorate.cycle.ports import ExitDue
from quorate.execution.broker import Instrument
from quorate.execution.recorded import RecordedOrder
from quorate.kernel.ids import Symbol
from quorate.kernel.vote import SizingKind
from quorate.portfolio.side import Side
from quorate.risk import Leg, OrderKind, OrderRequest
from quorate.risk.situation import MarketFacts
from quorate.risk.sizing import EntryWish

BASIS: Final = Decimal(10_000)
WHOLE_SHARE: Final = Decimal(1)

COLLAR: Final = Decimal("0.03")
"""How much dearer than the last close an entry may become over night. Source: RELIABILITY 3 (10)."""

WIDE_SPREAD_BPS: Final = Decimal(20)
"""A spread of more than this is crossed with a limit, not at the market. Source: RELIABILITY 3 (10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An order that somebody wants, which of the decision's orders of that leg it is, and an entry's exits."""

    request: OrderRequest
    generation: int = 0
    exits: EntryExits | None = None


def entry_wish(
    made: Analysed, stop: Decimal, market: MarketFacts, instrument: Instrument, equity: Decimal
) -> EntryWish | str:
    """Return the entry that a BUY wishes for, or why it can wish for none."""
    decision, price = made.decision, market.reference
    if price is None or price <= 0:
        return "nobody knows what a share costs"
    if stop >= price:
        return f"its stop {stop} is not below the price {price}"
    if decision.sizing is None:
        return "it names no size"
    sizing = decision.sizing
    wanted = sizing.value if sizing.kind is SizingKind.QTY else sizing.value * equity / price
    return EntryWish(
        symbol=decision.symbol,
        quantity=wanted,
        price=price,
        stop=stop,
        step=_step(instrument),
        average_volume=market.average_volume or Decimal(0),
    )


def entry_request(
    made: Analysed,
    wish: EntryWish,
    quantity: Decimal,
    market: MarketFacts,
    instrument: Instrument,
    *,
    target: Decimal | None,
) -> OrderRequest:
    """Return the order of an entry: at the market where the spread is narrow, else at the ask.

    Without a quote it waits for an open that nobody knows: then the collar is its limit, below the target, so that a
    gap over either buys nothing, as in the backtest.
    """
    unknown = market.bid is None and market.ask is None
    limit = (
        _collared(wish.price, target, instrument)
        if unknown
        else _crossing(market.ask, market, instrument)
    )
    return OrderRequest(
        decision_id=made.decision.decision_id,
        decision_hash=made.hash,
        symbol=made.decision.symbol,
        side=Side.BUY,
        leg=Leg.ENTRY,
        kind=OrderKind.MARKET if limit is None else OrderKind.LIMIT,
        quantity=quantity,
        intended_quantity=quantity,
        price=limit,
        protective_stop=wish.stop,
    )


def sales(
    due: Sequence[ExitDue],
    sold: Sequence[Analysed],
    held: Mapping[Symbol, Decimal],
    orders: Mapping[Symbol, Sequence[RecordedOrder]],
    market: Mapping[Symbol, MarketFacts],
    instruments: Mapping[Symbol, Instrument],
) -> list[Wanted]:
    """Return the sales that are wanted: what the arena decided first, then what is due; one of a symbol at a time.

    A symbol whose sale is under way is left alone.
    """
    wanted = [
        ExitDue(
            decision_id=made.decision.decision_id,
            decision_hash=made.hash,
            symbol=made.decision.symbol,
            leg=Leg.EXIT,
            quantity=held.get(made.decision.symbol, Decimal(0)),
        )
        for made in sold
    ]
    found: dict[Symbol, Wanted] = {}
    for exit_ in (*wanted, *due):
        symbol = exit_.symbol
        known = orders.get(symbol, ())
        quantity = min(exit_.quantity, held.get(symbol, Decimal(0)))
        if quantity <= 0 or symbol in found or _is_leaving(known):
            continue
        limit = _crossing(market[symbol].bid, market[symbol], instruments.get(symbol))
        request = OrderRequest(
            decision_id=exit_.decision_id,
            decision_hash=exit_.decision_hash,
            symbol=symbol,
            side=Side.SELL,
            leg=exit_.leg,
            kind=OrderKind.MARKET if limit is None else OrderKind.LIMIT,
            quantity=quantity,
            intended_quantity=quantity,
            price=limit,
        )
        found[symbol] = Wanted(request=request, generation=_generation(request, known))
    return list(found.values())


def names(wanted: Iterable[ExitDue], sold: Iterable[Analysed]) -> Collection[Symbol]:
    """Return the symbols that may have to be sold."""
    return {exit_.symbol for exit_ in wanted} | {made.decision.symbol for made in sold}


def _collared(price: Decimal, target: Decimal | None, instrument: Instrument) -> Decimal:
    """Return the most that a share may cost at an open to come."""
    step = instrument.price_step_at(price)
    most = (price * (1 + COLLAR)).quantize(step, rounding=ROUND_FLOOR)
    return most if target is None else max(min(most, target - step), price)


def _step(instrument: Instrument) -> Decimal:
    """Return the steps of an entry: stocks in whole shares, since no stop protects a part of one over night.

    Source: RELIABILITY 2.0 (fractional orders end with the day).
    """
    if instrument.around_the_clock:
        return instrument.quantity_step
    return max(instrument.quantity_step, WHOLE_SHARE)


def _crossing(
    price: Decimal | None, market: MarketFacts, instrument: Instrument | None
) -> Decimal | None:
    """Return the limit that crosses a wide spread, None where the market order is the better one."""
    bid, ask = market.bid, market.ask
    if price is None or bid is None or ask is None or bid <= 0 or instrument is None:
        return None
    middle = (bid + ask) / 2
    if (ask - bid) / middle * BASIS <= WIDE_SPREAD_BPS:
        return None
    return price.quantize(instrument.price_step_at(price))


def _is_leaving(orders: Sequence[RecordedOrder]) -> bool:
    return any(
        each.order.request.side is Side.SELL
        and each.order.request.leg is not Leg.STOP
        and not each.order.is_over
        for each in orders
    )


def _generation(request: OrderRequest, orders: Sequence[RecordedOrder]) -> int:
    """Return one more than the newest order of the same decision and leg has; 0 for the first."""
    earlier = [
        each.generation
        for each in orders
        if (each.order.request.decision_id, each.order.request.leg)
        == (request.decision_id, request.leg)
    ]
    return max(earlier, default=-1) + 1
