"""`quorate cycle`: walk the working book, once or by itself, and see where it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName

if TYPE_CHECKING:
    from quorate.cli.cycle_ports import CycleStatus
    from quorate.cli.ports import App

_SPAN: Final = re.compile(r"([1-9]\d{0,4})(s|m|h)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, None))


app = noun("Cycles of the working book; the bare noun says where it stands.", _list)


@app.command()
def once(
    context: typer.Context,
    *,
    book: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Another book than the working one, as replay-1."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Decide, and show the orders without sending any."),
    ] = False,
) -> ExitCode:
    """Walk one cycle: fetch, analyse, backtest, risk, execute, monitor, audit."""
    call = invocation(context)
    named = None if book is None else BookName(book)
    if dry_run:
        return call.with_app(lambda app: _preview(app, call, named))
    return call.with_app(lambda app: _once(app, call, named))


@app.command()
def start(
    context: typer.Context,
    *,
    every: Annotated[
        str | None,
        typer.Option(metavar="15m", help="From one start to the next; by default cycle.every_s."),
    ] = None,
) -> ExitCode:
    """Have cycles start by themselves from now on, as long as `quorate up` serves."""
    call = invocation(context)
    seconds = None if every is None else parsed_span(every)
    return call.with_app(lambda app: _start(app, call, seconds))


@app.command()
def stop(context: typer.Context) -> ExitCode:
    """Have no further cycle start by itself; one under way goes on to its end."""
    call = invocation(context)
    return call.with_app(lambda app: _stop(app, call))


@app.command()
def status(
    context: typer.Context,
    *,
    book: Annotated[
        str | None, typer.Option(help="Another book than the working one, as replay-1.")
    ] = None,
) -> ExitCode:
    """Say where a book's cycles stand, how many starts were skipped, and when the next one starts."""
    call = invocation(context)
    named = None if book is None else BookName(book)
    return call.with_app(lambda app: _show(app, call, named))


def parsed_span(text: str) -> float:
    """Return the seconds that a span as `15m` means.

    Raises:
        RejectedError: it is none.
    """
    span = _SPAN.fullmatch(text.strip())
    if span is None:
        raise RejectedError(
            f"'{text}' is no span of time",
            effect="nothing was started",
            fix="name seconds, minutes or hours, as in 30s, 15m or 1h",
        )
    return float(int(span[1]) * _SECONDS[span[2]])


async def _preview(app: App, call: Invocation, book: BookName | None) -> ExitCode:
    from quorate.cli.cycle_view import preview_lines, preview_tree  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.progress import waiting  # noqa: PLC0415

    with waiting(call.terminal, "cycle, without its orders"):
        cycle = await app.trading.preview(book)
    call.terminal.reply(preview_tree(cycle), preview_lines(cycle))
    return ExitCode.DONE


async def _once(app: App, call: Invocation, book: BookName | None) -> ExitCode:
    from quorate.cli.cycle_view import cycle_lines, cycle_tree  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.progress import waiting  # noqa: PLC0415

    with waiting(call.terminal, "cycle"):
        cycle = await app.trading.once(book)
    call.terminal.reply(cycle_tree(cycle), cycle_lines(cycle))
    if cycle.violations:
        return ExitCode.SAFETY
    return ExitCode.FAILED if cycle.failed else ExitCode.DONE


async def _start(app: App, call: Invocation, every_s: float | None) -> ExitCode:
    _say(call, await app.trading.start(every_s))
    call.terminal.note("Cycles start while `quorate up` serves this home.")
    return ExitCode.DONE


async def _stop(app: App, call: Invocation) -> ExitCode:
    _say(call, await app.trading.stop())
    return ExitCode.DONE


async def _show(app: App, call: Invocation, book: BookName | None) -> ExitCode:
    _say(call, await app.trading.status(book))
    return ExitCode.DONE


def _say(call: Invocation, told: CycleStatus) -> None:
    from quorate.cli.cycle_view import status_lines, status_tree  # noqa: PLC0415  (slow; help must not wait)

    tree = status_tree(told)
    call.terminal.reply(tree, status_lines(tree))
