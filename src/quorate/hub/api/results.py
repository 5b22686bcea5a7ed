"""`/results`: what was concluded, the newest of each symbol first; `/ws`: the stream over a WebSocket."""

from __future__ import annotations

from typing import Annotated, Any, cast

from litestar import WebSocket, get, websocket
from litestar.params import QueryParameter

from quorate.access import Scope
from quorate.hub.api import asking
from quorate.hub.api.shape import Day, Moment, Ratio, Shape
from quorate.hub.cursors import place_in, result_cursor
from quorate.hub.parts import PARTS, AnyRequest, Parts, app_in
from quorate.hub.security.principal import principal_of, require
from quorate.hub.stream import Asked, OpenSocket, Wanted, wanted_types
from quorate.kernel.ids import Symbol
from quorate.kernel.stamps import stamp
from quorate.results.result import to_display
from quorate.results.standing import ResultFilter, ResultLine, ResultState


class DisplayShape(Shape):
    """A result in a few words."""

    confidence: str
    risk: str
    warning: str | None
    degraded: bool


class ResultShape(Shape):
    """A result; `signal` is never null, `confidence` is adjusted and null where nobody spoke."""

    result_id: str
    result_seq: int
    run_id: str
    task_id: str
    trace_id: str
    decision_id: str
    book: str
    book_mode: str
    symbol: str
    timeframe: str
    as_of: Day
    signal: str
    reason_code: str
    confidence: Ratio
    original_confidence: Ratio
    confidence_limit: Ratio
    risk_score: Ratio
    reasoning: str
    wyckoff_phase: str | None
    degraded_inference: bool
    conflict: bool
    hidden_hand_warning: str | None
    escalated: bool
    supporters: int
    valid_votes: int
    triggers: list[str]
    completed_by: list[str]
    analyzed_at: Moment
    persisted_at: Moment
    stale_after: Moment | None
    states: list[str]
    display: DisplayShape


class ResultList(Shape):
    """Results, the newest of each symbol first, then what came before."""

    read_at: Moment
    items: list[ResultShape]
    next_cursor: str | None


def result_shape(line: ResultLine) -> ResultShape:
    """Return a result as programs read it."""
    result, shown = line.result, to_display(line.result)
    return ResultShape(
        result_id=result.result_id,
        result_seq=result.result_seq,
        run_id=result.run_id,
        task_id=result.task_id,
        trace_id=result.trace_id,
        decision_id=result.decision_id,
        book=result.book,
        book_mode=result.book_mode,
        symbol=result.symbol,
        timeframe=result.timeframe,
        as_of=result.as_of,
        signal=result.signal.value,
        reason_code=result.reason_code,
        confidence=result.confidence,
        original_confidence=result.original_confidence,
        confidence_limit=result.confidence_limit,
        risk_score=result.risk_score,
        reasoning=result.reasoning,
        wyckoff_phase=result.wyckoff_phase,
        degraded_inference=result.degraded_inference,
        conflict=result.conflict,
        hidden_hand_warning=result.hidden_hand_warning,
        escalated=result.escalated,
        supporters=result.supporters,
        valid_votes=result.valid_votes,
        triggers=list(result.triggers),
        completed_by=list(result.completed_by),
        analyzed_at=result.analyzed_at,
        persisted_at=result.persisted_at,
        stale_after=line.stale_after,
        states=sorted(state.value for state in line.states),
        display=DisplayShape(
            confidence=shown.confidence,
            risk=shown.risk.value,
            warning=shown.warning,
            degraded=shown.degraded,
        ),
    )


@get("/results", guards=[require(Scope.READ)], summary="List results")
async def results(
    request: AnyRequest,
    symbol: Annotated[str | None, QueryParameter(name="symbol")] = None,
    in_state: Annotated[str | None, QueryParameter(name="state")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Annotated[str | None, QueryParameter(name="cursor", max_length=200)] = None,
) -> ResultList:
    """List the newest result of each book, symbol and timeframe, then what came before it."""
    app = app_in(request)
    wanted = ResultFilter(
        symbol=_symbol(symbol), state=None if in_state is None else wanted_state(in_state)
    )
    after = None if cursor is None else place_in(app.hub_secret, cursor, wanted)
    page = await app.results.page(wanted, limit, after)
    return ResultList(
        read_at=stamp(app.clock.now()),
        items=[result_shape(line) for line in page.items],
        next_cursor=result_cursor(app.hub_secret, page.next_after, wanted),
    )


def wanted_state(text: str) -> ResultState:
    """Return the state that a list is asked for.

    Raises:
        RefusedError: there is no such state.
    """
    try:
        return ResultState(text)
    except ValueError:
        states = ", ".join(state.value for state in ResultState)
        raise asking.wrong("?state", f"is one of {states}") from None


@websocket("/ws", guards=[require(Scope.READ)])
async def results_socket(
    socket: WebSocket[Any, Any, Any],
    last_seq: Annotated[int | None, QueryParameter(name="lastSeq", ge=0)] = None,
    types: Annotated[str | None, QueryParameter(name="types", max_length=500)] = None,
    symbol: Annotated[str | None, QueryParameter(name="symbol")] = None,
) -> None:
    """Tell every event behind `lastSeq`, else from now on; the same envelopes as the stream."""
    parts, principal = cast("Parts", socket.app.state[PARTS]), principal_of(socket)
    wanted = Wanted(types=wanted_types(types), symbol=_symbol(symbol) or "")

    async def may_read() -> bool:
        found = await parts.authentication.principal(socket.scope)
        return found.key == principal.key

    asked = Asked(
        principal=principal.key,
        wanted=wanted,
        after=last_seq,
        may_read=may_read,
        mode=(await parts.app.book_clock()).mode,
    )
    await socket.accept()
    opened = OpenSocket(parts.broadcast, asked)
    await opened(socket.scope, socket.receive, socket.send)


def _symbol(text: str | None) -> Symbol | None:
    return None if text is None else asking.symbol(text, "?symbol")
