"""FM-RF-003, the bridge dies between read and push: every result is told, and applied exactly once. RELIABILITY 1.5.

Beside it what becomes of a Redis that is stopped, trimmed or emptied, and of a message that nobody can read.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys

import pytest

from quorate.kernel.ids import Tenant
from quorate.results.channels import ANALYSIS_EVENTS
from tests.fault.redis_server import PROGRAM, redis_server
from tests.fault.results_flow import POLICY, STREAM, Sink, flowing, until
from tests.integration.conftest import migrated
from tests.integration.result_facts import result_events
from tests.integration.stores import Ground

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(PROGRAM is None, reason="redis-server is not installed"),
]

RUNS = int(os.environ.get("QUORATE_TEST_RESULT_RUNS", "150"))
"""Of two results each; the soak takes 5,000."""

POINTS = (
    ("relay_read", 1),
    ("relay_published", 1),
    ("bridge_read", 1),
    ("bridge_pushed", 3),
    ("bridge_pushed", 120),
    ("bridge_acknowledged", 1),
)


@pytest.fixture
def redis(tmp_path):
    folder = tmp_path / "redis"
    folder.mkdir()
    with redis_server(folder) as server:
        yield server


@pytest.fixture
def ground(tmp_path):
    url = migrated(f"sqlite:///{tmp_path / 'quorate.db'}")
    return Ground(url=url, tenant=Tenant("local"), folder=tmp_path)


async def filled(ground, first, last):
    with ground.opened() as store:
        await asyncio.wait(
            [
                asyncio.create_task(store.add(*result_events(number)))
                for number in range(first, last + 1)
            ]
        )


async def told_by(ground, redis, sink, **about):
    job = {"url": ground.url, "tenant": ground.tenant, "redis": redis.url, "sink": str(sink)}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fault.results_flow", json.dumps(job | about)
    )
    return await child.wait()


async def test_fm_rf_003_a_bridge_killed_at_every_point_loses_nothing_and_doubles_nothing(
    ground, redis, tmp_path
):
    path, written = tmp_path / "sink.db", 0
    for number, (point, nth) in enumerate(POINTS):
        share = RUNS // len(POINTS)
        await filled(ground, written + 1, written + share)
        written += share
        code = await told_by(
            ground, redis, path, point=point, nth=nth, upto=10**9, name=f"victim_{number}"
        )
        assert code == -signal.SIGKILL, point
    ended = await told_by(ground, redis, path, point="", nth=0, upto=written * 2, name="survivor")
    assert ended == 0
    sink = Sink(str(path))
    everything = {
        f"res_{run}{symbol}" for run in range(1, written + 1) for symbol in ("AAPL", "IBM")
    }
    assert set(sink.told()) == everything
    assert sorted(sink.applied()) == sorted(everything)


async def equal(here, seconds=5.0):
    """Return whether readers come to equal the database within so many seconds."""
    newest = {each.key: each for each in await here.stored.newest()}
    return await until(lambda: here.applied.newest.by_key == newest, seconds)


async def test_fm_rf_003_while_redis_is_stopped_readers_equal_the_database_within_5_s(
    ground, redis
):
    async with flowing(ground.url, ground.tenant, redis.url) as here:
        await filled(ground, 1, 5)
        assert await equal(here)
        redis.stop()
        await filled(ground, 6, 10)
        assert await equal(here)
        redis.start()
        await filled(ground, 11, 15)
        assert await equal(here)
        assert await until(lambda: here.relay.published == 30)
        assert await until(lambda: here.applied.told == 30)


@pytest.mark.parametrize("how", ["XTRIM", "FLUSHALL"])
async def test_fm_rf_003_a_stream_that_loses_its_entries_costs_no_result(ground, redis, how):
    import redis as client  # noqa: PLC0415  (the extra may be absent)

    server = client.Redis.from_url(redis.url)
    async with flowing(ground.url, ground.tenant, redis.url) as here:
        await filled(ground, 1, 5)
        assert await equal(here)
    await filled(ground, 6, 10)
    async with flowing(ground.url, ground.tenant, redis.url, name="other") as here:
        if how == "XTRIM":
            server.xtrim(STREAM, 0)
        else:
            server.flushall()
        await filled(ground, 11, 15)
        assert await equal(here)
        newest = {each.result_id for each in here.applied.newest.by_key.values()}
        assert newest == {"res_15AAPL", "res_15IBM"}
    server.close()


async def test_fm_rf_003_poison_is_set_aside_once_and_blocks_nobody(ground, redis):
    import redis as client  # noqa: PLC0415  (the extra may be absent)

    server = client.Redis.from_url(redis.url)
    async with flowing(ground.url, ground.tenant, redis.url, policy=POLICY) as here:
        await filled(ground, 1, 2)
        assert await until(lambda: here.applied.told == 4)
        server.xadd(STREAM, {"result": "no result"})
        await filled(ground, 3, 4)
        assert await until(lambda: here.applied.told == 8, 2)
        assert await until(lambda: bool(here.trouble.raised), 12)
        assert server.xlen(f"{STREAM}:dead") == len(here.trouble.raised) == 1
        assert server.xpending(STREAM, "quorate_bridge")["pending"] == 0
    assert here.applied._bus.published[ANALYSIS_EVENTS] == 8
    server.close()
