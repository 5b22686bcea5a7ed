"""One invocation: the terminal, the page asked for, and the application when it is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from quorate.cli.failures import ExitCode
from quorate.cli.terminal import Terminal

if TYPE_CHECKING:
    import typer

    from quorate.cli.ports import App, Compose
    from quorate.config import Settings

OPERATOR: Final = "command line"
"""Who acts from here, as histories name them."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What a command works with."""

    terminal: Terminal
    limit: int
    cursor: str | None
    agreed: bool = False
    """Whether somebody agreed beforehand to what a command asks for: `--yes`."""
    compose: Compose

    def settings(self) -> Settings:
        """Return the effective configuration.

        Raises:
            ConfigError: the configuration is refused.
        """
        from quorate.config import load_settings  # noqa: PLC0415  (slow; help must not wait)

        return load_settings()

    def with_app(self, act: Callable[[App], Awaitable[ExitCode]]) -> ExitCode:
        """Open the application, do `act`, close it, and return how the command ends."""
        import asyncio  # noqa: PLC0415  (slow; help must not wait)

        try:
            return asyncio.run(self._opened(act))
        except asyncio.CancelledError:
            return ExitCode.INTERRUPTED

    async def _opened(self, act: Callable[[App], Awaitable[ExitCode]]) -> ExitCode:
        async with self.compose().open_app(self.settings()) as app:
            for notice in app.started:
                self.terminal.note(notice)
            return await act(app)


def invocation(context: typer.Context) -> Invocation:
    """Return the invocation that the root command prepared.

    Raises:
        LookupError: the command was called outside of the root command.
    """
    found = context.find_object(Invocation)
    if found is None:
        raise LookupError("no invocation: start at quorate.cli.main.main")
    return found
