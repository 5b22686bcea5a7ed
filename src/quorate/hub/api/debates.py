"""`/api/debate/sessions`: the seeds' routes onto arena runs; a session is a run in which a dispute was heard.

A new session is a run in debate mode, begun on the same way as `POST /arena/run`. Source: R-081, R-084, R-116.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.arena.policy import MOST_ROUNDS
from quorate.arena.record.debate import DebateSession, read_debate
from quorate.arena.record.listing import RunFilter
from quorate.arena.request import DEBATE
from quorate.hub.api import asking
from quorate.hub.api.counting import Count
from quorate.hub.api.debate_shapes import DebateItem, DebateList, SessionShape, session_shape
from quorate.hub.api.headers import IdempotencyKey, Prefer
from quorate.hub.api.run_shapes import RunShape, decision_item
from quorate.hub.api.shape import Given
from quorate.hub.api.starting import (
    Accepted,
    NewRun,
    request_key,
    run_request,
    started,
    wait_of,
)
from quorate.hub.cursors import cursor_of, position_of
from quorate.hub.parts import AnyRequest, app_in, parts_of
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp


class NewSession(Given):
    """A debate to start: on what, by whom, over how many rounds (0 to 5; null = as configured)."""

    symbols: tuple[str, ...]
    rounds: int | None = None
    as_of: date | None = None
    book: str | None = None
    profiles: tuple[str, ...] | None = None
    profile_ids: tuple[str, ...] | None = None
    max_cost_usd: str | int | float | None = None


def session_filter(
    symbol: Annotated[str | None, QueryParameter(name="symbol")] = None,
    escalated: Annotated[bool | None, QueryParameter(name="escalated")] = None,
    as_of_from: Annotated[date | None, QueryParameter(name="asOfFrom")] = None,
    as_of_to: Annotated[date | None, QueryParameter(name="asOfTo")] = None,
) -> RunFilter:
    """Return the filter that the query asks for."""
    return RunFilter(
        debated=True,
        symbol=None if symbol is None else asking.symbol(symbol, "?symbol"),
        escalated=escalated,
        as_of_from=as_of_from,
        as_of_to=as_of_to,
    )


@get(
    "/debate/sessions",
    guards=[require(Scope.READ)],
    dependencies={"wanted": Provide(session_filter, sync_to_thread=False)},
    summary="List debates",
)
async def debate_sessions(
    request: AnyRequest,
    wanted: NamedDependency[RunFilter],
    limit: Annotated[int, QueryParameter(name="limit", ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[str | None, QueryParameter(name="cursor")] = None,
    count: Count = False,  # noqa: FBT002
) -> DebateList:
    """List the runs in which somebody argued or the panel was asked, newest first."""
    app = app_in(request)
    after = position_of(app.hub_secret, cursor, wanted) if cursor is not None else None
    page = await app.list_runs(wanted, limit, after)
    following = page.next_after
    return DebateList(
        read_at=stamp(app.clock.now()),
        items=tuple(
            DebateItem(
                session_id=line.row.run_id,
                run_id=line.row.run_id,
                trace_id=line.row.trace_id,
                status=line.row.status,
                symbols=line.row.symbols,
                started_at=line.row.started_at,
                as_of=line.as_of.isoformat(),
                seconds=line.seconds,
                cost_usd=line.row.cost_usd,
                escalated=line.row.escalated,
                decisions=tuple(map(decision_item, line.decisions)),
            )
            for line in page.items
        ),
        next_cursor=None if following is None else cursor_of(app.hub_secret, following, wanted),
        total=(await app.run_counts(wanted)).get(wanted.view, 0) if count else None,
    )


@get(
    "/debate/sessions/{run_id:str}",
    guards=[require(Scope.READ)],
    summary="A debate",
)
async def debate_session(request: AnyRequest, run_id: FromPath[str]) -> SessionShape:
    """Return the transcript by round, who changed their mind, and what the panel made of it.

    A run in which nothing was in dispute has no debates.
    """
    details = await app_in(request).run_details(asking.run_id(run_id))
    session: DebateSession = read_debate(details)
    return session_shape(session)


@post(
    "/debate/sessions",
    guards=[require(Scope.RUN)],
    status_code=202,
    summary="Start a debate",
    responses={
        200: ResponseSpec(
            RunShape, generate_examples=False, description="The finished run (Prefer: wait)."
        )
    },
)
async def start_debate(
    request: AnyRequest,
    data: JSONBody[NewSession],
    key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response[Accepted]:
    """Start a run in debate mode; whether anything is debated depends on whether its voters disagree.

    `Idempotency-Key` is needed, as for any run.
    """
    parts = parts_of(request)
    if data.rounds is not None and not 0 <= data.rounds <= MOST_ROUNDS:
        raise asking.wrong("/rounds", f"is a whole number from 0 to {MOST_ROUNDS}")
    asked = NewRun(
        symbols=data.symbols,
        as_of=data.as_of,
        book=data.book,
        profiles=data.profiles,
        profile_ids=data.profile_ids,
        mode=DEBATE,
        max_cost_usd=data.max_cost_usd,
    )
    wanted = replace(run_request(asked), rounds=data.rounds)
    accepted = request_key(request, key, data, about="debate")
    return await started(
        parts,
        lambda: parts.app.start_run(wanted, key=accepted),
        accepted.principal,
        seconds=wait_of(prefer),
    )
