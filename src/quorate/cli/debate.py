"""`quorate debate`: the disputes that were heard, who said what in one, and a new run that may bring one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import show_list
from quorate.cli.noun import noun
from quorate.cli.run import AsOf, carry_out
from quorate.cli.run_cursor import cursor_text, parsed_cursor
from quorate.cli.typed import RunId, parsed_day, parsed_names
from quorate.kernel.ids import Symbol

if TYPE_CHECKING:
    from quorate.cli.ports import App

Wanted = Annotated[str | None, typer.Option(help="Only debates of runs about this symbol.")]
COLUMNS = ("runId", "startedAt", "symbols", "finalActions", "escalated", "costUsd", "status")


def _list(context: typer.Context, symbol: str | None = None) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_debates(app, call, symbol))


app = noun("Debates: disputes that were argued; the bare noun lists the newest.", _list)


@app.command("list")
def list_(context: typer.Context, *, symbol: Wanted = None) -> ExitCode:
    """List the newest debates."""
    return _list(context, symbol)


@app.command()
def show(context: typer.Context, run: RunId) -> ExitCode:
    """Show a debate: who said what in which round, who changed their mind, and the panel's word."""
    call = invocation(context)
    return call.with_app(lambda app: _show_debate(app, call, run))


@app.command()
def start(
    context: typer.Context,
    symbols: Annotated[list[str], typer.Argument(metavar="SYMBOL...", help="What to decide on.")],
    *,
    rounds: Annotated[
        int | None,
        typer.Option(min=0, max=5, help="Rounds of arguments; 0 asks the panel at once."),
    ] = None,
    as_of: AsOf = None,
    profiles: Annotated[
        str | None, typer.Option(help="Only these profiles, as in trend,momentum.")
    ] = None,
    max_cost: Annotated[
        str | None, typer.Option(metavar="USD", help="What its model calls may cost together.")
    ] = None,
) -> ExitCode:
    """Run the arena over SYMBOL...; it is debated where its voters disagree."""
    from quorate.arena.request import (  # noqa: PLC0415  (slow; help must not wait)
        RunRequest,
        checked_cost,
    )

    request = RunRequest(
        symbols=tuple(Symbol(symbol) for symbol in symbols),
        as_of=None if as_of is None else parsed_day(as_of, "--as-of"),
        profiles=None if profiles is None else parsed_names(profiles),
        max_cost=None if max_cost is None else checked_cost(max_cost),
        rounds=rounds,
    )
    call = invocation(context)
    return call.with_app(lambda app: carry_out(app, call, request))


async def _show_debates(app: App, call: Invocation, symbol: str | None) -> ExitCode:
    from quorate.arena.record import RunFilter  # noqa: PLC0415  (slow; help must not wait)
    from quorate.arena.request import checked_symbols  # noqa: PLC0415

    wanted = RunFilter(
        debated=True, symbol=None if symbol is None else checked_symbols([symbol])[0]
    )
    page = await app.list_runs(wanted, call.limit, parsed_cursor(call.cursor))
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[run.row.as_json() for run in page.items],
        next_cursor=cursor_text(page.next_after),
        columns=COLUMNS,
        empty="No dispute was heard: one opens where voters disagree and a power model may be asked.",
    )
    return ExitCode.DONE


async def _show_debate(app: App, call: Invocation, run_id: str) -> ExitCode:
    from quorate.arena.record.debate import read_debate  # noqa: PLC0415  (slow; help must not wait)
    from quorate.arena.record.debate_json import session_json  # noqa: PLC0415
    from quorate.cli.debate_view import debate_lines  # noqa: PLC0415

    session = read_debate(await app.run_details(run_id))
    call.terminal.reply(session_json(session), debate_lines(session))
    return ExitCode.DONE
