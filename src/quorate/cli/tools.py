"""`quorate tools`: what agents may look up, how it is used, and a try."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun

if TYPE_CHECKING:
    from quorate.agents.tool_report import ToolLine
    from quorate.cli.ports import App

Name = Annotated[str, typer.Argument(metavar="NAME", help="A tool's name, as listed.")]
SymbolName = Annotated[str, typer.Argument(metavar="SYMBOL", help="What to look up.")]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_tools(app, call))


app = noun("What agents may look up, all of it read-only; the bare noun lists it.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the tools: who may use each, how often it was used and refused, how long it takes."""
    return _list(context)


@app.command()
def test(context: typer.Context, name: Name, symbol: SymbolName) -> ExitCode:
    """Use a tool on the newest session of a symbol; it costs nothing and writes nothing."""
    call = invocation(context)
    return call.with_app(lambda app: _try(app, call, name, symbol))


async def _show_tools(app: App, call: Invocation) -> ExitCode:
    lines = await app.tools.listing()
    page = part(lines, lambda line: line.tool.value, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(line) for line in page.items],
        next_cursor=page.next_cursor,
        items=[line.as_json() for line in page.items],
    )
    return ExitCode.DONE


async def _try(app: App, call: Invocation, name: str, symbol: str) -> ExitCode:
    from quorate.arena.request import checked_symbols  # noqa: PLC0415  (slow; help must not wait)

    tried = await app.tools.tried(name, checked_symbols([symbol])[0])
    call.terminal.reply(tried.as_json(), tried.use.result.splitlines())
    call.terminal.note(f"{name} on {tried.symbol} as of {tried.as_of}: $0, nothing was written.")
    return ExitCode.DONE


def _row(line: ToolLine) -> Row:
    window = line.window
    return {
        "tool": line.tool.value,
        "today": line.today.calls,
        f"since {line.since}": window.calls,
        "refused": window.refused,
        "p50 ms": window.p50_ms,
        "p95 ms": window.p95_ms,
        "allowed": list(line.allowed),
    }
