"""Planning: from a request, or from a run that another process began, to all that the run depends on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial

from quorate.adapters.sql.books import book_named
from quorate.adapters.sql.calibrations import SqlCalibrations
from quorate.adapters.sql.presets import applied_preset
from quorate.adapters.sql.profiles import registered_profiles
from quorate.agents.profile import AgentProfile
from quorate.arbiter.spec import TaskSpec, arena_run_spec
from quorate.arena.competition.deciding import with_own_books
from quorate.arena.record import Cast, RecordedRun, RunHeader
from quorate.arena.record.calibration import curves_payload
from quorate.arena.record.header import RunStrategy
from quorate.arena.record.news import run_news
from quorate.arena.request import COMPETITION, RunRequest, asked_profiles, checked_request
from quorate.arena.seats import NO_SEATS, seats_of
from quorate.arena.service import RunPlan
from quorate.arena.strategy import Strategy, strategy_named
from quorate.bootstrap.arbitration.routing import Casting, Router
from quorate.bootstrap.boundaries import ROUTER
from quorate.bootstrap.store import Store
from quorate.cycle.strategies.default import with_default
from quorate.kernel.calibration import CalibrationCurve
from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import (
    BookName,
    CycleId,
    ProfileName,
    RunId,
    StrategyName,
    Symbol,
    TaskId,
    TraceId,
)
from quorate.kernel.money import Usd, total_cost
from quorate.llm.ladder import Preset
from quorate.llm.preset import in_force
from quorate.market.series import Series
from quorate.market.snapshot import freeze_snapshot
from quorate.portfolio.book import Book, BookMode
from quorate.resilience.boundary import ROUTER_TIMEOUT_MS

NOTHING_LEARNED = digest({"outcomes": 0})
"""The hash of the learned state while nobody has enough outcomes: no calibration, every skill weight 1."""


class Planner:
    """Plans arena runs on what the store holds; nothing is written."""

    def __init__(self, store: Store, providers: Collection[str]) -> None:
        self._store = store
        self._providers = providers
        self._router = Router(store, lambda: providers)
        self._calibrations = SqlCalibrations(store.database, store.tenant)
        self._config_hash = store.settings.config_hash

    async def planned(
        self, wanted: RunRequest, triggered_by: str, cycle_id: CycleId | None = None
    ) -> RunPlan:
        """Return the plan of a new run, of a cycle's where one is named.

        Raises:
            RejectedError: the request cannot be run.
        """
        settings, ids = self._store.settings, self._store.ids
        profiles, book = await self._profiles_and_book(wanted.book or settings.book.name)
        strategy = strategy_named(wanted.strategy, with_default(settings.strategies))
        thresholds = strategy.thresholds.with_rounds(wanted.rounds)
        policy = thresholds.over(settings.arena)
        request = checked_request(strategy.applied(wanted), profiles)
        snapshot = freeze_snapshot(await self._series(request.symbols, book.mode), request.as_of)
        chosen = strategy.cast(asked_profiles(request.profiles, profiles))
        news = await self._store.news.news(request.symbols, snapshot.as_of)
        header = RunHeader(
            run_id=RunId(ids.ulid("run_")),
            task_id=TaskId(ids.ulid("tsk_")),
            cycle_id=cycle_id,
            book=book.name,
            book_mode=book.mode.value,
            mode=request.mode,
            symbols=request.symbols,
            profiles=tuple(profile.name for profile in chosen),
            requested_as_of=request.as_of,
            as_of=snapshot.as_of,
            config_hash=self._config_hash,
            book_state_hash=book.state_hash,
            learned_state_hash=NOTHING_LEARNED,
            triggered_by=triggered_by,
            quorum=policy.quorum,
            min_history_bars=policy.min_history_bars,
            max_cost=request.max_cost or strategy.limit,
            thresholds=thresholds.texts,
            strategy=run_strategy(wanted.strategy, strategy),
            preset=strategy.preset or await self._preset(),
            news=run_news(news),
            answer_ttl_s=0.0 if request.fresh else strategy.ttl_s(settings.gateway),
        )
        competes = request.mode == COMPETITION
        casting = await self._store.boundaries.execute(
            ROUTER,
            lambda: self._router.casting(
                chosen,
                NO_SEATS if competes else seats_of(profiles, self._providers),
                header.task_id,
                named=strategy.applied(wanted).profiles is not None,
                choosing=not competes,
            ),
            ROUTER_TIMEOUT_MS,
        )
        header, trace_id = await self._calibrated(header, casting), ids.trace_id()
        return RunPlan(
            header=with_own_books(header, book) if competes else header,
            trace_id=trace_id,
            profiles=casting.profiles,
            snapshot=snapshot,
            book=book,
            seats=casting.seats,
            news=news.items,
            beside=casting.events(header, trace_id),
        )

    async def replanned(self, run: RecordedRun, cast: Cast) -> RunPlan:
        """Return the plan of a run that another process began, with those in its seats whom it recorded there.

        Raises:
            RejectedError: what it was requested on is not there any more.
        """
        header = run.header.fact
        _, book = await self._profiles_and_book(header.book)
        return RunPlan(
            header=header,
            trace_id=TraceId(run.trace_id),
            profiles=cast.profiles,
            snapshot=freeze_snapshot(await self._series(header.symbols, book.mode), header.as_of),
            book=book,
            seats=cast.seats,
            news=tuple(await self._store.news.named(header.news.ids)),
        )

    async def _calibrated(self, header: RunHeader, casting: Casting) -> RunHeader:
        """Return the header of the run as it was cast, with what is known of those who may state a confidence."""
        asked = (*casting.profiles, *casting.seats.panel)
        curves = await self._calibrations.curves(header.book, asked, header.as_of)
        return with_curves(casting.over(header), curves)

    async def _preset(self) -> Preset:
        """Return the router preset in force."""
        tenant = self._store.tenant
        applied = await self._store.database.look_up(partial(applied_preset, tenant=tenant))
        return in_force(self._store.settings.models.preset, applied).preset

    async def _series(
        self, symbols: Sequence[Symbol], mode: BookMode
    ) -> Mapping[Symbol, Series | None]:
        stored = await known_series(self._store, symbols, mode)
        return {symbol: stored[symbol] for symbol in symbols}

    async def _profiles_and_book(self, name: BookName) -> tuple[Sequence[AgentProfile], Book]:
        tenant = self._store.tenant
        profiles, book = await self._store.database.look_up(
            lambda connection: (
                registered_profiles(connection, tenant),
                book_named(connection, tenant, name),
            )
        )
        if book is None:
            raise RejectedError(
                f"there is no book '{name}'",
                effect="nothing was written",
                fix=f"leave --book out to use '{self._store.settings.book.name}'",
                slug="not-found",
            )
        return profiles, book


async def known_series(
    store: Store, symbols: Sequence[Symbol], mode: BookMode = BookMode.REPLAY
) -> Mapping[Symbol, Series]:
    """Return the bars of `symbols` that a book of `mode` trades on.

    Raises:
        RejectedError: there are none of some (slug `not-found`).
    """
    stored = await store.market_of(mode).series(symbols)
    unknown = [symbol for symbol in symbols if symbol not in stored]
    if unknown:
        raise RejectedError(
            f"there are no bars of {', '.join(unknown)}",
            effect="nothing was written",
            fix="quorate data import FILE, or quorate data list to see what there is",
            slug="not-found",
        )
    return stored


def with_curves(header: RunHeader, curves: Mapping[ProfileName, CalibrationCurve]) -> RunHeader:
    """Return the header with the curves that its votes go through; the hash of what was learned is over them too."""
    if not curves:
        return header
    learned: dict[str, JsonValue] = {
        "routing": header.learned_state_hash,
        "calibration": curves_payload(curves),
    }
    return replace(header, curves=curves, learned_state_hash=digest(learned))


def spec_of(plan: RunPlan) -> TaskSpec:
    """Return the spec of a run's task: its symbols, and the tools and budgets of whoever speaks in it."""
    speaking = (*plan.profiles, *plan.seats.speakers, *plan.seats.panel)
    tools = sorted({tool.value for profile in speaking for tool in profile.tool_policy})
    cost = held_below(total_cost(map(worst_cost, speaking)), plan.header.max_cost)
    return arena_run_spec(
        plan.header.symbols,
        tuple(tools),
        max_cost=None if cost is None else cost.amount,
        max_power_calls=len(plan.seats.panel),
    )


def lost_spec(header: RunHeader) -> TaskSpec:
    """Return the spec of a run that cannot be planned again: it may spend nothing."""
    return arena_run_spec(header.symbols, ())


def run_strategy(name: StrategyName | None, strategy: Strategy) -> RunStrategy | None:
    """Return what a run keeps of the strategy that it follows, None where it follows none."""
    return None if name is None else RunStrategy(name=name, hash=strategy.hash)


def worst_cost(profile: AgentProfile) -> Usd | None:
    """Return what a run may spend on a profile at the most, None where it has no budget per run."""
    return Usd(Decimal(0)) if profile.is_rule_agent else profile.budget_per_run


def held_below(worst: Usd | None, limit: Usd | None) -> Usd | None:
    """Return what a run may cost at the most under a limit of its own; None is no bound."""
    bounds = [bound for bound in (worst, limit) if bound is not None]
    return min(bounds, default=None)
