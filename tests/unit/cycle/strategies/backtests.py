"""A finished backtest over the packaged spring of 2012, as its rows give it back."""

from dataclasses import replace
from datetime import date
from functools import cache

from quorate.arena.hindsight import past_decisions
from quorate.cycle.strategies.backtest import BacktestTerms
from quorate.cycle.strategies.backtest_rows import (
    completed_event,
    failed_event,
    read_backtest,
    started_event,
)
from quorate.cycle.strategies.past import past_of, sessions_in
from tests.unit.arena.benches import BENCH, STOCKS
from tests.unit.cycle.strategies.test_past import TERMS as PAST_TERMS
from tests.unit.cycle.strategies.test_versions import rows

SPAN = (date(2012, 3, 2), date(2012, 6, 29))
TERMS = BacktestTerms(
    backtest_id="bkt_1",
    strategy="calm",
    version=2,
    hash="f" * 64,
    by="me",
    symbols=tuple(STOCKS),
    profiles=tuple(profile.name for profile in BENCH.profiles),
    left_out=("judge",),
    first=SPAN[0],
    last=SPAN[1],
    fee_bps=0.0,
    slippage_bps=5.0,
    min_trades=20,
    min_win_rate=0.45,
    max_drawdown=0.15,
    digests={symbol: series.digest for symbol, series in STOCKS.items()},
)
FACTORS = {symbol: series.factor.tolist() for symbol, series in STOCKS.items()}


@cache
def spring():
    """Return what the keyless agents would have come to."""
    made = past_decisions(STOCKS, sessions_in(STOCKS.values(), SPAN), BENCH)
    return past_of(STOCKS, made, replace(PAST_TERMS, span=SPAN))


@cache
def completed():
    """Return the backtest once it is over."""
    return read_backtest(
        rows(started_event(TERMS), completed_event(TERMS, spring(), FACTORS)), overdue=False
    )


def running(*, overdue=False):
    """Return the backtest before it is over."""
    return read_backtest(rows(started_event(TERMS)), overdue=overdue)


def failed():
    """Return the backtest as it ended without a result."""
    return read_backtest(
        rows(started_event(TERMS), failed_event(TERMS, "the disk is full")), overdue=False
    )
