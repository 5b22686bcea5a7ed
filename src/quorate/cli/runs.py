"""`quorate runs`: what was run, what came out, why, and the proof to take away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli import reruns
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, show_list
from quorate.cli.noun import noun
from quorate.cli.run_cursor import cursor_text, parsed_cursor
from quorate.cli.typed import RunId

if TYPE_CHECKING:
    from quorate.cli.ports import App

File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Where to; without it, RUN.json here.")
]
COLUMNS = (
    "runId",
    "startedAt",
    "book",
    "symbols",
    "finalActions",
    "escalated",
    "costUsd",
    "status",
)


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_runs(app, call))


app = noun("Arena runs; the bare noun lists the newest.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the newest runs."""
    return _list(context)


@app.command()
def show(context: typer.Context, run: RunId) -> ExitCode:
    """Show a run: every vote, trigger and decision."""
    call = invocation(context)
    return call.with_app(lambda app: _show_run(app, call, run))


@app.command()
def why(context: typer.Context, run: RunId) -> ExitCode:
    """Say why a run decided as it did, each sentence with its journal rows."""
    call = invocation(context)
    return call.with_app(lambda app: _show_why(app, call, run))


@app.command()
def export(context: typer.Context, run: RunId, file: File = None) -> ExitCode:
    """Write a run with its journal rows and checkpoint to a file that verifies alone."""
    call = invocation(context)
    return call.with_app(lambda app: _export(app, call, run, file))


reruns.add_to(app)


async def _show_runs(app: App, call: Invocation) -> ExitCode:
    from quorate.arena.record import RunFilter  # noqa: PLC0415  (slow; help must not wait)

    page = await app.list_runs(RunFilter(), call.limit, parsed_cursor(call.cursor))
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[run_row(run.row.as_json()) for run in page.items],
        items=[run.row.as_json() for run in page.items],
        next_cursor=cursor_text(page.next_after),
        columns=COLUMNS,
    )
    return ExitCode.DONE


def run_row(row: Row) -> Row:
    """Return a run as a person reads it in a list: to the second, to a hundredth of a cent."""
    from quorate.cli.run_view import money  # noqa: PLC0415  (slow; help must not wait)

    cost = row["costUsd"]
    paid = money(cost if isinstance(cost, str) else None)
    return {**row, "startedAt": f"{str(row['startedAt'])[:19]}Z", "costUsd": paid}


async def _show_run(app: App, call: Invocation, run_id: str) -> ExitCode:
    from quorate.cli.run_facts import run_facts  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.run_view import run_lines  # noqa: PLC0415

    tree = (await app.recorded_run(run_id)).as_json()
    call.terminal.reply(tree, run_lines(run_facts(tree), bars=call.terminal.is_interactive))
    return ExitCode.DONE


async def _show_why(app: App, call: Invocation, run_id: str) -> ExitCode:
    from quorate.cli.run_facts import run_facts  # noqa: PLC0415  (slow; help must not wait)
    from quorate.cli.why_view import why_lines  # noqa: PLC0415

    run = await app.recorded_run(run_id)
    call.terminal.reply(run.why_json(), why_lines(run_facts(run.as_json())))
    return ExitCode.DONE


async def _export(app: App, call: Invocation, run_id: str, file: Path | None) -> ExitCode:
    target = file or Path(f"{run_id}.json")
    summary = await app.export_run(run_id, target)
    tree = {
        "target": str(target),
        "applied": True,
        "dryRun": False,
        "rows": summary.rows,
        "checkpoint": summary.checkpoint,
    }
    call.terminal.reply(tree, [f"{summary.rows} journal rows of {run_id} written to {target}"])
    return ExitCode.DONE
