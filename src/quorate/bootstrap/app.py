"""The application: what the command line and the hub may ask for, on one opened store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from quorate.access import Credential, Scope, SessionGrant, TokenGrant
from quorate.adapters.keys.secret import hub_secret
from quorate.adapters.sql.finding import Found
from quorate.adapters.sql.tail import JournalFeed, JournalTail
from quorate.adapters.sql.usage import UsageLine
from quorate.agents.profile import AgentProfile
from quorate.arbiter.task import TaskType
from quorate.arena.acceptance import RequestKey
from quorate.arena.record import (
    CostToday,
    Overview,
    RecordedRun,
    RunFilter,
    RunLine,
    RunPosition,
    RunView,
)
from quorate.arena.record.details import RunDetails
from quorate.arena.request import RunRequest
from quorate.audit.verification import Verification
from quorate.bootstrap import auditing, details, granting, viewing
from quorate.bootstrap.answers import (
    BookClock,
    Page,
    ProfileChange,
    RunPreview,
    StartedRun,
    TokenChange,
)
from quorate.bootstrap.arbitration.coordinating import coordinated
from quorate.bootstrap.arbitration.coordinator import Coordinator
from quorate.bootstrap.arbitration.desk import RoutingDesk
from quorate.bootstrap.arenas import Arenas
from quorate.bootstrap.auditing import ExportSummary
from quorate.bootstrap.broking import BrokerDesk
from quorate.bootstrap.checking import Check, checks, setup_checks
from quorate.bootstrap.competing import Competitions
from quorate.bootstrap.configured import Configuration, configuration
from quorate.bootstrap.cycle_starts import CycleStarts
from quorate.bootstrap.cycling import CycleShelf
from quorate.bootstrap.desk import opened_desk
from quorate.bootstrap.fleet.facet import Fleet
from quorate.bootstrap.importing import ImportSummary, import_bars
from quorate.bootstrap.lab import Lab
from quorate.bootstrap.law import LawDesk
from quorate.bootstrap.live_market import usage_listing
from quorate.bootstrap.models import Models
from quorate.bootstrap.money import MoneyBook
from quorate.bootstrap.news import NewsDesk
from quorate.bootstrap.ordering import OrderBook
from quorate.bootstrap.prompting import PromptShelf
from quorate.bootstrap.registry import Registry
from quorate.bootstrap.rerunning import Reruns
from quorate.bootstrap.results import Results
from quorate.bootstrap.running import Runner
from quorate.bootstrap.safety import Safety
from quorate.bootstrap.scoring_desk import ScoringDesk
from quorate.bootstrap.settings_desk import SettingsDesk
from quorate.bootstrap.store import Store
from quorate.bootstrap.strategies import StrategyDesk
from quorate.bootstrap.tasking import Again, OrderDesk, TaskDesk
from quorate.bootstrap.tasking.again import BacktestAgain, OrderAgain, RunAgain
from quorate.bootstrap.telemetry import Telemetry
from quorate.bootstrap.tools import ToolShelf
from quorate.bootstrap.trading import Timekeeper, Trading
from quorate.bootstrap.upkeep import kept_up, looked_after_every
from quorate.bootstrap.watching import AlertDesk
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.journal import JournalEntry
from quorate.kernel.ports import Clock
from quorate.market.history import PriceBar
from quorate.market.series import SeriesSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What runs need already, and the application shows as well."""

    alerts: AlertDesk
    feed: JournalTail
    fleet: Fleet
    money: MoneyBook


