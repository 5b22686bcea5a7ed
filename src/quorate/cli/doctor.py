"""`quorate doctor`: is everything as it should be, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.kernel.errors import QuorateError

if TYPE_CHECKING:
    from quorate.cli.ports import App, Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check of our own: what could not even be opened."""

    name: str
    ok: bool
    detail: str
    fix: str


Fix = Annotated[bool, typer.Option("--fix", help="First mend what is safe to mend unasked.")]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(context: typer.Context, *, fix: Fix = False) -> ExitCode:
    """Check configuration, database, journal and data; 3 = something is wrong."""
    call = invocation(context)
    mended = mend(call) if fix else None
    checks: list[Check] = []

    async def examine(app: App) -> ExitCode:
        checks.extend(await app.doctor())
        return ExitCode.DONE

    try:
        call.with_app(examine)
    except QuorateError as error:
        checks.append(_not_opened(error))
    return show_checks(call, checks, mended)


def mend(call: Invocation) -> list[str]:
    """Do what is safe to do unasked, and return what was done: files for their owner alone, this version's schema.

    What a person must decide, such as keys, profiles and backups, is left to them.
    """
    try:
        settings = call.settings()
        done = call.compose().mend_home(settings)
        migrated = call.compose().migrate_database(settings)
    except QuorateError:
        return []
    if migrated.before != migrated.after:
        done = [
            *done,
            f"the schema is at {migrated.after} now, it was {migrated.before or 'empty'}",
        ]
    for each in done:
        call.terminal.note(f"mended: {each}")
    return list(done)


def show_checks(
    call: Invocation, checks: Sequence[Check], mended: Sequence[str] | None = None
) -> ExitCode:
    """Reply with what was checked, and what was mended before; a failed check ends the command with 3."""
    rows = [{"name": c.name, "ok": c.ok, "detail": c.detail, "fix": c.fix} for c in checks]
    beside = {} if mended is None else {"mended": list(mended)}
    call.terminal.reply({"checks": rows, **beside}, _lines(checks))
    return ExitCode.DONE if all(check.ok for check in checks) else ExitCode.PROBLEMS_FOUND


def _not_opened(error: QuorateError) -> Finding:
    name = "configuration" if error.slug == "config-refused" else "application"
    return Finding(name=name, ok=False, detail=error.cause, fix=error.fix)


def _lines(checks: Sequence[Check]) -> Iterator[str]:
    width = max((len(check.name) for check in checks), default=0)
    for check in checks:
        fix = f"  Fix: {check.fix}" if check.fix and not check.ok else ""
        yield f"{'ok ' if check.ok else 'BAD'} {check.name:<{width}}  {check.detail}{fix}"
