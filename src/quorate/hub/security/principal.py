"""Principals: who asks, and the guard that every route must carry.

A route says which scope it needs, or that it is open; one that says nothing keeps the hub from starting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from quorate.access import STEP_UP_LIFE, Scope
from quorate.hub.problems import Refusal, RefusedError
from quorate.hub.security.rates import Rate, RateLimiter

if TYPE_CHECKING:
    from litestar.connection import ASGIConnection
    from litestar.handlers import BaseRouteHandler
    from litestar.types import Scope as AsgiScope

PRINCIPAL: Final = "principal"
"""Where the principal stands in a request's state."""

RATES: Final = "rates"
"""Where the limiter stands in the application's state."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


class PrincipalKind(StrEnum):
    """What somebody came in with."""

    OPERATOR = "operator"
    """A browser session; holds every scope."""

    TOKEN = "token"  # noqa: S105  (a kind, no secret)
    """A machine's token; holds the scopes that it was made with."""

    STRANGER = "stranger"
    """Nothing; may see what is open to all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. `csrf` is what this session's forms must carry; of a token it is empty, as is `session_id`.

    `fresh` says whether a session was opened a moment ago; a token is held to its scopes alone.
    """

    name: str
    kind: PrincipalKind
    scopes: frozenset[Scope]
    csrf: str = ""
    session_id: str = ""
    token_id: str = ""
    fresh: bool = False

    @property
    def key(self) -> str:
        """Return what requests and streams are counted by."""
        return self.session_id or self.token_id


STRANGER: Final = Principal(name="", kind=PrincipalKind.STRANGER, scopes=frozenset())
"""Somebody who is not signed in."""


def principal_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Principal:
    """Return who asks; `STRANGER` on a page that is open to all."""
    return principal_in(connection.scope)


def principal_in(scope: AsgiScope) -> Principal:
    """Return who asks, as the gate found it."""
    found = scope["state"].get(PRINCIPAL, STRANGER)
    return found if isinstance(found, Principal) else STRANGER


@dataclass(frozen=True, slots=True)
class Requires:
    """The guard of a route: who lacks `scope` is refused, who changes too much at once has to wait.

    With `step_up` a browser must have come in by a link a moment ago: a page left open on a screen is not enough.
    """

    scope: Scope
    rate: Rate | None = None
    step_up: bool = False

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        """Refuse, or count the request.

        Raises:
            RefusedError: nobody is signed in, the scope is missing, the session is not fresh, or the limit is reached.
        """
        principal = principal_of(connection)
        if principal.kind is PrincipalKind.STRANGER:
            raise unauthenticated()
        if self.scope not in principal.scopes:
            raise scope_missing(self.scope)
        if self.step_up and principal.session_id and not principal.fresh:
            raise step_up_needed()
        limiter: RateLimiter = connection.app.state[RATES]
        limiter.count(self.rate_of(str(connection.scope.get("method", "GET"))), principal.key)

    def rate_of(self, method: str) -> Rate:
        """Return which limit a request by `method` falls under."""
        if method in SAFE_METHODS:
            return Rate.FREE
        if self.rate is not None:
            return self.rate
        return Rate.SPENDING if self.scope in {Scope.RUN, Scope.TRADE} else Rate.WRITING


@dataclass(frozen=True, slots=True)
class Open:
    """The guard of a route that anybody may see."""

    async def __call__(
        self, _connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        """Let everybody pass."""


OPEN: Final = Open()
"""Marks a route as open to all."""


def require(scope: Scope, rate: Rate | None = None, *, step_up: bool = False) -> Requires:
    """Return the guard of a route that needs `scope`; `rate` replaces the limit that the scope implies."""
    return Requires(scope, rate, step_up)


def declared(guards: Iterable[object]) -> Requires | Open | None:
    """Return what a route's guards declare, the nearest to the handler first; None = nothing at all."""
    found = [guard for guard in guards if isinstance(guard, Requires | Open)]
    return found[-1] if found else None


def unauthenticated() -> RefusedError:
    """Return the refusal of somebody who is not signed in."""
    return RefusedError(
        "nobody is signed in",
        slug="unauthenticated",
        fix="open a sign-in link (quorate up), or send a token: Authorization: Bearer arn_...",
        refusal=Refusal(headers={"WWW-Authenticate": 'Bearer realm="quorate"'}),
    )


def scope_missing(scope: Scope) -> RefusedError:
    """Return the refusal of somebody who may not do this."""
    return RefusedError(
        f"the scope '{scope}' is missing",
        slug="forbidden",
        fix=f"use a token with the scope {scope}, or the browser",
        refusal=Refusal(code="SCOPE"),
    )


def step_up_needed() -> RefusedError:
    """Return the refusal of a session that was opened too long ago for what it asks."""
    minutes = STEP_UP_LIFE.total_seconds() / 60
    return RefusedError(
        f"this needs a sign-in link that was opened in the last {minutes:.0f} minutes",
        slug="forbidden",
        fix="run `quorate up` in a terminal, open the link that it prints, then do this again",
        refusal=Refusal(code="STEP_UP"),
    )
