"""Histories of a few bars and entries into them, for playing by hand."""

from datetime import date, timedelta

import numpy as np

from quorate.backtest import Columns, Costs
from quorate.backtest.playing import Entry, History, played

AAPL, IBM = "AAPL", "IBM"
MONDAY = date(2020, 1, 6)
FREE = Costs(fee_bps=0, slippage_bps=0)


def day(number):
    """Return the session of bar `number`."""
    return MONDAY + timedelta(days=number)


def flat(price=100.0):
    """Return a bar on which neither a stop at 95 nor a target at 110 is touched."""
    return (price, price + 1, price - 1, price)


def history(*rows):
    """Return the history of bars (open, high, low, close), one a day."""
    columns = Columns(*(np.array(column, dtype=float) for column in zip(*rows, strict=True)))
    return History(sessions=tuple(map(day, range(len(rows)))), prices=columns)


def entry(signal, symbol=AAPL, **changes):
    """Return an entry with its stop at 95 and its target at 110, for three sessions."""
    wanted = {"share": 0.1, "stop": 95.0, "target": 110.0, "horizon": 3} | changes
    return Entry(symbol=symbol, signal=signal, **wanted)


def play(rows, *entries, sells=(), costs=FREE):
    """Return what became of entries into one history."""
    return played(entries, {AAPL: list(sells)}, {AAPL: history(*rows)}, costs)
