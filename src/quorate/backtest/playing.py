"""Playing: the entries that a strategy would have made, each left by its own exits, one at a time in a symbol.

An entry that comes while another is open in the same symbol would be the same bet again, so it is counted and left out.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np

from quorate.backtest.engine import Columns, simulated
from quorate.backtest.plan import MAX_HORIZON, Costs, ExitPlan
from quorate.kernel.ids import Symbol


class Leave(StrEnum):
    """What ended a trade."""

    STOP = "stop"
    TARGET = "target"
    HORIZON = "horizon"
    SELL = "sell"
    """The strategy itself said SELL: out at the next open."""


class Passed(StrEnum):
    """Why an entry was not made."""

    OVERLAPPING = "overlapping"
    """A trade was open in the symbol."""
    GAPPED = "gapped"
    """The next session opened beyond its stop or its target."""
    TOO_LATE = "too_late"
    """There is no next session."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class History:
    """A symbol's sessions with their adjusted prices, up to and with the last one that counts."""

    sessions: tuple[date, ...]
    prices: Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as it was decided at the close of bar `signal`; exits in adjusted dollars, `share` of equity."""

    symbol: Symbol
    signal: int
    share: float
    stop: float
    target: float | None
    horizon: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """An entry that was made. `exit`, `left`, `how` and `gained` are None while it is open.

    Prices are adjusted dollars, `risked` is the stop's distance as a share of the entry, `gained` the return net of
    costs as a share of what was paid; `entered` and `left` are bars.
    """

    entry: Entry
    entered: int
    paid: float
    risked: float
    left: int | None
    exit: float | None
    how: Leave | None
    gained: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The trades by the session of their signals, then by symbol; and how many entries were passed over, and why."""

    trades: tuple[Trade, ...]
    passed: Mapping[Passed, int]

    @property
    def closed(self) -> tuple[Trade, ...]:
        """Return those whose end is known."""
        return tuple(trade for trade in self.trades if trade.gained is not None)


def played(
    entries: Iterable[Entry],
    sells: Mapping[Symbol, Sequence[int]],
    histories: Mapping[Symbol, History],
    costs: Costs,
) -> Played:
    """Return what became of `entries`.

    Args:
        entries: each symbol's in the order of their signals.
        sells: by symbol, the bars at whose close the strategy said SELL, ascending.
        histories: what is known of each symbol.
        costs: of each of a trade's two sides.
    """
    trades, passed = list[Trade](), dict.fromkeys(Passed, 0)
    free_from: dict[Symbol, int | None] = {}
    for entry in entries:
        free = free_from.get(entry.symbol, 0)
        found: Trade | Passed = Passed.OVERLAPPING
        if free is not None and entry.signal >= free:
            found = _made(entry, sells.get(entry.symbol, ()), histories[entry.symbol], costs)
        if isinstance(found, Passed):
            passed[found] += 1
            continue
        trades.append(found)
        free_from[entry.symbol] = found.left
    in_order = sorted(trades, key=lambda each: _place(each, histories))
    return Played(trades=tuple(in_order), passed=passed)


def apart(trades: Iterable[Trade], histories: Mapping[Symbol, History]) -> Iterator[Trade]:
    """Yield those of the closed `trades`, in their order, that began when no other one of any symbol was open.

    Trades that share sessions share their luck; only these are nearly independent of each other.
    """
    over: date | None = None
    for trade in trades:
        sessions = histories[trade.entry.symbol].sessions
        if trade.left is not None and (over is None or sessions[trade.entry.signal] >= over):
            yield trade
            over = sessions[trade.left]


def _place(trade: Trade, histories: Mapping[Symbol, History]) -> tuple[date, Symbol]:
    symbol = trade.entry.symbol
    return histories[symbol].sessions[trade.entry.signal], symbol


def _made(entry: Entry, sells: Sequence[int], history: History, costs: Costs) -> Trade | Passed:
    """Return the trade that an entry becomes at the next open, or why it becomes none."""
    prices, bar = history.prices, entry.signal + 1
    if bar >= len(prices.close):
        return Passed.TOO_LATE
    paid = float(prices.open[bar])
    if entry.stop >= paid or (entry.target is not None and entry.target <= paid):
        return Passed.GAPPED
    plan = ExitPlan(
        stop=1 - entry.stop / paid,
        target=None if entry.target is None else entry.target / paid - 1,
        horizon=min(entry.horizon, MAX_HORIZON),
    )
    found = simulated(prices, np.array([entry.signal], dtype=np.intp), plan, costs)
    end = int(found.exit[0]) if len(found.exit) else None
    sold = _sold_at(entry.signal, end, sells, len(prices.close))
    if sold is not None:
        return _trade(entry, plan, paid, (sold, float(prices.open[sold]), Leave.SELL), costs)
    if end is None:
        return _trade(entry, plan, paid, None, costs)
    before_costs = (1 + float(found.returns[0])) * paid * (1 + costs.share) / (1 - costs.share)
    how = _how(prices, end, paid, plan)
    return _trade(entry, plan, paid, (end, before_costs, how), costs)


def _sold_at(signal: int, end: int | None, sells: Sequence[int], bars: int) -> int | None:
    """Return the bar at whose open the first SELL after the entry takes effect, None where an exit comes before it."""
    place = bisect_right(sells, signal)
    if place == len(sells):
        return None
    bar = sells[place] + 1
    return bar if bar < bars and (end is None or bar <= end) else None


def _how(prices: Columns, bar: int, paid: float, plan: ExitPlan) -> Leave:
    """Return which exit the engine took on `bar`, by its own order: the stop, the target, then the horizon."""
    if prices.low[bar] <= paid * (1 - plan.stop):
        return Leave.STOP
    if plan.target is not None and prices.high[bar] >= paid * (1 + plan.target):
        return Leave.TARGET
    return Leave.HORIZON


def _trade(
    entry: Entry,
    plan: ExitPlan,
    paid: float,
    end: tuple[int, float, Leave] | None,
    costs: Costs,
) -> Trade:
    left, price, how = end or (None, None, None)
    gained = None if price is None else price * (1 - costs.share) / (paid * (1 + costs.share)) - 1
    return Trade(
        entry=entry,
        entered=entry.signal + 1,
        paid=paid,
        risked=plan.stop,
        left=left,
        exit=price,
        how=how,
        gained=gained,
    )
