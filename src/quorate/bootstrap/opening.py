"""Opening: a home becomes an application, migrated, seeded, and with what dead processes left finished."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from quorate.adapters.sql.migration import Migrated, migrate
from quorate.adapters.sql.writer import Failpoint, unharmed
from quorate.adapters.telemetry.logs import configure_logs
from quorate.bootstrap.app import App
from quorate.bootstrap.checking import Check, database_checks
from quorate.bootstrap.collector import collect_less_often
from quorate.bootstrap.models import opened_agents
from quorate.bootstrap.money import MoneyBook
from quorate.bootstrap.running import Runner
from quorate.bootstrap.seeding import seed
from quorate.bootstrap.store import LOCAL_TENANT, database_of, opened_store
from quorate.bootstrap.strategies import record_strategies
from quorate.config import Settings
from quorate.kernel.ids import Tenant
from quorate.kernel.ports import Clock


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    tenant: Tenant = LOCAL_TENANT,
    clock: Clock | None = None,
    failpoint: Failpoint = unharmed,
) -> AsyncIterator[App]:
    """Yield the application of `tenant` on the home that `settings` name; tests pass a clock and a failpoint.

    Raises:
        RejectedError: the configuration names a database that cannot be used.
        UnavailableError: the database gave no answer.
    """
    configure_logs(settings.log.level)
    collect_less_often()
    with opened_store(settings, tenant=tenant, clock=clock, failpoint=failpoint) as store:
        await seed(store)
        money = MoneyBook(store, settings.budget)
        async with opened_agents(store, money.purse) as agents:
            runner = Runner(store, agents)
            started = [
                *await record_strategies(store),
                *await money.recover(),
                *await runner.recover(),
            ]
            app = App(store, runner, started=started, money=money, models=agents.models)
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
