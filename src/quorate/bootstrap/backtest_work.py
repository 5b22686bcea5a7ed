"""The work of a backtest: all that it depends on, its decisions a chunk of sessions at a time, and what is checked.

Nothing of it is kept before its end: whoever takes it over begins anew, and comes to the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from quorate.arena.hindsight import Bench, PastDecision, past_decisions
from quorate.arena.strategy import Strategy
from quorate.cycle.strategies.backtest import BacktestId, BacktestTerms
from quorate.cycle.strategies.backtest_rows import (
    LONGEST,
    completed_event,
    failed_event,
    started_event,
)
from quorate.cycle.strategies.past import PastTerms, past_of
from quorate.kernel.account import Account, Subject
from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, StrategyName, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.kernel.ports import Clock
from quorate.market.series import Series

CHUNK: Final = 25
"""Sessions decided at once on the thread: some 0.03 s, so that progress is seen and an interrupt is heard."""

NOTHING: Final = Usd(Decimal(0))

Progress = Callable[[int], None]
"""Is told how many more sessions were decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestPlan:
    """All that a backtest depends on; `left_out` are profiles that would have to be paid."""

    backtest_id: BacktestId
    name: StrategyName
    by: str
    strategy: Strategy
    series: Mapping[Symbol, Series]
    sessions: Sequence[date]
    bench: Bench
    past: PastTerms
    left_out: tuple[ProfileName, ...]

    def terms(self, version: int) -> BacktestTerms:
        """Return what is tried, as its first row keeps it; `version` is the one on record."""
        past = self.past
        return BacktestTerms(
            backtest_id=self.backtest_id,
            strategy=self.name,
            version=version,
            hash=self.strategy.hash,
            by=self.by,
            symbols=tuple(self.series),
            profiles=tuple(profile.name for profile in self.bench.profiles),
            left_out=self.left_out,
            first=past.span[0],
            last=past.span[1],
            fee_bps=past.costs.fee_bps,
            slippage_bps=past.costs.slippage_bps,
            min_trades=past.gate.min_trades,
            min_win_rate=past.gate.min_win_rate,
            max_drawdown=past.gate.max_drawdown,
            digests={symbol: one.digest for symbol, one in self.series.items()},
        )


class BacktestWork:
    """What the task of a backtest does; `on_progress` hears of it."""

    def __init__(
        self, plan: BacktestPlan, terms: BacktestTerms, clock: Clock, on_progress: Progress
    ) -> None:
        self._plan = plan
        self._terms = terms
        self._clock = clock
        self._on_progress = on_progress
        self._ended: Event | None = None
        self._wall_ms = 0.0

    def requested(self) -> Sequence[Event]:
        """Return the fact that it began."""
        return [started_event(self._terms)]

    async def execute(self) -> Sequence[Event]:
        """Work it out; what it found is committed with its end."""
        self._ended = await self._worked_out()
        return []

    async def violations(self) -> Sequence[str]:
        """Return which trades saw more than they could; worked out anew where another process did the work."""
        ended = self._ended or await self._worked_out()
        self._ended = ended
        trades = ended.payload.get("trades")
        return [
            f"{trade['symbol']} was bought at {trade['entered']} on a decision of {trade['signal']}"
            for trade in (trades if isinstance(trades, list) else ())
            if isinstance(trade, Mapping) and str(trade["entered"]) <= str(trade["signal"])
        ]

    async def completed(self) -> Sequence[Event]:
        """Return what it found."""
        return [self._ended] if self._ended is not None else []

    def failed(self, reason: str, detail: str) -> Sequence[Event]:  # noqa: ARG002  (the detail says it all)
        """Return the fact that it ended without a result."""
        return [failed_event(self._terms, detail)]

    def account(self) -> Account:
        """Return what it found by its hash; it asks no model."""
        found = {} if self._ended is None else self._ended.payload
        facts: dict[str, JsonValue] = {"symbols": list(self._terms.symbols), "tools": ["bars"]}
        return Account(
            subjects=(Subject(name=self._terms.backtest_id, sha256=digest(dict(found))),),
            cost=NOTHING,
            wall_ms=self._wall_ms,
            facts=facts,
        )

    async def _worked_out(self) -> Event:
        plan, made = self._plan, list[PastDecision]()
        began = self._clock.monotonic()
        for place in range(0, len(plan.sessions), CHUNK):
            if self._clock.monotonic() - began > LONGEST.total_seconds():
                raise RejectedError(
                    f"it was not over after {LONGEST}",
                    effect="nothing was tested",
                    fix="try fewer sessions with --from and --to",
                )
            chunk = plan.sessions[place : place + CHUNK]
            made += await asyncio.to_thread(_decided, plan, chunk)
            self._on_progress(len(chunk))
        past = await asyncio.to_thread(past_of, plan.series, made, plan.past)
        factors = {symbol: one.factor.tolist() for symbol, one in plan.series.items()}
        self._wall_ms = 1000 * (self._clock.monotonic() - began)
        return completed_event(self._terms, past, factors)


class LostBacktest:
    """The work of a backtest that cannot be made again as it was: it ends as failed, with the reason."""

    def __init__(self, terms: BacktestTerms, error: RejectedError) -> None:
        self._terms = terms
        self._error = error

    def requested(self) -> Sequence[Event]:
        """Return nothing: it was requested by the process that died."""
        return []

    async def execute(self) -> Sequence[Event]:
        """Refuse."""
        raise self._error

    async def violations(self) -> Sequence[str]:
        """Return why the result cannot be checked."""
        return [str(self._error)]

    async def completed(self) -> Sequence[Event]:
        """Return its end as a failure."""
        return self.failed(self._error.slug, str(self._error))

    def failed(self, reason: str, detail: str) -> Sequence[Event]:  # noqa: ARG002  (the detail says it all)
        """Return the fact that it ended without a result."""
        return [failed_event(self._terms, detail)]

    def account(self) -> Account:
        """Return that nothing was made."""
        return Account(cost=NOTHING)


def _decided(plan: BacktestPlan, sessions: Sequence[date]) -> list[PastDecision]:
    return list(past_decisions(plan.series, sessions, plan.bench))
