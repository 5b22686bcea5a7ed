"""Progress on stderr: a bar where a person looks, a plain line now and then where nobody does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from quorate.cli.terminal import Terminal

PLAIN_LINES = 5
"""How many lines a piped job says on its way."""

PATIENCE_S = 0.7
"""How long a person waits before being told that something is under way."""


@contextmanager
def waiting(terminal: Terminal, what: str, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Show a person `what` is waited for and how long already; a pipe gets nothing. Needs a running loop."""
    if terminal.quiet or not terminal.err.isatty():
        yield
        return
    with ExitStack() as shown:
        later = asyncio.get_running_loop().call_later(
            patience_s, lambda: shown.enter_context(_clock(terminal, what))
        )
        try:
            yield
        finally:
            later.cancel()


@contextmanager
def _clock(terminal: Terminal, what: str) -> Iterator[None]:
    from rich.console import Console  # noqa: PLC0415  (slow, and only people need it)
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(file=terminal.err, no_color=not terminal.colour)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


@contextmanager
def counted(terminal: Terminal, what: str, total: int) -> Iterator[Callable[[], None]]:
    """Yield what to call after each of `total` steps."""
    if terminal.quiet:
        yield lambda: None
    elif terminal.err.isatty():
        yield from _bar(terminal, what, total)
    else:
        yield _plain(terminal, what, total)


def _bar(terminal: Terminal, what: str, total: int) -> Iterator[Callable[[], None]]:
    from rich.console import Console  # noqa: PLC0415  (slow, and only people need it)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    console = Console(file=terminal.err, no_color=not terminal.colour)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def _plain(terminal: Terminal, what: str, total: int) -> Callable[[], None]:
    done = 0
    every = max(1, total // PLAIN_LINES)

    def advance() -> None:
        nonlocal done
        done += 1
        if done % every == 0 or done == total:
            terminal.note(f"{what}: {done} of {total}")

    return advance
