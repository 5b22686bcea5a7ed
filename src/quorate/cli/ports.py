"""What the command line needs of the application, and of whoever composes it."""

# ruff: noqa: D102  (each class says it for its members; the promises stand at `bootstrap.App`)

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from quorate.access import Credential, Scope, TokenGrant
    from quorate.agents.profile import AgentProfile
    from quorate.agents.tool_report import ToolLine
    from quorate.agents.tools import ToolUse
    from quorate.arena.record import RunFilter, RunLine, RunPosition
    from quorate.arena.record.details import RunDetails
    from quorate.arena.request import RunRequest
    from quorate.arena.strategy import Strategy
    from quorate.audit.verification import Verification
    from quorate.cli.backup_ports import Backup, Restored
    from quorate.cli.broker_ports import BrokerDesk
    from quorate.cli.competition_ports import Competitions
    from quorate.cli.cycle_ports import Trading
    from quorate.cli.law_ports import Law
    from quorate.cli.model_ports import ModelDesk
    from quorate.cli.order_ports import Orders
    from quorate.cli.rerun_ports import Reruns
    from quorate.cli.results_ports import Results
    from quorate.cli.roster_ports import Prompts, Registry
    from quorate.cli.routing_ports import Coordination, RoutingDesk
    from quorate.cli.safety_ports import Emergency, Safety
    from quorate.cli.strategy_ports import StrategyDesk
    from quorate.cli.task_ports import OrderDesk, TaskDesk, UsageLine
    from quorate.config import Settings
    from quorate.kernel.ids import ProfileName, StrategyName, Symbol
    from quorate.kernel.journal import JournalEntry
    from quorate.kernel.money import Usd
    from quorate.kernel.ports import Clock
    from quorate.lab.converge import ConvergenceReport
    from quorate.lab.drift import DriftReport
    from quorate.llm.budget import Limit
    from quorate.llm.budget_line import BudgetLine
    from quorate.llm.call import ModelId
    from quorate.llm.call_listing import CallFilter, CallPage
    from quorate.llm.catalogue import StatedPrice
    from quorate.llm.cost import CostAxis, CostLine
    from quorate.llm.price_line import PriceLine
    from quorate.market.news_intake import RefusedNews
    from quorate.market.series import SeriesSummary

Item_co = TypeVar("Item_co", covariant=True)


class Page(Protocol[Item_co]):
    """A part of a list of runs, newest first; `next_after` is None on its last page."""

    @property
    def items(self) -> Sequence[Item_co]: ...
    @property
    def next_after(self) -> RunPosition | None: ...


class RecordedRun(Protocol):
    """A run read back from the journal."""

    def as_json(self) -> Mapping[str, object]:
        """Return the object of DESIGN 15."""
        ...

    def why_json(self) -> Mapping[str, object]:
        """Return `{runId, decisions[{symbol, why[]}]}`."""
        ...


