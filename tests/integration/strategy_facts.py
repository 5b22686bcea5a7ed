"""Rows of strategies and backtests, as the application writes them."""

from __future__ import annotations

from dataclasses import replace

from quorate.arena.strategy import Strategy
from quorate.cycle.strategies.backtest import BacktestId, BacktestTerms
from quorate.cycle.strategies.backtest_rows import completed_event, failed_event, started_event
from quorate.cycle.strategies.versions import StrategyStanding, recorded_events, switched_event
from quorate.kernel.journal import Event
from tests.unit.cycle.strategies.backtests import FACTORS, TERMS, spring

CALM, SLOW = Strategy(symbols=("AAPL",)), Strategy(symbols=("AAPL",), horizon=60)


def strategy_events() -> list[Event]:
    """Return a strategy that was enabled and came to say something else, and backtests of each status."""
    new = StrategyStanding(name="calm")
    first = StrategyStanding(name="calm", version=1, hash=CALM.hash)
    return [
        *recorded_events("calm", CALM, new),
        switched_event(first, enabled=True, by="ann", reason="tried"),
        switched_event(first, enabled=False, by="bob", reason=""),
        *recorded_events("calm", SLOW, first),
        started_event(TERMS),
        completed_event(TERMS, spring(), FACTORS),
        *(started_event(_named(name)) for name in ("bkt_2", "bkt_3")),
        failed_event(_named("bkt_2"), "interrupted"),
    ]


def _named(name: str) -> BacktestTerms:
    return replace(TERMS, backtest_id=BacktestId(name))
