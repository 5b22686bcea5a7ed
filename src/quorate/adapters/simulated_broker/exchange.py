"""The exchange: what a session's bars do to an account. Pure, and the same for the same bars.

corporate actions -> market orders at the open -> stops before limits by the bar -> day orders end, marks at the close
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.adapters.simulated_broker.account import (
    ZERO,
    HeldOrder,
    HeldPosition,
    SimulatedAccount,
)
from quorate.execution.broker import price_in_steps
from quorate.execution.order import Execution
from quorate.execution.order_table import OrderEvent
from quorate.kernel.ids import Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.asset_kind import is_pair
from quorate.market.bar import Bar
from quorate.portfolio import SessionMarket, Side
from quorate.portfolio.corporate import close_after, dividend_on, split_shares
from quorate.portfolio.fill_model import bought_at, sold_at
from quorate.portfolio.ledger import cents
from quorate.risk import OrderKind

VOLUME_SHARE: Final = Decimal("0.10")
"""The share of a session's volume that fills orders; the rest of an order waits or ends. Ours."""

PAIR_STEP: Final = Decimal("0.000000001")
"""The fractions in which a pair is traded. Source: RELIABILITY 2.0 (at most 9 decimals)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillCosts:
    """What a fill costs; the numbers are those of the portfolio policy."""

    slippage_bps: Decimal
    fee_usd: Decimal


class Tick(NamedTuple):
    """Something that happened to an order, with the order after it."""

    order: HeldOrder
    event: OrderEvent
    execution: Execution | None = None


class Traded(NamedTuple):
    """An account after something happened, and what it was."""

    account: SimulatedAccount
    ticks: tuple[Tick, ...] = ()


def begun(account: SimulatedAccount, market: SessionMarket) -> SimulatedAccount:
    """Return the account at the beginning of a session, its corporate actions applied; no session begins twice."""
    if market.session <= account.session:
        return account
    after = replace(account, session=market.session, is_open=True, traded=MappingProxyType({}))
    for symbol, actions in market.actions.items():
        for action in actions:
            if symbol in after.closes:
                after = _acted(after, symbol, action)
    return after


def opening(bars: Mapping[Symbol, Bar]) -> dict[Symbol, Bar]:
    """Return the bars as they are known at the open: one price, and the volume of the session."""
    return {
        symbol: Bar(bar.session, bar.open, bar.open, bar.open, bar.open, bar.volume)
        for symbol, bar in bars.items()
    }


def traded(account: SimulatedAccount, bars: Mapping[Symbol, Bar], costs: FillCosts) -> Traded:
    """Return the account after every open order met its symbol's bar: sales first, stops before limits.

    A price that was gapped over fills at the open. What the cash does not buy is cancelled. Nothing trades in a session
    that is over.
    """
    if not account.is_open:
        return Traded(account)
    ticks: list[Tick] = []
    for waiting in sorted(account.open_orders, key=_sequence):
        bar = bars.get(waiting.symbol)
        price = None if bar is None else _fill_price(waiting, bar, costs)
        if bar is not None and price is not None:
            account, told = _filled(account, waiting, price, bar, costs)
            ticks += told
    closes = {symbol: bar.close for symbol, bar in bars.items()}
    marked = replace(account, closes=MappingProxyType({**account.closes, **closes}))
    return Traded(marked, tuple(ticks))


def ended(account: SimulatedAccount, symbols: Iterable[Symbol]) -> Traded:
    """Return the account after the close: day orders of the symbols that traded are over."""
    if not account.is_open:
        return Traded(account)
    over = {*symbols}
    ticks = [
        Tick(replace(order, status="expired"), OrderEvent.EXPIRED)
        for order in account.open_orders
        if order.symbol in over and not order.lasts
    ]
    closed = replace(account, is_open=False)
    return Traded(with_orders(closed, [tick.order for tick in ticks]), tuple(ticks))


def quantity_step(symbol: Symbol) -> Decimal:
    """Return the steps in which a symbol is traded here: whole shares, a pair in fractions as at the broker."""
    return PAIR_STEP if is_pair(symbol) else Decimal(1)


def with_orders(account: SimulatedAccount, orders: Iterable[HeldOrder]) -> SimulatedAccount:
    """Return the account with `orders` as they are now."""
    changed = {order.client_order_id: order for order in orders}
    return replace(account, orders=MappingProxyType({**account.orders, **changed}))


def _sequence(order: HeldOrder) -> tuple[bool, int, int]:
    kinds = (OrderKind.MARKET, OrderKind.STOP, OrderKind.LIMIT)
    return (order.side is Side.BUY, kinds.index(order.kind), order.number)


def _fill_price(order: HeldOrder, bar: Bar, costs: FillCosts) -> Decimal | None:
    """Return the price that an order fills at in a bar, None where it was not reached."""
    slippage = costs.slippage_bps
    if order.price is None:
        at_market = bought_at if order.side is Side.BUY else sold_at
        return at_market(bar.open, slippage)
    if order.kind is OrderKind.STOP:
        stopped = bar.low <= order.price
        return sold_at(min(bar.open, order.price), slippage) if stopped else None
    if order.side is Side.BUY:
        reached = bar.low <= order.price
        return min(order.price, bought_at(bar.open, slippage)) if reached else None
    reached = bar.high >= order.price
    return max(order.price, sold_at(bar.open, slippage)) if reached else None


def _filled(
    account: SimulatedAccount, order: HeldOrder, price: Decimal, bar: Bar, costs: FillCosts
) -> Traded:
    step = quantity_step(order.symbol)
    left = _floored(bar.volume * VOLUME_SHARE, step) - account.traded.get(order.symbol, ZERO)
    quantity = min(order.rest, max(left, ZERO))
    if order.side is Side.BUY:
        affordable = _floored((account.cash - costs.fee_usd) / price, step)
        if affordable < quantity:
            return _short_of_cash(account, order, max(affordable, ZERO), price, costs)
    if quantity <= 0:
        return Traded(account)
    return _booked(account, order, quantity, price, costs)


def _short_of_cash(
    account: SimulatedAccount, order: HeldOrder, quantity: Decimal, price: Decimal, costs: FillCosts
) -> Traded:
    """Return the account after what the cash buys was bought and the rest was cancelled."""
    bought = _booked(account, order, quantity, price, costs) if quantity else Traded(account)
    known = bought.account.orders[order.client_order_id]
    over = replace(known, status="canceled")
    return Traded(
        with_orders(bought.account, [over]), (*bought.ticks, Tick(over, OrderEvent.CANCELED))
    )


def _booked(
    account: SimulatedAccount, order: HeldOrder, quantity: Decimal, price: Decimal, costs: FillCosts
) -> Traded:
    filled = order.filled + quantity
    execution = Execution(id=f"{order.broker_order_id}-{filled:f}", quantity=quantity, price=price)
    is_whole = filled >= order.quantity
    after = replace(
        order,
        status="filled" if is_whole else "partially_filled",
        executions=(*order.executions, execution),
    )
    notional = cents(quantity * price)
    way = 1 if order.side is Side.BUY else -1
    volume = account.traded.get(order.symbol, ZERO) + quantity
    moved = replace(
        with_orders(account, [after]),
        cash=account.cash - way * notional - costs.fee_usd,
        positions=_positions(account, order, way * quantity, notional),
        traded=MappingProxyType({**account.traded, order.symbol: volume}),
        closes=MappingProxyType({**account.closes, order.symbol: price}),
    )
    event = OrderEvent.FILL if is_whole else OrderEvent.PARTIAL
    return Traded(moved, (Tick(after, event, execution),))


def _positions(
    account: SimulatedAccount, order: HeldOrder, change: Decimal, notional: Decimal
) -> Mapping[Symbol, HeldPosition]:
    """Return the positions after a fill; a sale takes its part of the cost away."""
    before = account.positions.get(order.symbol, HeldPosition(quantity=ZERO, cost=ZERO))
    quantity = before.quantity + change
    others = {each: held for each, held in account.positions.items() if each != order.symbol}
    if not quantity:
        return MappingProxyType(others)
    cost = before.cost + notional if change > 0 else before.cost * quantity / before.quantity
    others[order.symbol] = HeldPosition(quantity=quantity, cost=cost)
    return MappingProxyType(others)


def _acted(account: SimulatedAccount, symbol: Symbol, action: CorporateAction) -> SimulatedAccount:
    close, position = account.closes[symbol], account.positions.get(symbol)
    closes = MappingProxyType({**account.closes, symbol: close_after(close, action)})
    if action.kind is ActionKind.DIVIDEND:
        paid = dividend_on(account.held(symbol), action, close)
        return replace(account, cash=account.cash + paid, closes=closes)
    positions = {**account.positions}
    if position is not None:
        positions[symbol] = replace(position, quantity=split_shares(position.quantity, action))
    orders = [_split_order(each, action) for each in account.open_orders if each.symbol == symbol]
    split = replace(account, positions=MappingProxyType(positions), closes=closes)
    return with_orders(split, orders)


def _split_order(order: HeldOrder, action: CorporateAction) -> HeldOrder:
    new, old = action.terms
    price = None if order.price is None else price_in_steps(order.price * old / new)
    return replace(order, quantity=order.filled + split_shares(order.rest, action), price=price)


def _floored(quantity: Decimal, step: Decimal) -> Decimal:
    return (quantity / step).to_integral_value(ROUND_FLOOR) * step
