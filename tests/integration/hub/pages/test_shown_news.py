"""A run's page says which news its agents were shown, as text."""

import asyncio
import json
from datetime import date

import pytest
import pytest_asyncio

from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.kernel.ids import Symbol
from tests.fakes.homes import settings_of
from tests.integration.hub.served import serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<script>alert(1)</script>\u202e up"


def item(day, headline):
    return {"published_at": f"{day}T12:00:00Z", "headline": headline, "symbols": "AAPL"}


async def prepared(home):
    file = home / "news.jsonl"
    items = [item("2012-06-28", HOSTILE), item("2012-07-05", "Later")]
    file.write_text("".join(f"{json.dumps(each)}\n" for each in items))
    async with open_app(settings_of(home)) as app:
        await app.news.import_news(file)
        days = (date(2012, 6, 29), date(2012, 6, 27))
        runs = [
            await app.run_arena(RunRequest(symbols=(Symbol("AAPL"),), as_of=day)) for day in days
        ]
        other = await app.run_arena(RunRequest(symbols=(Symbol("IBM"),), as_of=days[0]))
    return [run.run_id for run in (*runs, other)]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("news")
    return home, asyncio.run(prepared(home))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(made):
    async with serving(made[0]) as served:
        yield served


async def test_the_news_of_a_run_stands_on_its_page_as_text(hub, made):
    browser = await hub.browser()
    shown, hidden, without = [
        (await browser.get(f"/admin/arena/runs/{run_id}?tab=prompts")).text for run_id in made[1]
    ]
    assert "News in the evidence" in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; up" in shown
    assert "<script>alert" not in shown
    assert "\u202e" not in shown
    assert "1 later item hidden" in shown
    assert "Nothing was known yet" in hidden
    assert "2 later items hidden" in hidden
    assert "News in the evidence" not in without
