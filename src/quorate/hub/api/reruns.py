"""`/arena/runs/{id}/replay` and `/arena/runs/compare`: a recorded run once more, and beside another one."""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.arena.rerun import MOST_SWAPS, WhatIfRequest
from quorate.hub.api import asking
from quorate.hub.api.headers import IdempotencyKey, Prefer
from quorate.hub.api.rerun_shapes import ComparisonShape, ReplayShape
from quorate.hub.api.run_shapes import RunShape
from quorate.hub.api.shape import Given
from quorate.hub.api.starting import Accepted, limit_of, request_key, started, wait_of
from quorate.hub.parts import AnyRequest, app_in, parts_of
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp


class NewReplay(Given):
    """What to swap, as in `threshold=min_confidence:0.7`; without swaps the run is recomputed from its record.

    A `free` what-if asks no model; `maxCostUsd` is what asking again may cost.
    """

    swaps: tuple[str, ...] = ()
    max_cost_usd: str | int | float | None = None
    free: bool = False


@post(
    "/arena/runs/{run_id:str}/replay",
    guards=[require(Scope.RUN)],
    status_code=202,
    summary="Replay a run",
    responses={
        200: ResponseSpec(
            cast("type[object]", ReplayShape | RunShape),
            generate_examples=False,
            description="Without swaps, whether the record gives the same bytes; the finished what-if (Prefer: wait).",
        )
    },
)
async def replay(
    request: AnyRequest,
    run_id: FromPath[str],
    data: JSONBody[NewReplay],
    key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response[Accepted]:
    """Recompute a run from its record, or start a what-if of it.

    Without swaps nobody is asked and nothing is written. With swaps it is a run like any other: `Idempotency-Key` is
    needed, and it can be waited for.
    """
    parts, wanted = parts_of(request), asking.run_id(run_id)
    limit = limit_of(data.max_cost_usd)
    if not data.swaps:
        if data.free or limit is not None:
            raise asking.wrong("/swaps", "names at least one swap, or nothing is bought anyway")
        return await _replayed(request, wanted)
    if len(data.swaps) > MOST_SWAPS:
        raise asking.wrong("/swaps", f"holds at most {MOST_SWAPS} swaps")
    accepted = request_key(request, key, data, about=wanted)
    what_if = WhatIfRequest(run_id=wanted, swaps=data.swaps, max_cost=limit, free=data.free)
    return await started(
        parts,
        lambda: parts.app.reruns.start(what_if, accepted),
        accepted.principal,
        seconds=wait_of(prefer),
    )


@get("/arena/runs/compare", guards=[require(Scope.READ)], summary="Two runs side by side")
async def compare(
    request: AnyRequest,
    a: Annotated[str, QueryParameter(name="a")],
    b: Annotated[str, QueryParameter(name="b")],
) -> ComparisonShape:
    """Return what two runs started from, who said what in each, and what was decided."""
    app = app_in(request)
    found = await app.reruns.compare(asking.run_id(a), asking.run_id(b))
    tree = {"readAt": stamp(app.clock.now()), **found.as_json()}
    return msgspec.convert(tree, ComparisonShape)


async def _replayed(request: AnyRequest, run_id: str) -> Response[Any]:
    app = app_in(request)
    found = await app.reruns.replay(run_id)
    tree = {"readAt": stamp(app.clock.now()), **found.as_json()}
    return Response(msgspec.convert(tree, ReplayShape), status_code=200)
