"""Progress on stderr: a bar where a person looks, a plain line now and then where nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from quorate.cli.terminal import Terminal

PLAIN_LINES = 5
"""How many lines a piped job says on its way."""


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
