"""`quorate db`: the schema."""

from __future__ import annotations

import typer

from quorate.cli.doctor import show_checks
from quorate.cli.failures import ExitCode
from quorate.cli.invocation import invocation
from quorate.cli.noun import noun

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
