"""`quorate replay`: the arena over the last sessions of the stored history.

sessions -> runs, several in flight -> counts by outcome -> the why of the latest decisions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol

if TYPE_CHECKING:
    from quorate.cli.interrupts import Interrupts
    from quorate.cli.ports import App
    from quorate.cli.run_facts import RunFacts

DEFAULT_SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")
"""The packaged symbols with a full history. Source: issue 1, the main job."""

IN_FLIGHT = 16
"""How many runs are under way at once: enough to share the journal's commits."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    context: typer.Context,
    *,
    sessions: Annotated[int, typer.Option(min=1, max=5000, help="How many sessions back.")] = 250,
    symbols: Annotated[str, typer.Option(help="Which symbols.")] = ",".join(DEFAULT_SYMBOLS),
) -> ExitCode:
    """Run the arena over the last sessions of the stored history and show what came of it."""
    call = invocation(context)
    wanted = tuple(Symbol(symbol.strip()) for symbol in symbols.split(",") if symbol.strip())
    return call.with_app(lambda app: _replay(app, call, wanted, sessions))


async def _replay(app: App, call: Invocation, symbols: Sequence[Symbol], count: int) -> ExitCode:
    from quorate.arena.record import RunFilter  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.interrupts import Interrupts  # noqa: PLC0415
    from quorate.cli.replay_view import replay_lines, replay_tree  # noqa: PLC0415

    sessions = await app.last_sessions(symbols, count)
    if not sessions:
        raise _nothing_stored(symbols)
    known = bool((await app.list_runs(RunFilter(), 1, None)).items)
    started = app.clock.monotonic()
    with Interrupts(call.terminal) as interrupts:
        runs = await _all_runs(app, call, symbols, sessions, interrupts)
    seconds = app.clock.monotonic() - started
    tree = replay_tree(runs, interrupted=interrupts.asked)
    call.terminal.reply(tree, replay_lines(runs, seconds=seconds, repeated=known) if runs else ())
    return ExitCode.INTERRUPTED if interrupts.asked else ExitCode.DONE


async def _all_runs(
    app: App,
    call: Invocation,
    symbols: Sequence[Symbol],
    sessions: Sequence[date],
    interrupts: Interrupts,
) -> Sequence[RunFacts]:
    """Return the finished runs, oldest session first; after Ctrl C no further one is begun."""
    import asyncio  # noqa: PLC0415  (slow; help must not wait)

    from quorate.cli.progress import counted  # noqa: PLC0415

    waiting = iter(sessions)
    done: list[RunFacts] = []
    with counted(call.terminal, f"{' '.join(symbols)}: sessions", len(sessions)) as advance:
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT):
                group.create_task(_work(app, symbols, _until(interrupts, waiting), done, advance))
    return sorted(done, key=lambda run: run.as_of)


async def _work(
    app: App,
    symbols: Sequence[Symbol],
    sessions: Iterator[date],
    done: list[RunFacts],
    advance: Callable[[], None],
) -> None:
    from quorate.arena.request import RunRequest  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.run_facts import run_facts  # noqa: PLC0415

    for session in sessions:
        recorded = await app.run_arena(RunRequest(symbols=tuple(symbols), as_of=session))
        done.append(run_facts(recorded.as_json()))
        advance()


def _until(interrupts: Interrupts, sessions: Iterator[date]) -> Iterator[date]:
    while not interrupts.asked:
        session = next(sessions, None)
        if session is None:
            return
        yield session


def _nothing_stored(symbols: Sequence[Symbol]) -> RejectedError:
    return RejectedError(
        f"no bars are stored of {', '.join(symbols) or 'no symbol at all'}",
        effect="nothing was run",
        fix="quorate data list",
        slug="not-found",
    )
