"""The curve: what a strategy's equity was worth at every close, beside the same symbols bought and held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from quorate.backtest.plan import Costs
from quorate.backtest.playing import History, Trade
from quorate.kernel.ids import Symbol
from quorate.market.rolling import Floats


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Curve:
    """A place for each session. `equity` and `held` begin at 1; `drawdown` and `invested` are shares of 1.

    `held` is an equal part of the start in each symbol, bought at the first next open and kept. `costs` is what all
    fills cost together, as a share of the start.
    """

    sessions: tuple[date, ...]
    equity: Floats
    drawdown: Floats
    invested: Floats
    held: Floats
    costs: float


@dataclass(slots=True)
class _Open:
    """A position: how many units, and its symbol."""

    symbol: Symbol
    units: float


def curve_of(
    trades: Sequence[Trade],
    histories: Mapping[Symbol, History],
    span: tuple[date, date],
    costs: Costs,
) -> Curve:
    """Return the equity over the sessions in `span`: each trade invests its share, as far as there is cash.

    Entries of a session are paid before anything that is left in it comes back, for they are made at its open.
    """
    sessions = _sessions(histories, span)
    closes = {symbol: _closes(history, sessions) for symbol, history in histories.items()}
    begun, ended = _by_session(trades, histories)
    cash, spent, equity, open_ = 1.0, 0.0, 1.0, dict[int, _Open]()
    worth, invested = np.ones(len(sessions)), np.zeros(len(sessions))
    for place, session in enumerate(sessions):
        for number in begun[session]:
            trade = trades[number]
            amount = min(trade.entry.share * equity, cash)
            units = amount / (trade.paid * (1 + costs.share))
            cash, spent = cash - amount, spent + units * trade.paid * costs.share
            open_[number] = _Open(trade.entry.symbol, units)
        for number in ended[session]:
            came = open_.pop(number).units * (trades[number].exit or 0.0)
            cash, spent = cash + came * (1 - costs.share), spent + came * costs.share
        holding = sum(each.units * float(closes[each.symbol][place]) for each in open_.values())
        equity = cash + holding
        worth[place], invested[place] = equity, holding / equity if equity > 0 else 0.0
    return Curve(
        sessions=sessions,
        equity=worth,
        drawdown=drawdowns(worth),
        invested=invested,
        held=_held(histories, sessions, closes, costs),
        costs=spent,
    )


def drawdowns(equity: Floats) -> Floats:
    """Return at each place how far equity stands below its peak so far, as a share of the peak."""
    falls: Floats = 1 - equity / np.maximum.accumulate(equity)
    return falls


def _sessions(histories: Mapping[Symbol, History], span: tuple[date, date]) -> tuple[date, ...]:
    first, last = span
    every = {session for history in histories.values() for session in history.sessions}
    return tuple(sorted(session for session in every if first <= session <= last))


def _closes(history: History, sessions: Sequence[date]) -> Floats:
    """Return the close of each session, of one without a bar the newest before it; NaN before the first."""
    if not history.sessions:
        return np.full(len(sessions), np.nan)
    places = np.searchsorted(_ordinals(history.sessions), _ordinals(sessions), side="right") - 1
    closes: Floats = np.where(places >= 0, history.prices.close[np.maximum(places, 0)], np.nan)
    return closes


def _ordinals(sessions: Sequence[date]) -> Floats:
    return np.array([session.toordinal() for session in sessions], dtype=np.float64)


def _by_session(
    trades: Sequence[Trade], histories: Mapping[Symbol, History]
) -> tuple[Mapping[date, Sequence[int]], Mapping[date, Sequence[int]]]:
    """Return the trades by the session they begin in, and by the one they end in."""
    begun, ended = defaultdict[date, list[int]](list), defaultdict[date, list[int]](list)
    for number, trade in enumerate(trades):
        sessions = histories[trade.entry.symbol].sessions
        begun[sessions[trade.entered]].append(number)
        if trade.left is not None:
            ended[sessions[trade.left]].append(number)
    return begun, ended


def _held(
    histories: Mapping[Symbol, History],
    sessions: Sequence[date],
    closes: Mapping[Symbol, Floats],
    costs: Costs,
) -> Floats:
    """Return an equal part in each symbol, as cash until the symbol's first open after the first session."""
    total = np.zeros(len(sessions))
    for symbol, history in histories.items():
        worth = np.ones(len(sessions))
        bought = next((day for day in history.sessions if sessions and day > sessions[0]), None)
        if bought is not None and bought <= sessions[-1]:
            place, bar = sessions.index(bought), history.sessions.index(bought)
            paid = float(history.prices.open[bar]) * (1 + costs.share)
            worth[place:] = closes[symbol][place:] / paid
        total += worth
    return total / max(len(histories), 1)
