"""Stored series: read and parsed once, however many runs ask for them at once."""

from __future__ import annotations

import asyncio

import pytest

from quorate.adapters.sql.database import Database
from quorate.adapters.sql.market_data import SqlMarketData
from quorate.bootstrap import open_app
from quorate.bootstrap.store import LOCAL_TENANT
from quorate.config import load_settings
from quorate.kernel.ids import Symbol

pytestmark = pytest.mark.integration


class CountingDatabase(Database):
    """Counts the reads that go off the event loop: parsing needs one, looking a digest up none."""

    reads = 0

    async def read(self, query):
        self.reads += 1
        return await super().read(query)


async def test_many_who_ask_at_once_wait_for_one_parsing():
    async with open_app(load_settings()) as app:
        database = CountingDatabase(app._store.database.policy)
        market = SqlMarketData(database, LOCAL_TENANT)
        async with asyncio.TaskGroup() as asking:
            tasks = [asking.create_task(market.series([Symbol("AAPL")])) for _ in range(20)]
        first, *others = [task.result()[Symbol("AAPL")] for task in tasks]
        assert all(other is first for other in others)
        assert database.reads == 1
        database.close()
