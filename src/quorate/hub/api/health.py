"""`/health`, `/ready`, `/me`: does it run, could it do its work, and who asks?"""

from __future__ import annotations

import re
from typing import Annotated, Final

from litestar import Response, get
from litestar.params import HeaderParameter

from quorate import __version__
from quorate.access import Scope
from quorate.hub.api.shape import Moment, Shape
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.forgery import keyed_hash
from quorate.hub.security.principal import OPEN, principal_of, require
from quorate.kernel.errors import UnavailableError
from quorate.kernel.stamps import stamp

HEALTH_PATH: Final = "/api/admin/health"

CHALLENGE: Final = "X-Quorate-Challenge"
"""What somebody sends who wants to know whether this hub serves the same home."""

PROOF: Final = "X-Quorate-Proof"

_NONCE = re.compile(r"[0-9a-f]{64}")


class Health(Shape):
    """It runs; a stranger learns no more."""

    status: str


class ComponentState(Shape):
    """A part as it stands. Without a `needed` one nothing works; another one narrows what can be done."""

    name: str
    ok: bool
    needed: bool
    detail: str


class Ready(Shape):
    """It can do its work: the journal answers, and ends at row `head`; `degraded` where a part does not work."""

    status: str
    read_at: Moment
    head: int
    components: tuple[ComponentState, ...]


@get("/health", guards=[OPEN], summary="Does it run?")
async def health(
    request: AnyRequest,
    challenge: Annotated[str | None, HeaderParameter(name=CHALLENGE)] = None,
) -> Response[Health]:
    """Say that it runs, and prove to whoever has this home's secret that it is this home's hub."""
    headers = {}
    if challenge is not None and _NONCE.fullmatch(challenge):
        headers[PROOF] = proof_of(app_in(request).hub_secret, challenge)
    return Response(Health(status="ok"), headers=headers)


class Me(Shape):
    """Who asks, and what they may do; `csrf` is what a session's changes must carry as X-CSRF-Token.

    `version` is the hub's: a client of another one can tell before it asks anything else.
    """

    name: str
    kind: str
    scopes: tuple[str, ...]
    csrf: str
    version: str


@get("/me", guards=[require(Scope.READ)], sync_to_thread=False, summary="Who asks?")
def me(request: AnyRequest) -> Me:
    """Return who asks; a page elsewhere cannot read the answer."""
    principal = principal_of(request)
    return Me(
        name=principal.name,
        kind=principal.kind.value,
        scopes=tuple(sorted(principal.scopes)),
        csrf=principal.csrf,
        version=__version__,
    )


@get("/ready", guards=[require(Scope.READ)], summary="Can it do its work?")
async def ready(request: AnyRequest) -> Ready:
    """Look at every component; where a needed one does not work, a problem names it, 503."""
    app = app_in(request)
    found = await app.telemetry.components()
    missing = [each for each in found if each.needed and not each.ok]
    if missing:
        raise UnavailableError(
            "not ready: " + "; ".join(f"{each.name} {each.detail}" for each in missing),
            source=missing[0].name,
        )
    return Ready(
        status="ready" if all(each.ok for each in found) else "degraded",
        read_at=stamp(app.clock.now()),
        head=await app.feed().head(),
        components=tuple(
            ComponentState(name=each.name, ok=each.ok, needed=each.needed, detail=each.detail)
            for each in found
        ),
    )


async def _metrics(request: AnyRequest) -> Response[bytes]:
    """Return every figure in the text format of Prometheus."""
    telemetry = app_in(request).telemetry
    return Response(await telemetry.metrics(), media_type=telemetry.content_type)


metrics = get("/metrics", guards=[require(Scope.READ)], include_in_schema=False)(_metrics)
"""Where the API's other answers are."""

metrics_at_root = get("/metrics", guards=[require(Scope.READ)], include_in_schema=False)(_metrics)
"""Where Prometheus looks by itself."""


def proof_of(secret: bytes, challenge: str) -> str:
    """Return what only a hub of this home can answer."""
    return keyed_hash(secret, "hub", challenge)
