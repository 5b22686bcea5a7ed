"""`quorate replay`: whole cycles over past sessions of the stored history, on a book of its own.

sessions -> cycles, one after the other -> counts by outcome -> trades -> the why of the latest decisions
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.run_facts import run_facts
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import StrategyName, Symbol

if TYPE_CHECKING:
    from quorate.bootstrap.trading import ReplayTerms
    from quorate.cli.ports import App

DEFAULT_SYMBOLS = ("AAPL", "GOOG", "IBM", "MSFT")
"""The packaged symbols with a full history. Source: issue 1, the main job."""

USUAL_SESSIONS = 250
"""A year of sessions. Source: issue 1, the main job."""

MOST_SESSIONS = 10_000
"""More than forty years of sessions: all that is stored."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(replay)


def replay(
    context: typer.Context,
    *,
    sessions: Annotated[
        int | None,
        typer.Option(min=1, max=5000, help="How many sessions back: 250, unless --from is given."),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM-DD", help="The first session.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="YYYY-MM-DD", help="The last session.")
    ] = None,
    symbols: Annotated[
        str | None, typer.Option(help="Which symbols; by default the strategy's or four.")
    ] = None,
    strategy: Annotated[str | None, typer.Option(help="The strategy to follow.")] = None,
) -> ExitCode:
    """Trade past sessions, one whole cycle each, on a book of its own, and show what came of it."""
    call = invocation(context)
    if sessions is not None and first is not None:
        raise RejectedError(
            "--sessions and --from both say where to begin",
            effect="nothing was run",
            fix="leave one of them out",
        )
    wanted = _Wanted(
        symbols=symbols,
        strategy=None if strategy is None else StrategyName(strategy),
        first=None if first is None else _day(first),
        last=None if last is None else _day(last),
        most=USUAL_SESSIONS if sessions is None else sessions,
    )
    return call.with_app(lambda app: _replay(app, call, wanted))


class _Wanted(NamedTuple):
    """What was asked for on the command line."""

    symbols: str | None
    strategy: StrategyName | None
    first: date | None
    last: date | None
    most: int


async def _replay(app: App, call: Invocation, wanted: _Wanted) -> ExitCode:
    from quorate.arena.record import RunFilter  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.interrupts import Interrupts  # noqa: PLC0415
    from quorate.cli.progress import counted  # noqa: PLC0415
    from quorate.cli.replay_view import replay_lines, replay_tree  # noqa: PLC0415

    terms, count = await _terms(app, wanted)
    known = bool((await app.list_runs(RunFilter(), 1, None)).items)
    started = app.clock.monotonic()
    what = f"{' '.join(terms.symbols)}: sessions"
    with Interrupts(call.terminal) as interrupts, counted(call.terminal, what, count) as advance:
        book = await app.trading.replay(
            terms, on_cycle=lambda _cycle: advance(), is_enough=lambda: interrupts.asked
        )
    seconds = app.clock.monotonic() - started
    runs = [run_facts((await app.recorded_run(run_id)).as_json()) for run_id in book.run_ids]
    tree = {**replay_tree(runs, interrupted=interrupts.asked), **book.as_json()}
    lines = replay_lines(runs, book, seconds=seconds, repeated=known) if runs else ()
    call.terminal.reply(tree, lines)
    return ExitCode.INTERRUPTED if interrupts.asked else ExitCode.DONE


async def _terms(app: App, wanted: _Wanted) -> tuple[ReplayTerms, int]:
    """Return what is replayed, and over how many sessions.

    Raises:
        RejectedError: there is no such session, symbol or strategy.
    """
    from quorate.bootstrap.trading import ReplayTerms  # noqa: PLC0415  (slow; help must not wait)

    symbols = _symbols(app, wanted)
    stored = await app.last_sessions(symbols, MOST_SESSIONS)
    sessions = [
        day
        for day in stored
        if (wanted.first is None or day >= wanted.first)
        and (wanted.last is None or day <= wanted.last)
    ]
    if not stored:
        raise _nothing_stored(symbols)
    if not sessions:
        first, last = wanted.first or stored[0], wanted.last or stored[-1]
        crossed = wanted.first is not None and wanted.last is not None and first > last
        raise RejectedError(
            f"--from {first} is after --to {last}"
            if crossed
            else f"no session lies between {first} and {last}",
            effect="nothing was run",
            fix=f"choose days from {stored[0]} to {stored[-1]}",
        )
    chosen = sessions if wanted.first is not None else sessions[-wanted.most :]
    terms = ReplayTerms(first=chosen[0], last=chosen[-1], symbols=symbols, strategy=wanted.strategy)
    return terms, len(chosen)


def _symbols(app: App, wanted: _Wanted) -> tuple[Symbol, ...]:
    """Return the symbols that were named, else the strategy's, else those of the packaged history."""
    from quorate.arena.request import checked_symbols  # noqa: PLC0415  (slow; help must not wait)
    from quorate.arena.strategy import strategy_named  # noqa: PLC0415

    if wanted.symbols is not None:
        return checked_symbols(each for each in wanted.symbols.split(",") if each.strip())
    if wanted.strategy is not None:
        named = strategy_named(wanted.strategy, app.strategies).symbols
        if named:
            return checked_symbols(named)
    return checked_symbols(DEFAULT_SYMBOLS)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RejectedError(
            f"'{text}' is no date",
            effect="nothing was run",
            fix="write it as year, month, day: 2012-03-01",
        ) from None


def _nothing_stored(symbols: Sequence[Symbol]) -> RejectedError:
    return RejectedError(
        f"no bars are stored of {', '.join(symbols) or 'no symbol at all'}",
        effect="nothing was run",
        fix="quorate data list",
        slug="not-found",
    )
