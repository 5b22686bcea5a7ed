"""Opening: a home becomes an application, migrated, seeded, and with what dead processes left finished."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from quorate.adapters.sql.migration import Migrated, migrate
from quorate.adapters.sql.tail import JournalTail
from quorate.adapters.sql.writer import Failpoint, unharmed
from quorate.adapters.telemetry.logs import configure_logs
from quorate.bootstrap.app import App, Shared
from quorate.bootstrap.arbitration.refusing import RefusingCourt
from quorate.bootstrap.checking import Check, database_checks
from quorate.bootstrap.collector import collect_less_often
from quorate.bootstrap.fleet.facet import Fleet
from quorate.bootstrap.guarding import GuardedCourt
from quorate.bootstrap.law import HomeCourt
from quorate.bootstrap.models import opened_agents
from quorate.bootstrap.money import MoneyBook
from quorate.bootstrap.running import Runner
from quorate.bootstrap.seeding import seed
from quorate.bootstrap.store import database_of, opened_store
from quorate.bootstrap.strategies import record_strategies
from quorate.bootstrap.telemetry.tracing import traced
from quorate.bootstrap.watching import AlertDesk
from quorate.config import Settings
from quorate.kernel.ids import Tenant
from quorate.kernel.ports import Clock


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    tenant: Tenant | None = None,
    clock: Clock | None = None,
    failpoint: Failpoint = unharmed,
) -> AsyncIterator[App]:
    """Yield the application of `tenant`, else of the settings' one, on their home; tests pass a clock and a failpoint.

    Raises:
        RejectedError: the configuration names a database that cannot be used.
        UnavailableError: the database gave no answer.
    """
    configure_logs(settings.log.level)
    collect_less_often()
    opened = opened_store(settings, tenant=tenant, clock=clock, failpoint=failpoint)
    with traced(settings), opened as store:
        await seed(store)
        money = MoneyBook(store, settings.budget)
        async with opened_agents(store, money.purse) as agents:
            court = GuardedCourt(RefusingCourt(HomeCourt(store), store), store.boundaries)
            alerts = AlertDesk(store)
            feed = JournalTail(store.database, store.tenant, store.clock)
            store.journal.heard_by(feed.wake)
            fleet = Fleet(store, money.purse, alerts.watch, feed, court)
            runner = Runner(store, agents, court, fleet)
            started = [
                *await record_strategies(store),
                *await money.recover(),
                *await runner.recover(),
            ]
            shared = Shared(alerts=alerts, feed=feed, fleet=fleet, money=money)
            app = App(store, runner, started, shared, agents.models)
            try:
                await app.recover_cycles()
                yield app
            finally:
                await app.close()


def migrate_database(settings: Settings) -> Migrated:
    """Bring the database to this version's schema."""
    database = database_of(settings)
    try:
        return migrate(database)
    finally:
        database.close()


def check_database(settings: Settings) -> Sequence[Check]:
    """Return whether the database answers and stands at this version's schema."""
    database = database_of(settings)
    try:
        return database_checks(database)
    finally:
        database.close()
