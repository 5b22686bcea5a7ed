"""`quorate tokens`: what programs may do with this home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quorate.cli.failures import ExitCode
from quorate.cli.invocation import Invocation, invocation
from quorate.cli.listing import Row, part, show_list
from quorate.cli.noun import noun
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from datetime import datetime

    from quorate.access import Scope, TokenGrant
    from quorate.cli.ports import App

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the token is for.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A token's id, as listed.")]
Scopes = Annotated[
    list[str],
    typer.Option("--scope", help="read, run, trade, safety, admin or worker; may be repeated."),
]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How long it is good for.")]
COLUMNS = ("tokenId", "name", "scopes", "last4", "state", "expiresAt")


def _list(context: typer.Context) -> ExitCode:
    call = invocation(context)
    return call.with_app(lambda app: _show_tokens(app, call))


app = noun("Tokens for programs that use the API; the bare noun lists them.", _list)


@app.command("list")
def list_(context: typer.Context) -> ExitCode:
    """List the tokens."""
    return _list(context)


@app.command()
def create(context: typer.Context, name: Name, *, scope: Scopes, days: Days = 90) -> ExitCode:
    """Make a token; its secret is shown this once."""
    call = invocation(context)
    return call.with_app(lambda app: _create(app, call, name, scope, days))


@app.command()
def revoke(context: typer.Context, token: Id) -> ExitCode:
    """Take a token back for good."""
    call = invocation(context)
    return call.with_app(lambda app: _revoke(app, call, token))


async def _show_tokens(app: App, call: Invocation) -> ExitCode:
    now = app.clock.now()
    page = part(
        await app.tokens(),
        lambda token: token.token_id,
        limit=call.limit,
        cursor=call.cursor,
    )
    show_list(
        call,
        read_at=now,
        rows=[_row(token, now) for token in page.items],
        next_cursor=page.next_cursor,
        columns=COLUMNS,
        empty="No token yet: quorate tokens create NAME --scope read",
    )
    return ExitCode.DONE


async def _create(app: App, call: Invocation, name: str, scopes: list[str], days: int) -> ExitCode:
    from datetime import timedelta  # noqa: PLC0415  (slow; help must not wait)

    secret, token = await app.create_token(name, map(_scope, scopes), timedelta(days=days))
    row = _row(token, app.clock.now())
    tree = {"target": token.token_id, "applied": True, "dryRun": False, **row, "secret": secret}
    call.terminal.reply(tree, [secret])
    call.terminal.note(
        f"{token.token_id} may {', '.join(sorted(token.scopes))} until "
        f"{token.expires_at:%Y-%m-%d}. Keep the secret now: only its hash is stored, so it cannot be shown again."
    )
    return ExitCode.DONE


async def _revoke(app: App, call: Invocation, token_id: str) -> ExitCode:
    change = await app.revoke_token(token_id)
    row = _row(change.token, app.clock.now())
    tree = {"target": token_id, "applied": change.applied, "dryRun": False, **row}
    already = "" if change.applied else "already "
    call.terminal.reply(tree, [f"{token_id} ({change.token.name}) is {already}revoked."])
    return ExitCode.DONE


def _scope(text: str) -> Scope:
    from quorate.access import Scope  # noqa: PLC0415  (slow; help must not wait)

    if text not in set(Scope):
        raise RejectedError(
            f"there is no scope {text!r}",
            effect="no token was made",
            fix=f"choose from {', '.join(Scope)}",
        )
    return Scope(text)


def _row(token: TokenGrant, now: datetime) -> Row:
    return {
        "tokenId": token.token_id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "last4": token.last4,
        "createdAt": stamp(token.created_at),
        "expiresAt": stamp(token.expires_at),
        "state": _state(token, now),
    }


def _state(token: TokenGrant, now: datetime) -> str:
    if token.revoked:
        return "revoked"
    return "good" if token.is_good(now) else "expired"
