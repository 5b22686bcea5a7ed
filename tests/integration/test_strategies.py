"""Strategies on a real home: what a run keeps of one, and that it decides by it to the end."""

import asyncio
from datetime import date

import pytest

from quorate.arena.request import RunRequest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from tests.integration.homes import opened_home
from tests.integration.hub.served import problem, serving
from tests.integration.stores import LONGEST
from tests.integration.test_opening import LaterClock
from tests.integration.test_starting_runs import StuckAgents

pytestmark = pytest.mark.integration
DAY = date(2012, 6, 29)
AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
CALM = """
[strategies.calm]
description = "Three must agree."
symbols = ["AAPL", "IBM"]
horizon = 5
preset = "free_only"
max_cost = 0.05
answer_ttl_s = 3600

[strategies.calm.thresholds]
quorum = 3
min_confidence = 0.9
"""


@pytest.fixture
def home(tmp_path, migrated_url):
    """Return a home with a strategy, and its database."""
    path = tmp_path / "home"
    path.mkdir()
    (path / "quorate.toml").write_text(CALM)
    return path, migrated_url


def thresholds(run):
    (made, *_) = run.as_json()["decisions"]
    return {each["name"]: each["threshold"] for each in made["triggers"]}


async def test_a_run_follows_its_strategy_and_keeps_its_name_and_hash(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(RunRequest(symbols=(), as_of=DAY, strategy="calm"))
        header, tree = run.header.fact, run.as_json()
        assert tree["symbols"] == ["AAPL", "IBM"]
        assert tree["strategy"] == {"name": "calm", "hash": app.strategies["calm"].hash}
        assert (str(header.max_cost), header.preset, header.answer_ttl_s) == (
            "0.05",
            "free_only",
            3600,
        )
        assert header.thresholds == {"quorum": "3", "min_confidence": "0.9"}
        assert thresholds(run)["low_confidence"] == 0.9
        said = [each["text"] for each in tree["decisions"][0]["why"]]
        assert "2 valid votes cannot decide, the quorum is 3" in said[-1]
        assert (await app.recorded_run(run.run_id)).as_json() == tree


async def test_what_the_request_names_goes_before_the_strategy(home):
    async with opened_home(*home) as app:
        own = RunRequest(symbols=(IBM,), as_of=DAY, strategy="calm", profiles=("trend", "momentum"))
        header = (await app.run_arena(own)).header.fact
        assert (header.symbols, header.profiles) == (("IBM",), ("momentum", "trend"))
        plain = await app.run_arena(RunRequest(symbols=(IBM,), as_of=DAY))
        assert (plain.as_json()["strategy"], thresholds(plain)["low_confidence"]) == (None, 0.62)


async def test_a_strategy_that_is_not_there_writes_nothing(home):
    async with opened_home(*home) as app:
        head = await app.feed().head()
        with pytest.raises(RejectedError) as refused:
            await app.run_arena(RunRequest(symbols=(AAPL,), strategy="clam"))
        assert (refused.value.slug, refused.value.fix) == ("not-found", "choose from calm, default")
        assert await app.feed().head() == head


async def test_a_run_that_another_process_finishes_decides_by_the_same_strategy(home):
    asked = RunRequest(symbols=(), as_of=DAY, strategy="calm", profiles=("trend", "momentum"))
    async with opened_home(*home) as app:
        app._runner._agents = stuck = StuckAgents()
        started = await app.start_run(asked)
        async with asyncio.timeout(LONGEST):
            await stuck.asked.wait()
    async with opened_home(*home, clock=LaterClock(46)) as app:
        (said,) = app.started
        assert said.endswith("is COMPLETED now")
        run = await app.recorded_run(started.run_id)
        assert thresholds(run)["low_confidence"] == 0.9
        assert {made.fact.reason for made in run.decisions} == {"quorum_not_met"}
        assert run.as_json()["strategy"]["name"] == "calm"


async def test_a_changed_strategy_is_another_configuration_and_no_run_goes_on_under_it(home):
    path, _ = home
    async with opened_home(*home) as app:
        app._runner._agents = stuck = StuckAgents()
        started = await app.start_run(RunRequest(symbols=(), as_of=DAY, strategy="calm"))
        async with asyncio.timeout(LONGEST):
            await stuck.asked.wait()
    (path / "quorate.toml").write_text(CALM.replace("0.9", "0.1"))
    async with opened_home(*home, clock=LaterClock(46)) as app:
        run = await app.recorded_run(started.run_id)
        assert run.as_json()["failure"]["reason"] == "inputs-changed"


async def test_the_api_lists_strategies_and_starts_runs_by_them(tmp_path):
    (tmp_path / "quorate.toml").write_text(CALM)
    async with serving(tmp_path) as hub:
        browser = await hub.browser()
        listed = (await browser.get("/api/admin/strategies")).json()
        calm = next(item for item in listed["items"] if item["name"] == "calm")
        assert (calm["name"], calm["symbols"], calm["maxCostUsd"]) == (
            "calm",
            ["AAPL", "IBM"],
            "0.05",
        )
        assert calm["thresholds"] == {"quorum": "3", "min_confidence": "0.9"}
        assert (await browser.get("/api/admin/strategies/calm")).json() == calm
        assert (await browser.get("/api/admin/strategies/clam")).status_code == 404
        asked = {"strategyId": "calm", "asOf": "2012-06-29"}
        headers = {"Idempotency-Key": "by-strategy", "Prefer": "wait=30"}
        answer = await browser.post("/api/admin/arena/run", json=asked, headers=headers)
        assert answer.status_code == 200
        run = answer.json()
        assert run["strategy"] == {"name": "calm", "hash": calm["hash"]}
        assert [made["symbol"] for made in run["decisions"]] == ["AAPL", "IBM"]
        for wrong, status in (({"strategyId": "clam"}, 404), ({}, 422)):
            headers = {"Idempotency-Key": f"wrong-{status}"}
            refused = await browser.post("/api/admin/arena/run", json=wrong, headers=headers)
            assert refused.status_code == status
            assert problem(refused)["detail"]
