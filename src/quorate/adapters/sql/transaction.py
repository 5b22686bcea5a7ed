"""The unit of work that a use case sees: what every room may look up inside the writer's transaction.

Rooms declare the narrow part they need as a Protocol; this one class satisfies them all by its shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from quorate.access import SignInGrant
from quorate.adapters.sql.access import sign_in_link
from quorate.adapters.sql.alerts import alert_recorded
from quorate.adapters.sql.books import has_book
from quorate.adapters.sql.budgets import limit_set
from quorate.adapters.sql.calls import call_status
from quorate.adapters.sql.config_versions import knows_config
from quorate.adapters.sql.control import switch_held
from quorate.adapters.sql.cycles import book_schedule, book_stage
from quorate.adapters.sql.holdings import held_shares, trading_standing
from quorate.adapters.sql.imported_arenas import knows_arena
from quorate.adapters.sql.kept_answers import Slot, slot_for
from quorate.adapters.sql.leases import current_lease
from quorate.adapters.sql.ledger import knows_key
from quorate.adapters.sql.locks import locks_in
from quorate.adapters.sql.news import knows_news
from quorate.adapters.sql.order_tasks import task_now
from quorate.adapters.sql.orders import order_recorded
from quorate.adapters.sql.prices import prices_stated
from quorate.adapters.sql.profiles import profile_held, profile_names
from quorate.adapters.sql.prompts import role_prompts
from quorate.adapters.sql.routing import standing_held
from quorate.adapters.sql.series import FETCHED, series_digests
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.standing import Found, found
from quorate.adapters.sql.strategies import strategy_standing
from quorate.adapters.sql.traders import trader_held
from quorate.adapters.sql.usage import Counted, usage_counted
from quorate.adapters.sql.waivers import waiver_held, waivers_taken
from quorate.adapters.sql.warnings import is_warned
from quorate.agents.profile import Role
from quorate.agents.prompts.library import PromptVersion
from quorate.agents.registry import RegisteredProfile
from quorate.arbiter.constitution import Waiver
from quorate.arbiter.coordination.shutdown import Switch
from quorate.arbiter.routing.standing import Stood
from quorate.arbiter.task import Task
from quorate.arena.competition.trader import RegisteredTrader
from quorate.cycle.record import BookStage
from quorate.cycle.risk_desk.locks import Locks
from quorate.cycle.schedule import Schedule
from quorate.cycle.strategies.versions import StrategyStanding
from quorate.cycle.watch.alert import RaisedAlert
from quorate.execution import ClientOrderId
from quorate.execution.recorded import HeldShares, RecordedOrder, TradingStanding
from quorate.kernel.ids import BookName, ProfileName, StrategyName, Symbol, TaskId, Tenant
from quorate.kernel.lease import Lease
from quorate.llm.budget import CallStatus, Limit, ReservationRequest
from quorate.llm.call import ModelId
from quorate.llm.threshold import Warned
from quorate.llm.told_prices import ToldPrice


class Transaction:
    """Reads of one tenant's committed state, plus what this transaction has changed so far."""

    def __init__(self, session: Session, tenant: Tenant) -> None:
        self._session = session
        self._tenant = tenant

    def lease(self, name: str) -> Lease | None:
        """Return the newest holding of `name`, held still or not."""
        return current_lease(self._session, self._tenant, name)

    def profile_names(self) -> frozenset[str]:
        """Return the names of the registered profiles."""
        return profile_names(self._session, self._tenant)

    def profile(self, name: ProfileName) -> RegisteredProfile | None:
        """Return the profile as it stands, None where there is none."""
        return profile_held(self._session, self._tenant, name)

    def trader(self, name: str) -> RegisteredTrader | None:
        """Return the trader as it stands, None where there is none."""
        return trader_held(self._session, self._tenant, name)

    def agent_standing(self, name: str) -> Stood | None:
        """Return how an agent was set aside, None where it never was."""
        return standing_held(self._session, self._tenant, name)

    def switch(self, name: str) -> Switch:
        """Return how a switch of the control plane stands."""
        return switch_held(self._session, self._tenant, name)

    def role_prompts(self, role: Role) -> Sequence[PromptVersion]:
        """Return the prompts that users wrote for a role, oldest first."""
        return role_prompts(self._session, self._tenant, role)

    def has_book(self, name: BookName) -> bool:
        """Return whether the book exists."""
        return has_book(self._session, self._tenant, name)

    def knows_arena(self, arena_id: str) -> bool:
        """Return whether the arena of others is there."""
        return knows_arena(self._session, self._tenant, arena_id)

    def knows_config(self, config_hash: str) -> bool:
        """Return whether the configuration is on record."""
        return knows_config(self._session, self._tenant, config_hash)

    def knows_key(self, key_id: str) -> bool:
        """Return whether the signing key is on record."""
        return knows_key(self._session, self._tenant, key_id)

    def waiver(self, waiver_id: str) -> Waiver | None:
        """Return the waiver, None where there is none."""
        return waiver_held(self._session, self._tenant, waiver_id)

    def waivers_taken(self) -> int:
        """Return how many waivers there ever were."""
        return waivers_taken(self._session, self._tenant)

    def series_digests(self) -> Mapping[str, str]:
        """Return the digest in use of every symbol."""
        return series_digests(self._session, self._tenant)

    def task(self, task_id: TaskId) -> Task | None:
        """Return the task as it stands, None where there is none."""
        return task_now(self._session, self._tenant, task_id)

    def usage_counted(self, service: str, day: str) -> Counted:
        """Return what was counted of an outside service on a UTC day."""
        return usage_counted(self._session, self._tenant, service, day)

    def fetched_digests(self) -> Mapping[str, str]:
        """Return the digest in use of every symbol that was fetched."""
        return series_digests(self._session, self._tenant, FETCHED)

    def budgets(self, wanted: ReservationRequest, day: date) -> Found:
        """Return the budgets that a call meets on `day`."""
        return found(self._session, self._tenant, wanted, day)

    def call_status(self, call_id: str) -> CallStatus | None:
        """Return where a call stands, None where none has this id."""
        return call_status(self._session, self._tenant, call_id)

    def limit_set(self, limit: Limit) -> tuple[int | None, int]:
        """Return what size somebody gave a limit, and how often it was set."""
        return limit_set(self._session, self._tenant, limit)

    def prices_told(self) -> Mapping[ModelId, ToldPrice]:
        """Return what was stated last of the price of every model that anything was stated of."""
        return prices_stated(self._session, self._tenant)

    def is_warned(self, wanted: Warned) -> bool:
        """Return whether it was said on that day that the limit reached the mark."""
        return is_warned(self._session, self._tenant, wanted)

    def sign_in_link(self, link_hash: str) -> SignInGrant | None:
        """Return the sign-in link whose secret has this hash."""
        return sign_in_link(self._session, self._tenant, link_hash)

    def knows_news(self, item_id: str) -> bool:
        """Return whether the news item is kept."""
        return knows_news(self._session, self._tenant, item_id)

    def answer_slot(self, key: str, slots: int) -> Slot:
        """Return which of so many slots an answer of a model is remembered in."""
        return slot_for(self._session, self._tenant, key, slots)

    def order(self, client_order_id: ClientOrderId) -> RecordedOrder | None:
        """Return the order with all its executions, None where there is none."""
        return order_recorded(self._session, self._tenant, client_order_id)

    def held_shares(self, book: BookName, symbol: Symbol) -> HeldShares:
        """Return what a book holds of a symbol by its own executions."""
        return held_shares(self._session, self._tenant, book, symbol)

    def trading(self, book: BookName) -> TradingStanding:
        """Return a book's trading state."""
        return trading_standing(self._session, self._tenant, book)

    def strategy(self, name: StrategyName) -> StrategyStanding:
        """Return how a strategy stands; version 0 where none is on record."""
        return strategy_standing(self._session, self._tenant, name)

    def schedule(self, book: BookName) -> Schedule:
        """Return when a book's cycles are started."""
        return book_schedule(self._session, self._tenant, book)

    def locks(self, book: BookName) -> Locks:
        """Return every lock of a book that was ever set."""
        return locks_in(self._session, self._tenant, book)

    def book_stage(self, book: BookName) -> BookStage:
        """Return where a book's cycles stand."""
        return book_stage(self._session, self._tenant, book)

    def alert(self, alert_id: str) -> RaisedAlert | None:
        """Return the alert as it stands, None where it was never raised."""
        return alert_recorded(self._session, self._tenant, alert_id)
