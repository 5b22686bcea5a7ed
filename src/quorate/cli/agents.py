"""`quorate agents`: who may be asked, how they fared, and setting one aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import OPERATOR, Invocation, invocation
from quorate.cli.listing import Row, show_list
from quorate.cli.noun import noun

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.cli.routing_ports import WorkerLine

COLUMNS = ("name", "kind", "role", "tier", "model", "state", "version")

Name = Annotated[str, typer.Argument(metavar="NAME", help="A profile's name, or a worker's id.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the journal with your name.")]


def _bare(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _list(app, call))


app = noun("Agents and workers; the bare noun lists them.", _bare)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the agents of the registry, then the workers of the fleet."""
    return _bare(context)


@app.command()
def show(context: typer.Context, name: Name) -> ExitCode:
    """Show one agent: who it is, what it can do, how it fared, how busy it is."""
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call, name))


@app.command()
def quarantine(context: typer.Context, name: Name, *, reason: Reason = "") -> ExitCode:
    """Set an agent or a worker aside: nothing is asked of it until you restore it."""
    return _stand(context, "quarantine", name, reason)


@app.command()
def restore(context: typer.Context, name: Name, *, reason: Reason = "") -> ExitCode:
    """Take an agent or a worker back into service."""
    return _stand(context, "restore", name, reason)


@app.command()
def drain(context: typer.Context, name: Name, *, reason: Reason = "") -> ExitCode:
    """Let an agent or a worker end what it has, and give it nothing new."""
    return _stand(context, "drain", name, reason)


async def _list(app: App, call: Invocation) -> ExitCode:
    agents = [agent_row(line.as_json()) for line in await app.routing.agents()]
    workers = [_worker_row(line) for line in await app.routing.workers()]
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[*agents, *workers],
        next_cursor=None,
        columns=COLUMNS,
        empty="There is no agent.",
    )
    return ExitCode.DONE


async def _show(app: App, call: Invocation, name: str) -> ExitCode:
    tree = (await app.routing.agent(name)).as_json()
    call.terminal.reply(tree, [f"{key:16} {value}" for key, value in tree.items()])
    return ExitCode.DONE


def _stand(context: typer.Context, act: str, name: str, reason: str) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _stands(app, call, act, name, reason))


async def _stands(app: App, call: Invocation, act: str, name: str, reason: str) -> ExitCode:
    desk = app.routing
    acts = {"quarantine": desk.quarantine, "restore": desk.restore, "drain": desk.drain}
    change = await acts[act](name, reason=reason, by=OPERATOR)
    tree = change.as_json()
    said = "is" if change.applied else "was already"
    call.terminal.reply(tree, [f"{name} {said} {str(tree['standing']).replace('_', ' ')}."])
    return ExitCode.DONE


def agent_row(tree: Row) -> Row:
    """Return an agent's line of the list."""
    state = str(tree["standing"])
    if state == "in_service":
        state = "archived" if tree["archived"] else "on" if tree["enabled"] else "off"
    return {**tree, "kind": "agent", "state": state}


def _worker_row(line: WorkerLine) -> Row:
    record = line.record
    return {
        "name": record.worker,
        "kind": "worker",
        "role": record.agent_type,
        "tier": "",
        "model": "",
        "state": line.state,
        "version": record.version,
        "capabilities": dict(record.capabilities),
    }
