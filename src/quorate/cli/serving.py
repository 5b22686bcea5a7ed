"""`quorate status` and `quorate down`: is this home's hub served, and an end to it."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Final

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import table
from quorate.cli.progress import waiting
from quorate.kernel.errors import UnavailableError
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.cli.ports import App
    from quorate.hub.serving_note import ServingNote

PATIENCE_S: Final = 15.0
"""How long a hub may take to stop; its streams and requests end within 5 s. Ours."""

LOOK_AGAIN_S: Final = 0.1


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(down)


def status(context: typer.Context) -> ExitCode:
    """Say whether this home's hub is served and how its parts are; 3 = it is not, or a needed part does not work."""
    call = invocation(context)
    return call.with_app(lambda app: _status(app, call))


def down(context: typer.Context) -> ExitCode:
    """Stop this home's hub, as Ctrl C in its terminal does; what runs is ended, nothing is lost."""
    call = invocation(context)
    return call.with_app(lambda app: _down(app, call))


async def _status(app: App, call: Invocation) -> ExitCode:
    note = await served_by(app)
    parts = await app.telemetry.components()
    rows = [
        {"name": part.name, "ok": part.ok, "needed": part.needed, "detail": part.detail}
        for part in parts
    ]
    tree = {
        "readAt": stamp(app.clock.now()),
        "serving": note is not None,
        "url": note and note.url,
        "port": note and note.port,
        "pid": note and note.pid,
        "components": rows,
    }
    said = f"served at {note.url} (process {note.pid})" if note else "not served: quorate up"
    call.terminal.reply(tree, [said, *(table(rows, list(rows[0])) if rows else [])])
    works = all(part.ok for part in parts if part.needed)
    return ExitCode.DONE if note and works else ExitCode.PROBLEMS_FOUND


async def _down(app: App, call: Invocation) -> ExitCode:
    note = await served_by(app)
    tree = {"target": note.url if note else "hub", "applied": note is not None, "dryRun": False}
    if note is None:
        call.terminal.reply(tree, ["No hub of this home is served."])
        return ExitCode.DONE
    os.kill(note.pid, signal.SIGTERM)
    with waiting(call.terminal, "the hub stops"):
        async with asyncio.timeout(PATIENCE_S) as patience:
            try:
                while _lives(note.pid):
                    await app.clock.sleep(LOOK_AGAIN_S)
            except asyncio.CancelledError:
                if not patience.expired():
                    raise
                raise _still_there(note) from None
    call.terminal.reply(tree, [f"The hub at {note.url} was stopped."])
    return ExitCode.DONE


async def served_by(app: App) -> ServingNote | None:
    """Return the process that serves this home's hub, None where none proves that it does."""
    from quorate.hub.neighbour import Neighbour, neighbour_at  # noqa: PLC0415  (slow)
    from quorate.hub.serving_note import note_in  # noqa: PLC0415

    note = note_in(app.home)
    if note is None:
        return None
    found = await neighbour_at(note.address, note.port, app.hub_secret)
    return note if found is Neighbour.OURS else None


def _lives(pid: int) -> bool:
    """Return whether the process is there; one that only waits to be collected by its parent is not."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return True


def _still_there(note: ServingNote) -> UnavailableError:
    return UnavailableError(
        f"the hub did not stop within {PATIENCE_S:.0f} s",
        source="hub",
        effect=f"process {note.pid} goes on",
        fix=f"kill -9 {note.pid}: what the journal holds stands",
    )