class App:
    """One home, opened; `started` tells what opening it found to do."""

    def __init__(
        self,
        store: Store,
        runner: Runner,
        started: Sequence[str],
        shared: Shared,
        models: Models,
    ) -> None:
        self._store = store
        self._runner = runner
        self.money = money = shared.money
        self.alerts, self.fleet = shared.alerts, shared.fleet
        self.law = LawDesk(store)
        self.cycles = CycleShelf(store)
        self.broker = BrokerDesk(store)
        self.tools = ToolShelf(store, runner)
        self.competitions = Competitions(store, runner)
        self.arenas = Arenas(store)
        self.news = NewsDesk(store)
        self.sign_ins = granting.SignIns(store)
        self.prompts = PromptShelf(store)
        self.registry = Registry(store, self.prompts, lambda: self.providers)
        self.models = opened_desk(store, models, self.registry, runner.planned)
        self.reruns = Reruns(store, runner)
        self.lab = Lab(store, models, money, self.models.presets)
        self.strategy_desk = StrategyDesk(store, runner.court, runner.walks)
        self.strategies = self.strategy_desk.configured
        self.trading = Trading(store, runner, self.alerts.watch, self.strategy_desk.followed)
        self.cycle_starts = CycleStarts(store, self.trading)
        self.safety = Safety(store, self.trading, models, lambda: self.coordination)
        self.orders = OrderBook(store, self.trading)
        self.order_desk = OrderDesk(
            store,
            self.trading,
            self.orders,
            self.safety,
            self.strategy_desk,
            self.alerts.watch,
            runner.court,
        )
        again: Mapping[TaskType, Again] = {
            TaskType.ORDER: OrderAgain(self.order_desk),
            TaskType.ARENA_RUN: RunAgain(store, runner),
            TaskType.BACKTEST: BacktestAgain(self.strategy_desk.backtests),
        }
        self.tasks = TaskDesk(store, runner.walks, again)
        self._feed = shared.feed
        self.results = Results(store, self._feed, self.alerts.watch)
        self.telemetry = Telemetry(store, models, [self.results.figures])
        self.started = tuple(started)

    @property
    def providers(self) -> Collection[str]:
        """Return the providers of models that can be asked, as they are now."""
        return frozenset(self.models.names())

    @cached_property
    def routing(self) -> RoutingDesk:
        """Return the desk of agents and arms."""
        return RoutingDesk(self._store, self.registry, lambda: self.providers, self.fleet)

    @cached_property
    def settings(self) -> SettingsDesk:
        """Return the desk of the settings."""
        return SettingsDesk(self._store)

    @cached_property
    def scoring(self) -> ScoringDesk:
        """Return the desk of the leaderboard, of agreement and of calibration."""
        return ScoringDesk(self._store, self.registry)

    @cached_property
    def coordination(self) -> Coordinator:
        """Return who says whether tasks are taken, and watches over components and verdicts."""
        return coordinated(
            self._store,
            safety=self.safety,
            law=self.law,
            tasks=self.tasks,
            watch=self.alerts.watch,
            fleet=self.fleet,
            components=self.telemetry.components,
            degraded=self.routing.tracker.degradations,
        )

    @property
    def clock(self) -> Clock:
        """Return the clock that stamps what this process does."""
        return self._store.clock

    @property
    def home(self) -> Path:
        """Return where everything of this application is kept."""
        return self._store.settings.home

    @cached_property
    def hub_secret(self) -> bytes:
        """Return the 32 random bytes that this home's hub signs with, made on first use."""
        return hub_secret(self._store.settings.home)

    async def run_arena(self, request: RunRequest, *, allow_order: bool = False) -> RecordedRun:
        """Carry out one arena run, and have what it decides ordered where that is allowed; see `Runner.run`."""
        return await self._runner.run(request, "manual", self.order_desk if allow_order else None)

    async def start_run(
        self, request: RunRequest, *, key: RequestKey | None = None, allow_order: bool = False
    ) -> StartedRun:
        """Begin one arena run and return while it goes on in this process; see `run_arena` and `Runner.start`."""
        ordering = self.order_desk if allow_order else None
        return await self._runner.start(request, "manual", key, ordering)

    async def preview_run(self, request: RunRequest) -> RunPreview:
        """Return what `start_run` would run, writing nothing; it raises what `start_run` would."""
        return await self._runner.preview(request)

    async def recorded_run(self, run_id: str) -> RecordedRun:
        """Return the run with this id, or the only one whose id begins so.

        Raises:
            RejectedError: there is none (slug `not-found`), or there are several.
        """
        return await viewing.recorded_run(self._store, run_id)

    async def run_entries(self, run_id: str) -> Sequence[JournalEntry]:
        """Return the rows of a run and of its task, by seq; raises as `recorded_run`."""
        return await viewing.run_entries(self._store, run_id)

    async def run_details(self, run_id: str, *, with_texts: bool = False) -> RunDetails:
        """Return a run with its calls, and the texts of its prompts and answers if asked; raises as `recorded_run`."""
        return await details.run_details(self._store, run_id, with_texts=with_texts)

    async def list_runs(
        self, wanted: RunFilter, limit: int, after: RunPosition | None
    ) -> Page[RunLine]:
        """Return at most `limit` of the runs that `wanted` asks for, newest first, those after `after`."""
        return await viewing.list_runs(self._store, wanted, limit, after)

    async def run_counts(self, wanted: RunFilter) -> Mapping[RunView, int]:
        """Return how many runs each view holds under the filter, its own view ignored."""
        return await viewing.run_counts(self._store, wanted)

    async def overview(self) -> Overview:
        """Return the arena's figures as of now."""
        return await viewing.overview(self._store)

    async def cost_today(self) -> CostToday:
        """Return what models cost this UTC day."""
        return await viewing.cost_today(self._store)

    async def price_history(self, symbol: Symbol, as_of: date, sessions: int) -> Sequence[PriceBar]:
        """Return the last `sessions` bars up to `as_of`, adjusted, oldest first; none of an unknown symbol."""
        return await viewing.prices_up_to(self._store, symbol, as_of, sessions)

    async def book_clock(self) -> BookClock:
        """Return where the book that is shown stands."""
        return await viewing.book_clock(self._store)

    async def find(self, text: str, limit: int) -> Sequence[Found]:
        """Return at most `limit` things that `text` may stand for, a name or the beginning of an id."""
        return await viewing.find(self._store, text, limit)

    def feed(self) -> JournalFeed:
        """Return the journal as it grows, whoever writes it; followers share one watch over the database."""
        return self._feed

    @asynccontextmanager
    async def upkeep(self) -> AsyncIterator[None]:
        """Finish what other processes left, and keep the schedule of cycles, as long as the block lasts."""
        await self.alerts.recover()
        every = looked_after_every(self._store.settings.journal.lease_seconds)
        desks = (self.order_desk, self.tasks, self.results, self.fleet, self.coordination)
        async with AsyncExitStack() as stack:
            for kept in (
                kept_up(self._recover, self.clock, every),
                self.safety.watched(),
                Timekeeper(self._store, self.trading).served(),
                *(desk.served() for desk in (*desks, self.settings)),
            ):
                await stack.enter_async_context(kept)
            yield

    async def recover_cycles(self) -> None:
        """Finish the cycles that dead processes left, and take up what is said of them with the rest."""
        halted = await self.safety.recover()
        self.started = (*self.started, *halted, *await self.trading.recover())

    async def _recover(self) -> Sequence[str]:
        money, alerts = await self.money.recover(), await self.alerts.recover()
        runs, halted = await self._runner.recover(), await self.safety.recover()
        tests = await self.strategy_desk.backtests.recover()
        played = await self.competitions.recover()
        return [*money, *alerts, *runs, *tests, *played, *halted, *await self.trading.recover()]

    async def close(self) -> None:
        """Let followers go, and the runs in the background end; `open_app` calls it before the store is closed."""
        await self._feed.close()
        await self.safety.close()
        await self.competitions.close()
        await self.strategy_desk.close()
        await self.cycle_starts.close()
        await self.trading.close()
        await self.alerts.close()
        await self._runner.close()

    async def export_run(self, run_id: str, path: Path) -> ExportSummary:
        """Write the run with the journal rows and the checkpoint that prove it."""
        return await auditing.export_run(self._store, await self.recorded_run(run_id), path)

    async def run_bundle(self, run_id: str) -> dict[str, object]:
        """Return what `export_run` writes; raises as `recorded_run`."""
        return await auditing.run_bundle(self._store, await self.recorded_run(run_id))

    async def profiles(self) -> Sequence[AgentProfile]:
        """Return every profile that can be in runs, by name: the archived ones are `registry`'s to tell."""
        return [each.profile for each in await self.registry.roster() if not each.profile.archived]

    async def set_profile_enabled(self, name: ProfileName, enabled: bool) -> ProfileChange:  # noqa: FBT001
        """Switch a profile on or off.

        Raises:
            RejectedError: there is no such profile, or it needs a provider that is not configured.
        """
        return await self.registry.switch(name, enabled=enabled)

    async def import_bars(self, path: Path, symbol: Symbol | None) -> ImportSummary:
        """Store the daily bars of a file; see `importing`."""
        return await import_bars(self._store, path, symbol)

    async def service_usage(self, limit: int) -> Sequence[UsageLine]:
        """Return how often outside services were asked, newest day first."""
        return await usage_listing(self._store, limit)

    async def series_listing(self) -> Sequence[SeriesSummary]:
        """Return what bars there are, by symbol."""
        return await self._store.market.listing()

    async def last_sessions(self, symbols: Sequence[Symbol], count: int) -> Sequence[date]:
        """Return the last `count` sessions of any of `symbols`, oldest first."""
        series = await self._store.market.series(symbols)
        sessions = {session for one in series.values() for session in one.sessions}
        return sorted(sessions)[-count:]

    async def verify(self, *, projections: bool, against: Path | None) -> Verification:
        """Return what is wrong with the journal; see `auditing`."""
        return await auditing.verify(self._store, projections=projections, against=against)

    async def export_journal(self, path: Path) -> ExportSummary:
        """Write the whole journal; see `auditing`."""
        return await auditing.export_journal(self._store, path)

    async def doctor(self) -> Sequence[Check]:
        """Return what was looked at and what is wrong."""
        return await checks(self._store)

    async def setup_checks(self) -> Sequence[Check]:
        """Return what a first run needs and whether it is there; quick, so nothing is verified."""
        return await setup_checks(self._store)

    def configuration(self) -> Configuration:
        """Return the settings that are in force in this process, passwords masked."""
        return configuration(self._store)

    async def issue_sign_in(self) -> Credential:
        """Return the secret of a new sign-in link; see `granting`."""
        return await granting.issue_sign_in(self._store)

    async def sign_in(self, link: Credential) -> tuple[Credential, SessionGrant]:
        """Use up a sign-in link: the secret of the session that it opens, and the session; see `granting`."""
        return await granting.sign_in(self._store, link)

    async def session(self, secret: Credential) -> SessionGrant | None:
        """Return the session of `secret`, None unless it may still be used (idleness is the caller's to judge)."""
        return await granting.good_session(self._store, secret)

    async def sign_out(self, session_id: str) -> None:
        """Close a session, for every process at once."""
        await granting.sign_out(self._store, session_id)

    async def create_token(
        self, name: str, scopes: Iterable[Scope], life: timedelta
    ) -> tuple[Credential, TokenGrant]:
        """Return the secret of a new token, shown this once, and its grant; see `granting`."""
        return await granting.create_token(self._store, name, scopes, life)

    async def tokens(self) -> Sequence[TokenGrant]:
        """Return every token, oldest first, those that are no longer good included."""
        return await granting.tokens(self._store)

    async def revoke_token(self, token_id: str) -> TokenChange:
        """Take a token back for good; see `granting`."""
        return await granting.revoke_token(self._store, token_id)

    async def token(self, secret: Credential) -> TokenGrant | None:
        """Return the token of `secret`, None unless it may still be used."""
        return await granting.good_token(self._store, secret)
