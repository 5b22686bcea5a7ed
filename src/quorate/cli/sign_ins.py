"""`quorate sign-ins`: the browsers that are signed in to the hub of this home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.access import SessionGrant
    from quorate.cli.ports import App

Id = Annotated[str, typer.Argument(metavar="ID", help="A browser's session, as listed.")]
COLUMNS = ("sessionId", "openedAt", "expiresAt")


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show(app, call))


app = noun("Browsers that are signed in to the hub; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the browsers that are signed in, newest first."""
    return _list(context)


@app.command()
def close(context: typer.Context, session: Id) -> ExitCode:
    """Sign a browser out for good."""
    call = invocation(context)
    return call.with_app(lambda app: _close(app, call, session))


async def _show(app: App, call: Invocation) -> ExitCode:
    page = part(
        await app.sign_ins.sessions(),
        lambda session: session.id,
        limit=call.limit,
        cursor=call.cursor,
    )
    show_list(
        call,
        read_at=app.clock.now(),
        rows=[_row(session) for session in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
        empty="No browser is signed in: quorate up prints a link.",
    )
    return ExitCode.DONE


async def _close(app: App, call: Invocation, session_id: str) -> ExitCode:
    await app.sign_ins.close(session_id)
    tree = {"target": session_id, "applied": True, "dryRun": False}
    call.terminal.reply(tree, [f"{session_id} is signed out."])
    return ExitCode.DONE


def _row(session: SessionGrant) -> Row:
    return {
        "sessionId": session.id,
        "openedAt": stamp(session.opened_at),
        "expiresAt": stamp(session.expires_at),
    }