class QuarantinedSymbol(Protocol):
    """A symbol of a file whose bars cannot be trusted, and why."""

    @property
    def symbol(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def detail(self) -> str: ...


class ImportSummary(Protocol):
    """What an import stored."""

    @property
    def symbols(self) -> Sequence[str]: ...
    @property
    def bars(self) -> int: ...
    @property
    def actions(self) -> int: ...
    @property
    def quarantined(self) -> Sequence[QuarantinedSymbol]: ...
    @property
    def notes(self) -> Sequence[str]: ...


class ExportSummary(Protocol):
    """What an export wrote: journal rows, and the largest size that a checkpoint vouches for."""

    @property
    def rows(self) -> int: ...
    @property
    def checkpoint(self) -> int | None: ...


class Check(Protocol):
    """One thing that was looked at; `fix` is empty when it is as it should be."""

    @property
    def name(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def detail(self) -> str: ...
    @property
    def fix(self) -> str: ...


class TokenChange(Protocol):
    """What became of a wish to revoke a token; not `applied` when it was revoked already."""

    @property
    def token(self) -> TokenGrant: ...
    @property
    def applied(self) -> bool: ...


class Migrated(Protocol):
    """From which schema to which; "" is an empty database."""

    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...


class BudgetChange(Protocol):
    """What became of a wish to set a limit; not `applied` when it was so already."""

    @property
    def line(self) -> BudgetLine: ...
    @property
    def applied(self) -> bool: ...


class PriceChange(Protocol):
    """What became of a wish to state a price; not `applied` when it was so already."""

    @property
    def line(self) -> PriceLine: ...
    @property
    def applied(self) -> bool: ...


class Money(Protocol):
    """What model calls cost, and what they may cost."""

    async def cost_summary(
        self, by: CostAxis, since: date, until: date | None = None
    ) -> Sequence[CostLine]: ...
    async def calls(self, wanted: CallFilter, limit: int, after: str | None) -> CallPage: ...
    async def budgets(self) -> Sequence[BudgetLine]: ...
    async def set_budget(self, limit: Limit, amount: Decimal | None) -> BudgetChange: ...
    async def prices(self) -> Sequence[PriceLine]: ...
    async def set_price(self, model: ModelId, price: StatedPrice | None) -> PriceChange: ...


class ToolTest(Protocol):
    """What a tool answered when somebody tried it."""

    @property
    def symbol(self) -> Symbol: ...
    @property
    def as_of(self) -> date: ...
    @property
    def use(self) -> ToolUse: ...
    def as_json(self) -> dict[str, object]: ...


class Tools(Protocol):
    """What agents may look up."""

    async def listing(self) -> Sequence[ToolLine]: ...
    async def tried(self, name: str, symbol: Symbol) -> ToolTest: ...


class NewsSummary(Protocol):
    """What an import of news stored, and what it did not; stamps are empty where nothing was stored."""

    @property
    def items(self) -> int: ...
    @property
    def duplicates(self) -> int: ...
    @property
    def shortened(self) -> int: ...
    @property
    def refused(self) -> Sequence[RefusedNews]: ...
    @property
    def first(self) -> str: ...
    @property
    def last(self) -> str: ...


class NewsLine(Protocol):
    """One item of news as a listing shows it."""

    @property
    def item_id(self) -> str: ...
    @property
    def published_at(self) -> str: ...
    @property
    def symbols(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def headline(self) -> str: ...


class NewsDesk(Protocol):
    """The stored news."""

    async def import_news(self, path: Path) -> NewsSummary: ...
    async def listing(self, limit: int, after: str | None) -> Sequence[NewsLine]: ...


class Lab(Protocol):
    """Experiments on the models themselves."""

    async def converge(
        self,
        path: Path,
        *,
        profiles: Sequence[ProfileName] = (),
        question: str = "",
        limit: Usd | None = None,
    ) -> ConvergenceReport: ...
    async def drift(
        self,
        *,
        profiles: Sequence[ProfileName] = (),
        turns: int = 5,
        symbol: Symbol | None = None,
        limit: Usd | None = None,
    ) -> DriftReport: ...


class App(Protocol):
    """The application, opened on one home."""

    @property
    def clock(self) -> Clock: ...
    @property
    def results(self) -> Results: ...
    @property
    def started(self) -> Sequence[str]: ...
    @property
    def money(self) -> Money: ...
    @property
    def competitions(self) -> Competitions: ...
    @property
    def tools(self) -> Tools: ...
    @property
    def models(self) -> ModelDesk: ...
    @property
    def broker(self) -> BrokerDesk: ...
    @property
    def safety(self) -> Safety: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def prompts(self) -> Prompts: ...
    @property
    def reruns(self) -> Reruns: ...
    @property
    def orders(self) -> Orders: ...
    @property
    def trading(self) -> Trading: ...
    @property
    def lab(self) -> Lab: ...
    @property
    def law(self) -> Law: ...
    @property
    def strategies(self) -> Mapping[StrategyName, Strategy]: ...
    @property
    def strategy_desk(self) -> StrategyDesk: ...
    @property
    def order_desk(self) -> OrderDesk: ...
    @property
    def routing(self) -> RoutingDesk: ...
    @property
    def coordination(self) -> Coordination: ...
    @property
    def tasks(self) -> TaskDesk: ...
    async def run_arena(self, request: RunRequest, *, allow_order: bool = False) -> RecordedRun: ...
    async def service_usage(self, limit: int) -> Sequence[UsageLine]: ...
    async def run_entries(self, run_id: str) -> Sequence[JournalEntry]: ...
    async def recorded_run(self, run_id: str) -> RecordedRun: ...
    async def run_details(self, run_id: str, *, with_texts: bool = False) -> RunDetails: ...
    async def list_runs(
        self, wanted: RunFilter, limit: int, after: RunPosition | None
    ) -> Page[RunLine]: ...
    async def export_run(self, run_id: str, path: Path) -> ExportSummary: ...
    async def profiles(self) -> Sequence[AgentProfile]: ...
    @property
    def news(self) -> NewsDesk: ...
    async def import_bars(self, path: Path, symbol: Symbol | None) -> ImportSummary: ...
    async def series_listing(self) -> Sequence[SeriesSummary]: ...
    async def last_sessions(self, symbols: Sequence[Symbol], count: int) -> Sequence[date]: ...
    async def verify(self, *, projections: bool, against: Path | None) -> Verification: ...
    async def export_journal(self, path: Path) -> ExportSummary: ...
    async def doctor(self) -> Sequence[Check]: ...
    async def create_token(
        self, name: str, scopes: Iterable[Scope], life: timedelta
    ) -> tuple[Credential, TokenGrant]: ...
    async def tokens(self) -> Sequence[TokenGrant]: ...
    async def revoke_token(self, token_id: str) -> TokenChange: ...


class Composition(Protocol):
    """The composition root: `quorate.bootstrap`, or a fake in tests."""

    def open_app(self, settings: Settings) -> AbstractAsyncContextManager[App]: ...
    async def emergency_halt(self, settings: Settings, reason: str, by: str) -> Emergency: ...
    def migrate_database(self, settings: Settings) -> Migrated: ...
    def check_database(self, settings: Settings) -> Sequence[Check]: ...
    def back_up_database(self, settings: Settings, file: Path) -> Backup: ...
    def rows_at_stake(self, settings: Settings) -> int: ...
    async def restore_database(self, settings: Settings, file: Path) -> Restored: ...


Compose = Callable[[], Composition]
"""Composes only when a command needs it, so that help stays quick."""
