"""`quorate db`: the schema, backups, and putting one back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from quorate.cli.doctor import show_checks
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import invocation
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.")]

app = noun("The database.")


@app.command()
def migrate(context: typer.Context) -> ExitCode:
    """Bring the database to this version's schema, wholly or not at all."""
    call = invocation(context)
    settings = call.settings()
    migrated = call.compose().migrate_database(settings)
    target = settings.effective()["database"]
    applied = migrated.before != migrated.after
    tree = {
        "target": target["url"] if isinstance(target, dict) else None,
        "applied": applied,
        "dryRun": False,
        "before": migrated.before,
        "after": migrated.after,
    }
    moved = f"from {migrated.before or 'empty'} to" if applied else "already at"
    call.terminal.reply(tree, [f"The database is {moved} schema {migrated.after}."])
    return ExitCode.DONE


@app.command()
def check(context: typer.Context) -> ExitCode:
    """Check the schema and the files without changing anything; 3 = something is wrong."""
    call = invocation(context)
    return show_checks(call, call.compose().check_database(call.settings()))


@app.command()
def vacuum(context: typer.Context) -> ExitCode:
    """Give the room of what was removed back to the disk; stop every other process of the home first."""
    call = invocation(context)
    before, after = call.compose().vacuum_database(call.settings())
    tree = {
        "target": "database",
        "applied": True,
        "dryRun": False,
        "bytesBefore": before,
        "bytesAfter": after,
    }
    call.terminal.reply(tree, [f"{before} bytes before, {after} after."])
    return ExitCode.DONE


@app.command()
def backup(context: typer.Context, file: File) -> ExitCode:
    """Copy the whole database into a new file that only you may read, while others go on working.

    It holds every tenant's rows and no key. Keep the home's keys/ beside it.
    """
    call = invocation(context)
    made = call.compose().back_up_database(call.settings(), file.absolute())
    tree = {
        "target": str(made.file),
        "applied": True,
        "dryRun": False,
        "bytes": made.size,
        "sha256": made.sha256,
        "head": made.head,
    }
    call.terminal.reply(
        tree, [f"{made.file}: rows up to {made.head}, {made.size} bytes, sha256 {made.sha256}."]
    )
    return ExitCode.DONE


@app.command()
def restore(context: typer.Context, file: File) -> ExitCode:
    """Put a backup in the place of the database and verify it; 3 = something is wrong with it.

    Stop every other process of the home first. What stood there before is set aside. The next cycle of a PAPER book
    asks the broker for the truth before it trades.
    """
    call = invocation(context)
    settings, root = call.settings(), call.compose()
    rows = root.rows_at_stake(settings)
    if rows and not call.agreed:
        raise RejectedError(
            f"the database has {rows} rows that the backup would replace",
            effect="nothing was changed",
            fix="quorate db backup FILE first, stop every process of this home, then add --yes",
        )
    done = asyncio.run(root.restore_database(settings, file.absolute()))
    tree = {
        "target": str(done.file),
        "applied": True,
        "dryRun": False,
        "sha256": done.sha256,
        "head": done.head,
        "former": [str(each) for each in done.former],
        "problems": list(done.problems),
    }
    said = [f"Restored up to row {done.head}; the chain verifies."]
    if done.problems:
        said = [f"Restored up to row {done.head}; the chain does not verify:", *done.problems]
    said += [f"What stood there before is at {each}." for each in done.former]
    call.terminal.reply(tree, said)
    return ExitCode.PROBLEMS_FOUND if done.problems else ExitCode.DONE
