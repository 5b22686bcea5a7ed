"""`/safety` and `/breakers`: stop trading at once, let it go on, and see what holds it back.

A halt needs the scope `safety` alone, so that a watchdog can be given nothing else; to resume needs `admin`.
"""

from __future__ import annotations

from typing import Annotated, Final, NoReturn

from litestar import Response, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.bootstrap.safety import HaltWish, worst_of
from quorate.hub.api import asking
from quorate.hub.api.headers import IdempotencyKey, IfMatch, require_unchanged
from quorate.hub.api.safety_shapes import (
    BreakerList,
    BreakerReset,
    Halted,
    LimitList,
    NewHalt,
    NewLimits,
    NewReset,
    NewResumption,
    Resumed,
    SafetyShape,
    breaker_item,
    breaker_reset,
    halted,
    limit_item,
    resumed,
    safety_shape,
)
from quorate.hub.api.starting import request_key
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import Refusal, RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.hub.security.rates import Rate
from quorate.kernel.ids import BookName
from quorate.kernel.stamps import stamp

PATIENCE_S: Final = 5.0
"""How long an answer waits for the broker; what is left then goes on, and the page tells of it."""

Book = Annotated[str | None, QueryParameter()]


@get("/safety", guards=[require(Scope.READ)], summary="What would stop a trade")
async def safety(request: AnyRequest, book: Book = None) -> SafetyShape:
    """Tell the trading state of a book, what a halt would touch, its locks, and what stopped it lately."""
    app = app_in(request)
    view = await app.safety.view(_book(book))
    return safety_shape(view, worst_of(view.all).value, stamp(app.clock.now()))


@post(
    "/safety/halt",
    guards=[require(Scope.SAFETY, rate=Rate.SPENDING)],
    status_code=200,
    summary="Halt trading",
)
async def halt(
    request: AnyRequest, data: JSONBody[NewHalt], key: IdempotencyKey = None
) -> Response[Halted]:
    """Stop trading at once; it holds for every process when this answers, whatever the broker does.

    202 means that cancellations are still under way; the same key again tells what became of them.
    """
    wish = HaltWish(
        scope=data.scope,
        reason=data.reason,
        by=principal_of(request).name,
        book=_book(data.book),
        key=request_key(request, key, data, about="/safety/halt"),
        patience_s=PATIENCE_S,
    )
    outcome = await app_in(request).safety.halt(wish)
    is_over = all(each.report is not None for each in outcome.books)
    return Response(
        halted(outcome),
        status_code=200 if is_over else 202,
        headers={"Idempotency-Replayed": "true"} if outcome.replayed else {},
    )


@post(
    "/safety/resume",
    guards=[require(Scope.ADMIN, step_up=True)],
    status_code=200,
    summary="Let trading go on",
)
async def resume(request: AnyRequest, data: JSONBody[NewResumption]) -> Resumed:
    """Let trading go on after somebody looked why it stopped."""
    if not data.confirm:
        raise asking.wrong("/confirm", "is true once somebody looked why trading stopped")
    by = principal_of(request).name
    return resumed(await app_in(request).safety.resume(data.reason, by, _book(data.book)))


@get("/safety/limits", guards=[require(Scope.READ)], summary="List the limits of orders")
async def safety_limits(request: AnyRequest, book: Book = None) -> Response[LimitList]:
    """List what every order is held to, and how full it is, with the ETag of what the configuration sets."""
    app = app_in(request)
    lines = await app.safety.limits(_book(book))
    body = LimitList(read_at=stamp(app.clock.now()), items=tuple(map(limit_item, lines)))
    return Response(body, headers={"ETag": app.safety.limits_etag})


@put("/safety/limits", guards=[require(Scope.ADMIN, step_up=True)], summary="Limits are configured")
async def set_safety_limits(
    request: AnyRequest,
    data: JSONBody[NewLimits],  # noqa: ARG001  (what was wished for, so that it is checked and described)
    if_match: IfMatch = None,
) -> Response[LimitList]:
    """Refuse to set limits while trading may go on: they are the configuration's, read once at the start."""
    etag = app_in(request).safety.limits_etag
    require_unchanged(if_match, etag, "the limits were changed since they were read")
    _refuse()


@get("/breakers", guards=[require(Scope.READ)], summary="List the breakers")
async def breakers(request: AnyRequest) -> BreakerList:
    """List the auditor's breaker on trading, and those of the models that this process asked."""
    app = app_in(request)
    lines = await app.safety.breakers()
    return BreakerList(read_at=stamp(app.clock.now()), items=tuple(map(breaker_item, lines)))


@post(
    "/breakers/{name:str}/reset",
    guards=[require(Scope.ADMIN, step_up=True)],
    status_code=200,
    summary="Close a breaker",
)
async def reset_breaker(
    request: AnyRequest, name: FromPath[str], data: JSONBody[NewReset]
) -> BreakerReset:
    """Close a breaker; `trading` lets a book go on that the auditor halted."""
    by = principal_of(request).name
    return breaker_reset(await app_in(request).safety.reset_breaker(name, data.reason, by))


def _book(name: str | None) -> BookName | None:
    return None if name is None else BookName(name)


def _refuse() -> NoReturn:
    raise RefusedError(
        "the limits of orders are set in the configuration, and read once at the start",
        slug="conflict",
        effect="nothing was changed",
        fix="edit [risk] in quorate.toml, then start again; quorate config validate checks it",
        refusal=Refusal(code="LIMITS_ARE_CONFIGURED"),
    )
