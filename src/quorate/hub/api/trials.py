"""`POST /arena/profiles/{name}/test`: a profile's real prompt, asked once; no run, and nothing moves."""

from __future__ import annotations

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.api.headers import IdempotencyKey
from quorate.hub.api.model_shapes import TrialAsked, TrialPlanShape, TrialShape
from quorate.hub.api.spending import check_worst, without_key
from quorate.hub.api.starting import request_key
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require


@post(
    "/arena/profiles/{name:str}/test",
    guards=[require(Scope.RUN)],
    status_code=200,
    summary="Test call of a profile",
)
async def try_profile(
    request: AnyRequest,
    name: FromPath[str],
    data: JSONBody[TrialAsked],
    key: IdempotencyKey = None,
) -> TrialShape | TrialPlanShape:
    """Ask the profile's model its real prompt on the newest session of a symbol, once.

    `dryRun` answers what it would ask and cost at the most; `maxCostUsd` refuses a call that may cost more.
    `Idempotency-Key` is needed otherwise: the same key with the same body gets the first answer for 24 hours.
    """
    app, wanted = app_in(request), asking.profile(name, "the name in the address")
    accepted = None if data.dry_run else request_key(request, key, data, about=f"trial {wanted}")
    with without_key():
        plan = await app.models.trials.plan(wanted, data.symbol)
        check_worst(data.max_cost_usd, plan.limit)
        if data.dry_run:
            return msgspec.convert({**plan.as_json(), "dryRun": True}, TrialPlanShape)
        told = await app.models.trials.test(wanted, data.symbol, key=accepted)
    return msgspec.convert(told, TrialShape)
