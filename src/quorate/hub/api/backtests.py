"""`/backtests`: strategies over the stored history; one that is started goes on by itself."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.cycle.strategies.backtest import BacktestRequest, backtest_json, line_json
from quorate.cycle.strategies.words import LIMITS, sentences
from quorate.hub.api import asking
from quorate.hub.api.counting import Count
from quorate.hub.api.headers import IdempotencyKey
from quorate.hub.api.starting import request_key
from quorate.hub.api.strategy_shapes import (
    BacktestItem,
    BacktestList,
    BacktestShape,
    BacktestStarted,
    NewBacktest,
)
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import principal_of, require
from quorate.kernel.ids import StrategyName, is_like_an_id
from quorate.kernel.stamps import stamp

BASE: Final = "/backtests"


@get(BASE, guards=[require(Scope.READ)], summary="List backtests")
async def backtests(
    request: AnyRequest,
    strategy: Annotated[str | None, QueryParameter()] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[str | None, QueryParameter()] = None,
    count: Count = False,  # noqa: FBT002
) -> BacktestList:
    """List the backtests, newest first; `cursor` is the id of the last one seen."""
    app = app_in(request)
    wanted = None if strategy is None else StrategyName(strategy)
    lines = list(await app.strategy_desk.backtests.lines(wanted))
    ids = [str(line.backtest_id) for line in lines]
    if cursor is not None and cursor not in ids:
        raise RefusedError("the cursor belongs to no list", slug="invalid-cursor")
    begin = 0 if cursor is None else ids.index(cursor) + 1
    shown = lines[begin : begin + limit]
    return BacktestList(
        read_at=stamp(app.clock.now()),
        items=tuple(msgspec.convert(line_json(line), BacktestItem) for line in shown),
        next_cursor=ids[begin + limit - 1] if len(lines) > begin + limit else None,
        total=len(lines) if count else None,
    )


@post(BASE, guards=[require(Scope.RUN)], status_code=202, summary="Start a backtest")
async def start_backtest(
    request: AnyRequest, data: JSONBody[NewBacktest], key: IdempotencyKey = None
) -> Response[BacktestStarted]:
    """Work out what a strategy would have decided on past sessions; it goes on after the answer.

    `Idempotency-Key` is needed: the same key with the same body gets the first answer for 24 hours.
    """
    wanted = BacktestRequest(
        strategy=StrategyName(data.strategy_id), first=data.from_, last=data.to
    )
    accepted = request_key(request, key, data, about=BASE)
    started = await app_in(request).strategy_desk.backtests.start(
        wanted, principal_of(request).name, accepted
    )
    headers = {"Location": f"/api/admin{BASE}/{started.backtest_id}"}
    if started.replayed:
        headers["Idempotency-Replayed"] = "true"
    body = BacktestStarted(
        backtest_id=started.backtest_id, status="running", replayed=started.replayed
    )
    return Response(body, status_code=202, headers=headers)


@get(BASE + "/{backtest_id:str}", guards=[require(Scope.READ)], summary="A backtest")
async def backtest(request: AnyRequest, backtest_id: FromPath[str]) -> BacktestShape:
    """Return a backtest with what it found: figures, trades, curve, and how far that can be believed."""
    if not is_like_an_id(backtest_id):
        raise RefusedError("there is no such backtest", slug="not-found")
    found = await app_in(request).strategy_desk.backtests.show(backtest_id)
    tree = {**backtest_json(found), "said": sentences(found), "limits": LIMITS}
    return msgspec.convert(tree, BacktestShape)
