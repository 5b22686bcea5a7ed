"""`/waivers`: what is let pass for a while, by whom and why."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.arbiter.constitution import Delta, Waiver, WaiverWish
from quorate.hub.api import asking
from quorate.hub.api.law_shapes import (
    NewDelta,
    NewWaiver,
    Reasoned,
    WaiverChanged,
    WaiverItem,
    WaiverList,
)
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.stamps import stamp


@get("/waivers", guards=[require(Scope.READ)], summary="List waivers")
async def waivers(request: AnyRequest) -> WaiverList:
    """List every waiver, newest first, those that count no more included."""
    app = app_in(request)
    found = await app.law.waivers()
    items = tuple(_item(request, each) for each in found)
    return WaiverList(read_at=stamp(app.clock.now()), items=items)


@get("/waivers/{waiver_id:str}", guards=[require(Scope.READ)], summary="A waiver")
async def waiver(request: AnyRequest, waiver_id: FromPath[str]) -> WaiverItem:
    """Return a waiver."""
    return _item(request, await app_in(request).law.waiver(_checked(waiver_id)))


@post("/waivers", guards=[require(Scope.ADMIN)], summary="Add a waiver")
async def add_waiver(request: AnyRequest, data: JSONBody[NewWaiver]) -> WaiverChanged:
    """Waive gates for a while; a waiver of a budget says by how much more. Invariants and specs are never waived."""
    app = app_in(request)
    wish = WaiverWish(
        title=data.title,
        reason=data.reason,
        gates=data.gates,
        operations=data.operations,
        approved_by=principal_of(request).name,
        expires_at=app.clock.now() + timedelta(days=data.days),
        delta=_delta(data.delta),
    )
    change = await app.law.add_waiver(wish)
    return _changed(request, change.waiver, applied=True)


@delete(
    "/waivers/{waiver_id:str}",
    guards=[require(Scope.ADMIN)],
    status_code=200,
    summary="Revoke a waiver",
)
async def revoke_waiver(
    request: AnyRequest, waiver_id: FromPath[str], data: JSONBody[Reasoned]
) -> WaiverChanged:
    """End a waiver now; the next task is judged without it. It stays in the list."""
    change = await app_in(request).law.revoke_waiver(
        _checked(waiver_id), by=principal_of(request).name, reason=data.reason
    )
    return _changed(request, change.waiver, applied=change.applied)


def _changed(request: AnyRequest, found: Waiver, *, applied: bool) -> WaiverChanged:
    return WaiverChanged(
        target=found.waiver_id, applied=applied, dry_run=False, waiver=_item(request, found)
    )


def _item(request: AnyRequest, found: Waiver) -> WaiverItem:
    told = found.as_json(app_in(request).clock.now())
    return msgspec.convert(msgspec.to_builtins(told), WaiverItem)


def _delta(given: NewDelta) -> Delta:
    return Delta(
        usd=_amount(given.usd, "/delta/usd"),
        power_calls=given.power_calls,
        wall_ms=given.wall_ms,
        tokens=given.tokens,
        portfolio_delta=_amount(given.portfolio_delta, "/delta/portfolioDelta"),
    )


def _amount(text: str, pointer: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise asking.wrong(pointer, "is a decimal number, not below 0")
    return amount


def _checked(waiver_id: str) -> str:
    if len(waiver_id) > 10 or not waiver_id.isascii():
        raise RefusedError("there is no such waiver", slug="not-found")
    return waiver_id
