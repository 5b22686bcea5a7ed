"""`quorate breakers`: what protects a dependency, or trading itself, and how to close it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.halt import Reason
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import part, show_list
from quorate.cli.noun import noun

if TYPE_CHECKING:
    from quorate.bootstrap.safety import BreakerLine
    from quorate.cli.ports import App

Name = Annotated[str, typer.Argument(metavar="NAME", help="As `quorate breakers` lists it.")]


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call))


app = noun("What is held back to protect it, or you; the bare noun lists it.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the breakers; those of models belong to the process that asks them, and are listed by it."""
    return _list(context)


@app.command("reset")
def reset(context: typer.Context, name: Name, *, reason: Reason = "") -> ExitCode:
    """Close a breaker; `trading` lets a book go on that the auditor halted."""
    call = invocation(context)
    return call.with_app(lambda app: _reset(app, call, name, reason))


async def _show(app: App, call: Invocation) -> ExitCode:
    lines = await app.safety.breakers()
    page = part(lines, lambda line: line.name, limit=call.limit, cursor=call.cursor)
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(line) for line in page.items],
        next_cursor=page.next_cursor,
        items=[line.as_json() for line in page.items],
    )
    return ExitCode.DONE


async def _reset(app: App, call: Invocation, name: str, reason: str) -> ExitCode:
    change = await app.safety.reset_breaker(name, reason, OPERATOR)
    tree = {"target": name, "applied": change.applied, "dryRun": False, **change.line.as_json()}
    already = "" if change.applied else "already "
    call.terminal.reply(tree, [f"{name} is {already}{change.line.circuit}."])
    return ExitCode.DONE


def _row(line: BreakerLine) -> dict[str, object]:
    return {
        "breaker": line.name,
        "of": line.dependency,
        "state": line.circuit,
        "failures": line.failures,
        "opens at": line.threshold,
        "open for, s": line.left_s,
        "detail": line.detail,
    }
