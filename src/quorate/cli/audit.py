"""`quorate audit`: is the journal what was written, and a copy to take away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import show_list
from quorate.cli.noun import noun
from quorate.cli.row_cursor import row_of

if TYPE_CHECKING:
    from quorate.audit.verification import Verification
    from quorate.cli.ports import App
    from quorate.kernel.journal import JournalEntry

app = noun("The journal and its proof.")


@app.command()
def verify(
    context: typer.Context,
    *,
    projections: Annotated[
        bool, typer.Option("--projections", help="Also refold the state tables and compare.")
    ] = False,
    against: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also hold it against this checkpoint file.")
    ] = None,
) -> ExitCode:
    """Recompute every hash; ends with 3 and the first bad row when something was changed."""
    call = invocation(context)
    return call.with_app(lambda app: _verify(app, call, projections=projections, against=against))


@app.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to.")],
) -> ExitCode:
    """Write the whole journal with its checkpoints to a file."""
    call = invocation(context)
    return call.with_app(lambda app: _export(app, call, file))


@app.command()
def events(
    context: typer.Context,
    *,
    stream: Annotated[str | None, typer.Option(metavar="NAME", help="As in run:*.")] = None,
    type_: Annotated[
        str | None, typer.Option("--type", metavar="NAME", help="As in task.moved, or order.*.")
    ] = None,
    trace: Annotated[str | None, typer.Option(metavar="ID", help="A trace id.")] = None,
) -> ExitCode:
    """List journal rows, the newest first; with --json each with its payload and hashes."""
    call = invocation(context)
    return call.with_app(lambda app: _events(app, call, (stream, type_, trace)))


async def _events(
    app: App, call: Invocation, asked: tuple[str | None, str | None, str | None]
) -> ExitCode:
    from quorate.audit.listing import EventFilter  # noqa: PLC0415  (help must not wait)

    stream, type_, trace = asked
    wanted = EventFilter(stream=stream, type=type_, trace_id=trace)
    page = await app.law.events(wanted, call.limit, row_of(call.cursor))
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_event_row(entry) for entry in page.items],
        next_cursor=None if page.next_below is None else str(page.next_below),
        items=[_event(entry) for entry in page.items],
    )
    return ExitCode.DONE


def _event_row(entry: JournalEntry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "at": entry.ts,
        "type": entry.type,
        "stream": entry.stream,
        "book": entry.book,
        "hash": entry.hash[:12],
    }


def _event(entry: JournalEntry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "ts": entry.ts,
        "type": entry.type,
        "stream": entry.stream,
        "book": entry.book,
        "traceId": entry.trace_id,
        "payload": entry.facts,
        "prevHash": entry.prev_hash,
        "hash": entry.hash,
    }


async def _verify(
    app: App, call: Invocation, *, projections: bool, against: Path | None
) -> ExitCode:
    found = await app.verify(projections=projections, against=against)
    tree = {
        "ok": found.ok,
        "rows": found.rows,
        "firstBad": found.first_bad,
        "checkpoint": found.checkpoint,
        "problems": list(found.problems),
    }
    call.terminal.reply(tree, _verification_lines(found))
    return ExitCode.DONE if found.ok else ExitCode.PROBLEMS_FOUND


def _verification_lines(found: Verification) -> Iterator[str]:
    signed = f"signed up to row {found.checkpoint}" if found.checkpoint else "not signed yet"
    yield f"{'ok' if found.ok else 'NOT OK'}: {found.rows} rows, {signed}"
    yield from (f"  {problem}" for problem in found.problems)


async def _export(app: App, call: Invocation, file: Path) -> ExitCode:
    summary = await app.export_journal(file)
    tree = {
        "target": str(file),
        "applied": True,
        "dryRun": False,
        "rows": summary.rows,
        "checkpoint": summary.checkpoint,
    }
    call.terminal.reply(tree, [f"{summary.rows} journal rows written to {file}"])
    return ExitCode.DONE
