"""One invocation: the terminal, the page asked for, and the application when it is needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

from quorate.cli.failures import ExitCode
from quorate.cli.terminal import Terminal
from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    import typer

    from quorate.cli.ports import App, Compose
    from quorate.config import Settings

OPERATOR: Final = "command line"
"""Who acts from here, as histories name them."""


class Remote(Protocol):
    """The commands as a running hub is asked for them."""

    @property
    def url(self) -> str:
        """Return where the hub is."""
        ...

    def knows(self, words: str) -> bool:
        """Return whether a hub can be asked for the command of these words, as `runs show`."""
        ...

    async def __call__(self, call: Invocation) -> ExitCode:
        """Ask the hub for what `call` was asked for, show the answer, and return how the command ends."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command as it was understood: its words behind `quorate`, and its own parameters by their names."""

    words: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What a command works with."""

    terminal: Terminal
    limit: int
    cursor: str | None
    agreed: bool = False
    """Whether somebody agreed beforehand to what a command asks for: `--yes`."""
    compose: Compose
    remote: Remote | None = None
    """The hub that stands in for the home: `--server`."""
    asked: Asked = field(default_factory=Asked)

    def settings(self) -> Settings:
        """Return the effective configuration.

        Raises:
            ConfigError: the configuration is refused.
        """
        if self.remote is not None:
            raise _at_home(self.asked.words, self.remote)
        from quorate.config import load_settings  # noqa: PLC0415  (slow; help must not wait)

        return load_settings()

    def with_app(self, act: Callable[[App], Awaitable[ExitCode]]) -> ExitCode:
        """Open the application, do `act`, close it, and return how the command ends.

        With `--server` no application is opened: the hub there is asked for the same.
        """
        import asyncio  # noqa: PLC0415  (slow; help must not wait)

        try:
            return asyncio.run(self._opened(act) if self.remote is None else self.remote(self))
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
        RejectedError: a hub is to be asked for what is done on its own machine alone.
    """
    found = context.find_object(Invocation)
    if found is None:
        raise LookupError("no invocation: start at quorate.cli.main.main")
    if found.remote is None:
        return found
    words = context.command_path.partition(" ")[2]
    if not found.remote.knows(words):
        raise _at_home(words, found.remote)
    return replace(found, asked=Asked(words=words, params=dict(context.params)))


def _at_home(words: str, remote: Remote) -> RejectedError:
    return RejectedError(
        f"'quorate {words}' works on the machine of its home alone; {remote.url} cannot be asked for it",
        effect="nothing was asked",
        fix="run it there, without --server",
    )
