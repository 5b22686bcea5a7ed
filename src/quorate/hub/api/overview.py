"""`/arena/overview`, `/dashboard`, `/search`: the arena at a glance, what needs doing, and where a thing is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Final, TypeVar

from litestar import get
from litestar.params import QueryParameter

from quorate.access import Scope
from quorate.arena.record.listing import Overview, RunFilter, SessionActions, Spread
from quorate.bootstrap.answers import BookClock
from quorate.hub.api.cycle_shapes import (
    AlertShape,
    CurrentCycle,
    EquityShape,
    alert_shapes,
    current_shape,
    equity_shapes,
)
from quorate.hub.api.run_shapes import RunItem, run_item
from quorate.hub.api.shape import Day, Moment, Shape
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.security.principal import require
from quorate.kernel.stamps import stamp

Name = TypeVar("Name", bound=Enum)

LATEST: Final = 5
"""Runs on the dashboard. Source: UI 1."""


class SpreadShape(Shape):
    """The middle and the upper end of a set of figures; null where there are none."""

    median: float | None
    p95: float | None


class SessionShape(Shape):
    """How many decisions of one session ended how."""

    session: Day
    actions: dict[str, int]


class OverviewShape(Shape):
    """The arena at a glance. "Today" is the UTC day; `costTodayUsd` sums the calls whose price is known."""

    read_at: Moment
    runs: dict[str, int]
    runs_today: dict[str, int]
    decisions: int
    escalated_today: int
    cost_today_usd: str
    unpriced_today: int
    cost_per_run_usd: SpreadShape
    seconds_per_run: SpreadShape
    actions: dict[str, int]
    reasons: dict[str, int]
    triggers: dict[str, int]
    sessions: tuple[SessionShape, ...]


class BookShape(Shape):
    """Where the default book stands; `asOf` is the newest stored session."""

    name: str
    mode: str
    as_of: Day | None


class CheckShape(Shape):
    """One thing that a run needs; `fix` is empty when it is as it should be."""

    name: str
    ok: bool
    detail: str
    fix: str


class DashboardShape(Shape):
    """Is it healthy, and what needs doing?"""

    read_at: Moment
    book: BookShape
    checks: tuple[CheckShape, ...]
    cost_today_usd: str
    unpriced_today: int
    runs_today: dict[str, int]
    latest: tuple[RunItem, ...]
    cycle: CurrentCycle
    equity: tuple[EquityShape, ...]
    alerts: tuple[AlertShape, ...]


class FoundItem(Shape):
    """Something that a text may stand for; `runId` is that of a run, a decision or a trace."""

    kind: str
    id: str
    label: str
    run_id: str | None


class FoundList(Shape):
    """What was found, the likeliest first."""

    read_at: Moment
    items: tuple[FoundItem, ...]
    next_cursor: str | None = None


@get("/arena/overview", guards=[require(Scope.READ)], summary="The arena at a glance")
async def overview(request: AnyRequest) -> OverviewShape:
    """Return the arena's figures as of now."""
    app = app_in(request)
    return overview_shape(await app.overview(), stamp(app.clock.now()))


@get("/dashboard", guards=[require(Scope.READ)], summary="The dashboard")
async def dashboard(request: AnyRequest) -> DashboardShape:
    """Return whether all is well, what needs doing, and the latest runs."""
    app = app_in(request)
    figures, clock = await app.overview(), await app.book_clock()
    latest = await app.list_runs(RunFilter(), LATEST, None)
    traded, now = await app.trading.current_book(), stamp(app.clock.now())
    return DashboardShape(
        read_at=now,
        book=_book(clock),
        checks=tuple(
            CheckShape(name=each.name, ok=each.ok, detail=each.detail, fix=each.fix)
            for each in await app.setup_checks()
        ),
        cost_today_usd=str(figures.cost_today),
        unpriced_today=figures.unpriced_today,
        runs_today=_by_name(figures.runs_today),
        latest=tuple(map(run_item, latest.items)),
        cycle=current_shape(await app.cycles.book(traded), now),
        equity=equity_shapes(await app.cycles.equity(traded)),
        alerts=alert_shapes(await app.alerts.newest(LATEST, only_open=True)),
    )


@get("/search", guards=[require(Scope.READ)], summary="Find by name or id")
async def search(
    request: AnyRequest,
    q: Annotated[str, QueryParameter(name="q", max_length=100)] = "",
    limit: Annotated[int, QueryParameter(name="limit", ge=1, le=50)] = 10,
) -> FoundList:
    """Return what a text may stand for: a symbol, a profile, or the beginning of an id."""
    app = app_in(request)
    text = q if q.isprintable() else ""
    return FoundList(
        read_at=stamp(app.clock.now()),
        items=tuple(
            FoundItem(kind=each.kind, id=each.id, label=each.label, run_id=each.run_id)
            for each in await app.find(text, limit)
        ),
    )


def overview_shape(found: Overview, read_at: str) -> OverviewShape:
    """Return the overview as the API gives it."""
    return OverviewShape(
        read_at=read_at,
        runs=_by_name(found.runs),
        runs_today=_by_name(found.runs_today),
        decisions=found.decisions,
        escalated_today=found.escalated_today,
        cost_today_usd=str(found.cost_today),
        unpriced_today=found.unpriced_today,
        cost_per_run_usd=_spread(found.cost_per_run),
        seconds_per_run=_spread(found.seconds_per_run),
        actions=_by_name(found.actions),
        reasons=dict(found.reasons),
        triggers=_by_name(found.triggers),
        sessions=tuple(map(_session, found.sessions)),
    )


def _book(clock: BookClock) -> BookShape:
    as_of = clock.as_of.isoformat() if clock.as_of else None
    return BookShape(name=clock.name, mode=clock.mode, as_of=as_of)


def _spread(found: Spread) -> SpreadShape:
    return SpreadShape(median=found.median, p95=found.p95)


def _session(found: SessionActions) -> SessionShape:
    return SessionShape(session=found.session.isoformat(), actions=_by_name(found.actions))


def _by_name(counts: Mapping[Name, int]) -> dict[str, int]:
    return {str(name.value): count for name, count in counts.items()}
