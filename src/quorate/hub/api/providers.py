"""`/providers` and `/models`: where models are asked, what they cost, and whether each can be asked now."""

from __future__ import annotations

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.bootstrap.providing import KeyChange, ProviderView
from quorate.hub.api.headers import IdempotencyKey
from quorate.hub.api.model_shapes import (
    KeyChanged,
    ModelList,
    ModelShape,
    NewKey,
    ProbePlanShape,
    ProviderList,
    ProviderShape,
    ProviderTestAsked,
    ProviderTestShape,
)
from quorate.hub.api.spending import check_worst, without_key
from quorate.hub.api.starting import request_key
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.secret import Secret
from quorate.kernel.stamps import stamp


@get("/providers", guards=[require(Scope.READ)], summary="List providers")
async def providers(request: AnyRequest) -> ProviderList:
    """List the providers of models, and where their keys come from."""
    app = app_in(request)
    items = tuple(_provider(each) for each in await app.models.providers.listed())
    return ProviderList(read_at=stamp(app.clock.now()), items=items)


@get("/models", guards=[require(Scope.READ)], summary="List models")
async def models(request: AnyRequest) -> ModelList:
    """List the models of the catalogue with tier, price, and whether each can be asked now."""
    app = app_in(request)
    items = tuple(
        ModelShape(
            model=str(line.model),
            tier=line.tier.value,
            prompt_price_usd=line.prompt_price,
            completion_price_usd=line.completion_price,
            price_source=line.price_source,
            ladders=line.ladders,
            reach=line.reach.value,
            circuit=line.circuit.value,
            left_alone_seconds=round(line.alone_s, 1),
        )
        for line in await app.models.providers.models()
    )
    return ModelList(read_at=stamp(app.clock.now()), items=items)


@put(
    "/providers/{name:str}/key",
    guards=[require(Scope.ADMIN, step_up=True)],
    summary="Store a key",
)
async def store_key(request: AnyRequest, name: FromPath[str], data: JSONBody[NewKey]) -> KeyChanged:
    """Store a provider's key in its owner's file; it is never given back, and holds from now on."""
    change = await app_in(request).models.providers.store_key(name, Secret(data.key))
    return _changed(name, change)


@delete(
    "/providers/{name:str}/key",
    guards=[require(Scope.ADMIN, step_up=True)],
    status_code=200,
    summary="Take a key away",
)
async def remove_key(request: AnyRequest, name: FromPath[str]) -> KeyChanged:
    """Take a provider's stored key away; one in the environment stays."""
    return _changed(name, await app_in(request).models.providers.remove_key(name))


@post(
    "/providers/{name:str}/test",
    guards=[require(Scope.RUN)],
    status_code=200,
    summary="Test a provider",
)
async def try_provider(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[ProviderTestAsked],
    key: IdempotencyKey = None,
) -> ProviderTestShape | ProbePlanShape:
    """List a provider's models and its key's credit, then make one call of a token or so.

    `dryRun` answers what it would ask and cost at the most; `maxCostUsd` refuses a test that may cost more.
    `Idempotency-Key` is needed otherwise: the same key with the same body gets the first answer for 24 hours.
    """
    app = app_in(request)
    accepted = None if data.dry_run else request_key(request, key, data, about=f"test {name}")
    with without_key():
        plan = await app.models.probe.plan(name, data.model)
        worst = plan.worst_cost if plan is not None else None
        if plan is not None:
            check_worst(data.max_cost_usd, worst)
        if data.dry_run:
            return ProbePlanShape(
                dry_run=True,
                provider=name,
                model=str(plan.rung.model) if plan else None,
                max_tokens=plan.max_tokens if plan else 0,
                worst_cost_usd=None if worst is None else str(worst),
                price_source=plan.price_source if plan else "",
            )
        agreed_to = plan.rung.model.model if plan else None
        told = await app.models.probe.test(name, agreed_to, key=accepted)
    return msgspec.convert(told, ProviderTestShape)


def _changed(name: str, change: KeyChange) -> KeyChanged:
    return KeyChanged(
        target=name,
        applied=change.applied,
        dry_run=False,
        overridden=change.provider.key_source == "env",
        provider=_provider(change.provider),
    )


def _provider(view: ProviderView) -> ProviderShape:
    return msgspec.convert(view.as_json(), ProviderShape)
