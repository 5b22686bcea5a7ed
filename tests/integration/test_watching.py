"""The watch of an opened home: an alert reaches the database and the webhook, also when a process ended in between."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap import open_app
from quorate.cycle.watch import Severity
from quorate.cycle.watch.alert import HookState
from quorate.kernel.errors import RejectedError
from tests.fakes.alerts import CYCLE, alert
from tests.fakes.homes import settings_of

pytestmark = pytest.mark.integration

PATH = "a-secret-path-0123456789"
LONGEST = 20.0


class LaterClock(SystemClock):
    """The machine's clock, some minutes on."""

    def now(self):
        return super().now() + timedelta(minutes=5)


@asynccontextmanager
async def hooked():
    """Yield the settings' variable of a webhook that answers 200, and what it got."""
    got = []

    async def take(request):
        got.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        yield {"ALERTS__WEBHOOK_URL": f"http://127.0.0.1:{port}/{PATH}"}, got
    finally:
        await runner.cleanup()


async def until(holds):
    """Wait until `holds` gives a true value, and return it."""
    async with asyncio.timeout(LONGEST):
        while not (found := await holds()):
            await SystemClock().sleep(0.02)
    return found


async def told(app):
    (found,) = await app.alerts.newest(5)
    return None if found.hook is HookState.WAITING else found


async def test_an_alert_is_kept_and_told_and_nothing_shows_the_address(tmp_path):
    async with hooked() as (variables, got):
        settings = settings_of(tmp_path, **variables)
        async with open_app(settings) as app:
            await app.alerts.watch.told([alert(), alert(severity=Severity.ERROR)])
            found = await until(lambda: told(app))
    assert (found.hook, found.is_open) == (HookState.SENT, True)
    assert [each["alertId"] for each in got] == [found.alert_id]
    assert settings.effective()["alerts"]["webhook_url"].endswith("/***")
    kept = b"".join(file.read_bytes() for file in sorted(tmp_path.rglob("*")) if file.is_file())
    assert PATH.encode() not in kept


async def test_what_a_process_owed_is_told_by_the_next_one_that_serves(tmp_path):
    async with hooked() as (variables, got):
        settings = settings_of(tmp_path, **variables)
        async with open_app(settings) as app:
            app.alerts._delivery.begin = lambda _raised: None  # the process ends before it is told
            await app.alerts.watch.told([alert()])
        async with open_app(settings) as app, app.upkeep():
            assert got == []
        async with open_app(settings, clock=LaterClock()) as app, app.upkeep():
            found = await until(lambda: told(app))
        assert found.hook is HookState.SENT
        async with open_app(settings, clock=LaterClock()) as app:
            assert await app.alerts.recover() == ()
    assert len(got) == 1


async def test_without_a_webhook_nothing_waits_for_one(tmp_path):
    async with open_app(settings_of(tmp_path)) as app:
        await app.alerts.watch.told([alert()])
        (found,) = await app.alerts.newest(5)
        assert found.hook is HookState.NONE
        assert await app.alerts.recover() == ()


async def test_an_alert_is_acknowledged_once_and_an_unknown_one_never(tmp_path):
    async with open_app(settings_of(tmp_path)) as app:
        await app.alerts.watch.told([alert()])
        (found,) = await app.alerts.of_cycle(CYCLE)
        first, again = [await app.alerts.acknowledge(found.alert_id, "ann") for _ in range(2)]
        assert (first.applied, again.applied) == (True, False)
        assert again.raised.acknowledged_by == "ann"
        with pytest.raises(RejectedError, match="no alert"):
            await app.alerts.acknowledge("alr_none", "ann")


async def test_the_messages_of_a_cycle_stand_in_the_home(tmp_path):
    trace = [{"agent": "DataFetching", "success": True}]
    async with open_app(settings_of(tmp_path)) as app:
        await app.alerts.watch.logged(CYCLE, trace)
    (file,) = (tmp_path / "events").rglob("events.jsonl")
    assert [json.loads(line) for line in file.read_text().splitlines()] == [
        {**trace[0], "cycleId": CYCLE}
    ]
