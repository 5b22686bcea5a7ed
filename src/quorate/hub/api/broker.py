"""`/broker`: who trades for PAPER books, where its keys come from, and a look at its account that orders nothing."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.params import JSONBody

from quorate.access import Scope
from quorate.bootstrap.broking import BrokerKeyChange
from quorate.hub.api.shape import Given, Shape
from quorate.hub.api.spending import without_key
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.secret import Secret

Key = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class BrokerShape(Shape):
    """The broker without its keys; `lacks` says why it cannot be used although it is wanted."""

    name: str
    adapter: str
    key_source: str
    key_variable: str
    last4: str
    key_stored: bool
    base_url: str
    lacks: str


class NewBrokerKeys(Given):
    """Both keys to store; they are never given back."""

    key_id: Key
    secret_key: Key


class BrokerKeysChanged(Shape):
    """What became of the keys. `overridden`: those in the environment go before the stored ones."""

    target: str
    applied: bool
    dry_run: bool
    overridden: bool
    broker: BrokerShape


class BrokerTestShape(Shape):
    """What the account told; not `ok` where it takes no orders."""

    name: str
    ok: bool
    host: str
    cash: str
    equity: str
    blocked: bool
    market_open: bool
    market_data: bool


@get("/broker", guards=[require(Scope.READ)], summary="The broker")
async def broker(request: AnyRequest) -> BrokerShape:
    """Return who trades for PAPER books, and where its keys come from."""
    return msgspec.convert((await app_in(request).broker.shown()).as_json(), BrokerShape)


@put("/broker/key", guards=[require(Scope.ADMIN, step_up=True)], summary="Store the broker's keys")
async def store_broker_keys(
    request: AnyRequest, data: JSONBody[NewBrokerKeys]
) -> BrokerKeysChanged:
    """Store both keys in their owner's file; those of an account with real money are refused when they are used."""
    desk = app_in(request).broker
    return _changed(await desk.store_keys(Secret(data.key_id), Secret(data.secret_key)))


@delete(
    "/broker/key",
    guards=[require(Scope.ADMIN, step_up=True)],
    status_code=200,
    summary="Take the broker's keys away",
)
async def remove_broker_keys(request: AnyRequest) -> BrokerKeysChanged:
    """Take the stored keys away; those in the environment stay."""
    return _changed(await app_in(request).broker.remove_keys())


@post("/broker/test", guards=[require(Scope.RUN)], status_code=200, summary="Test the broker")
async def try_broker(request: AnyRequest) -> BrokerTestShape:
    """Ask the account, its clock and a quote; it costs nothing and orders nothing."""
    with without_key():
        told = await app_in(request).broker.test()
    return msgspec.convert(told.as_json(), BrokerTestShape)


def _changed(change: BrokerKeyChange) -> BrokerKeysChanged:
    shown = msgspec.convert(change.broker.as_json(), BrokerShape)
    return BrokerKeysChanged(
        target=shown.name,
        applied=change.applied,
        dry_run=False,
        overridden=shown.key_source == "env",
        broker=shown,
    )
