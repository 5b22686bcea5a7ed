"""What the command line needs of safety: halt, resume, breakers."""

# ruff: noqa: D102  (each class says it for its members; the promises stand in `bootstrap.safety`)

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from quorate.bootstrap.safety import (
        BreakerChange,
        BreakerLine,
        DrillReport,
        HaltOutcome,
        HaltWish,
        Resumption,
    )
    from quorate.execution.halting import Left, TradingLine
    from quorate.kernel.ids import BookName


class Emergency(Protocol):
    """What came of a halt without a database."""

    @property
    def latch(self) -> Path: ...
    @property
    def cancelled(self) -> Sequence[str]: ...
    @property
    def left(self) -> Sequence[Left]: ...


class Safety(Protocol):
    """What stops trading, and lets it go on."""

    async def halt(
        self,
        wish: HaltWish,
        on_halted: Callable[[Sequence[TradingLine]], None] | None = None,
    ) -> HaltOutcome: ...
    async def resume(self, reason: str, by: str, book: BookName | None = None) -> Resumption: ...
    async def drill(self, by: str) -> DrillReport: ...
    async def breakers(self) -> Sequence[BreakerLine]: ...
    async def reset_breaker(self, name: str, reason: str, by: str) -> BreakerChange: ...
