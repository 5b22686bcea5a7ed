"""Strategies in memory: enough of a desk to see what the command line makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from quorate.arena.strategy import Strategy
from quorate.cycle.strategies.backtest import Backtest, BacktestLine
from quorate.cycle.strategies.line import StrategyLine
from quorate.cycle.strategies.versions import StrategyStanding
from quorate.kernel.errors import RejectedError


@dataclass
class FakeBacktests:
    """Every backtest finds `found`; what was asked for is kept in `wanted`."""

    found: Backtest | None = None
    kept: list[BacktestLine] = field(default_factory=list)
    wanted: list = field(default_factory=list)

    async def lines(self, strategy=None):
        return [line for line in self.kept if strategy in {None, line.strategy}]

    async def show(self, backtest_id):
        if self.found is None or not self.found.terms.backtest_id.startswith(backtest_id):
            raise RejectedError("there is no such backtest", slug="not-found")
        return self.found

    async def sessions(self, wanted):
        return [wanted.first, wanted.last]

    async def run(self, wanted, by, on_progress):
        self.wanted.append((wanted, by))
        on_progress(2)
        return self.found


@dataclass
class FakeStrategyDesk:
    """Strategies under their names, each with a standing that can be switched."""

    known: dict[str, Strategy]
    standings: dict[str, StrategyStanding] = field(default_factory=dict)
    backtests: FakeBacktests = field(default_factory=FakeBacktests)
    steps: list = field(default_factory=list)
    wishes: list = field(default_factory=list)

    async def lines(self):
        return [await self.line(name) for name in sorted(self.known)]

    async def line(self, name):
        if name not in self.known:
            known = ", ".join(sorted(self.known))
            raise RejectedError(
                f"there is no strategy '{name}'", fix=f"choose from {known}", slug="not-found"
            )
        strategy = self.known[name]
        first = StrategyStanding(name=name, version=1, hash=strategy.hash)
        newest = next((line for line in self.backtests.kept if line.strategy == name), None)
        return StrategyLine(
            name=name,
            strategy=strategy,
            standing=self.standings.get(name, first),
            backtest=newest,
        )

    async def history(self, name):
        await self.line(name)
        return self.steps

    async def switch(self, name, *, enabled, by, reason=""):
        line = await self.line(name)
        self.standings[name] = replace(
            line.standing,
            enabled=enabled,
            changed_by=by,
            changed_at="2026-11-21T12:00:00Z",
            reason=reason,
        )
        applied = line.standing.enabled != enabled
        return SimpleNamespace(line=await self.line(name), applied=applied)

    async def write(self, wish):
        self.wishes.append(wish)
        self.known.setdefault(wish.name, Strategy())
        return SimpleNamespace(line=await self.line(wish.name), applied=True)
