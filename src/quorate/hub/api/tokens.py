"""`/tokens`: what programs may do with this home. A secret is in the answer that made its token, and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from quorate.access import Scope, TokenGrant
from quorate.hub.api.shape import Given, Moment, Shape
from quorate.hub.parts import AnyRequest, app_in, parts_of
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp

DAYS: Final = 90
"""How long a token is good that names no other life, as of `quorate tokens create`."""


class NewToken(Given):
    """A token to make."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    scopes: Annotated[tuple[Scope, ...], msgspec.Meta(min_length=1)]
    days: Annotated[int, msgspec.Meta(ge=1, le=366)] = DAYS


class TokenItem(Shape):
    """A token; `last4` are the last characters of its secret."""

    token_id: str
    name: str
    scopes: tuple[str, ...]
    last4: Annotated[str, msgspec.Meta(description="The secret's last four characters.")]
    created_at: Moment
    expires_at: Moment
    revoked: bool
    good: bool


class TokenList(Shape):
    """Every token, oldest first, those that are no longer good included."""

    read_at: Moment
    items: tuple[TokenItem, ...]
    next_cursor: str | None = None


class TokenMade(Shape):
    """A new token with its secret, which is shown this once."""

    target: str
    applied: bool
    dry_run: bool
    secret: str
    token: TokenItem


class TokenRevoked(Shape):
    """A token that was taken back; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    token: TokenItem


@get("/tokens", guards=[require(Scope.ADMIN)], summary="List tokens")
async def tokens(request: AnyRequest) -> TokenList:
    """List the tokens."""
    app = app_in(request)
    now = app.clock.now()
    items = tuple(_item(token, now) for token in await app.tokens())
    return TokenList(read_at=stamp(now), items=items)


@post("/tokens", guards=[require(Scope.ADMIN, step_up=True)], summary="Make a token")
async def create_token(request: AnyRequest, data: JSONBody[NewToken]) -> TokenMade:
    """Make a token for a program."""
    app = app_in(request)
    secret, token = await app.create_token(data.name, data.scopes, timedelta(days=data.days))
    return TokenMade(
        target=token.token_id,
        applied=True,
        dry_run=False,
        secret=secret,
        token=_item(token, app.clock.now()),
    )


@delete(
    "/tokens/{token_id:str}",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Take a token back",
)
async def revoke_token(request: AnyRequest, token_id: FromPath[str]) -> TokenRevoked:
    """Take a token back for good; its streams end."""
    parts = parts_of(request)
    change = await parts.app.revoke_token(token_id)
    parts.broadcast.end_of(token_id)
    return TokenRevoked(
        target=change.token.token_id,
        applied=change.applied,
        dry_run=False,
        token=_item(change.token, parts.app.clock.now()),
    )


def _item(token: TokenGrant, now: datetime) -> TokenItem:
    return TokenItem(
        token_id=token.token_id,
        name=token.name,
        scopes=tuple(sorted(token.scopes)),
        last4=token.last4,
        created_at=stamp(token.created_at),
        expires_at=stamp(token.expires_at),
        revoked=token.revoked,
        good=token.is_good(now),
    )
