"""What the command line needs of the strategies: how they stand, their switch, and their backtests."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.strategies`)

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from quorate.bootstrap.strategy_writing import StrategyWish
    from quorate.cycle.strategies.backtest import Backtest, BacktestLine, BacktestRequest
    from quorate.cycle.strategies.line import StrategyLine
    from quorate.cycle.strategies.versions import StrategyStep
    from quorate.kernel.ids import StrategyName


class StrategyChange(Protocol):
    """What became of a wish to switch a strategy; not `applied` when it was so already."""

    @property
    def line(self) -> StrategyLine: ...
    @property
    def applied(self) -> bool: ...


class Backtests(Protocol):
    """Strategies tried on the stored history."""

    async def lines(self, strategy: StrategyName | None = None) -> Sequence[BacktestLine]: ...
    async def show(self, backtest_id: str) -> Backtest: ...
    async def sessions(self, wanted: BacktestRequest) -> Sequence[date]: ...
    async def run(
        self, wanted: BacktestRequest, by: str, on_progress: Callable[[int], None]
    ) -> Backtest: ...


class StrategyDesk(Protocol):
    """The strategies as people switch them."""

    @property
    def backtests(self) -> Backtests: ...
    async def lines(self) -> Sequence[StrategyLine]: ...
    async def line(self, name: str) -> StrategyLine: ...
    async def history(self, name: str) -> Sequence[StrategyStep]: ...
    async def switch(
        self, name: str, *, enabled: bool, by: str, reason: str = ""
    ) -> StrategyChange: ...
    async def write(self, wish: StrategyWish) -> StrategyChange: ...
