"""One run's page, as a browser gets it from a real hub."""

import json
import re
from datetime import date

import pytest
import pytest_asyncio

from quorate.arena.record.listing import RunFilter
from quorate.arena.request import RunRequest
from quorate.kernel.ids import Symbol

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABS = ("summary", "agents", "trace", "tools", "consensus", "prompts", "cost", "json")


@pytest_asyncio.fixture(loop_scope="module")
async def run(hub):
    """Return the run of AAPL and IBM at 2012-06-29: a BUY, and no quorum."""
    wanted = RunFilter(as_of_from=date(2012, 6, 29), as_of_to=date(2012, 6, 29))
    page = await hub.app.list_runs(wanted, 1, None)
    return await hub.app.recorded_run(page.items[0].row.run_id)


async def get(browser, run, query=""):
    page = await browser.get(f"/admin/arena/runs/{run.run_id}{query}")
    assert page.status_code == 200, page.text
    return page.text


async def test_the_decision_stands_first_with_its_limits(browser, run):
    page = await get(browser, run)
    assert "<h1>AAPL, as of 2012-06-29</h1>" in page
    assert "1.4 % of equity" in page
    assert ">561.85<" in page
    assert "limit 0.62" in page
    assert "limit 0.34" in page
    assert "no order sent" in page


async def test_every_recorded_sentence_of_the_why_is_shown(browser, run):
    page = await get(browser, run)
    [aapl, _] = run.why_json()["decisions"]
    for sentence in aapl["why"]:
        assert sentence["text"].replace("'", "&#39;") in page
        for row in sentence["evidence"]:
            assert f"#journal-{row.removeprefix('journal:')}" in page


async def test_a_sentence_leads_to_its_row_opened_in_the_log(browser, run):
    page = await get(browser, run)
    [href] = re.findall(r'<a href="([^"]+)">journal:\d+</a>', page)[:1]
    log = (await browser.get(href.replace("&amp;", "&"))).text
    seq = href.partition("#")[2]
    assert f'<li id="{seq}"><details open>' in log


async def test_the_other_symbol_is_an_address(browser, run):
    page = await get(browser, run, "?symbol=IBM&tab=consensus")
    assert "<h1>IBM, as of 2012-06-29</h1>" in page
    assert "quorum_not_met" in page
    assert re.search(r'<a href="[^"]*symbol=AAPL[^"]*tab=consensus"', page)


@pytest.mark.parametrize("tab", TABS)
async def test_every_tab_is_an_address_that_the_server_answers(browser, run, tab):
    page = await get(browser, run, f"?tab={tab}")
    current = re.findall(r'<a href="([^"]+)" aria-current="page">', page)
    assert any(tab in href or tab == "summary" for href in current)
    assert page.count("<h1>") == 1


async def test_the_summary_seats_everyone_where_they_count(browser, run):
    page = await get(browser, run)
    assert "BUY 2</li>" in page
    assert "Left out of the count" in page or "no_setup" in page
    assert "sizes and may veto, but does not vote" in page
    assert "What others would have done" in page
    assert "Power panel</h2>" not in page


async def test_the_prices_before_the_decision_end_at_its_session(browser, run):
    page = await get(browser, run)
    table = re.search(r'<table[^>]*id="prices-table".*?</table>', page, re.DOTALL)[0]
    sessions = re.findall(r'<th scope="row">([\d-]+)</th>', table)
    assert len(sessions) == 120
    assert sessions[-1] == "2012-06-29"
    assert 'data-stop="561.85"' in page
    assert "120 sessions to 2012-06-29: close 584.00" in page


async def test_the_log_holds_every_row_of_the_run_and_its_task(hub, browser, run):
    page = await get(browser, run, "?tab=trace&view=log")
    rows = await hub.app.run_entries(run.run_id)
    assert re.findall(r'<li id="journal-(\d+)">', page) == [str(row.seq) for row in rows]
    assert rows[0].hash in page


async def test_the_timeline_and_the_tree_show_the_same_spans(browser, run):
    timeline = await get(browser, run, "?tab=trace")
    outline = await get(browser, run, "?tab=trace&view=tree")
    for name in ("arena run", "executing", "snapshot", "momentum", "decide AAPL", "post-check"):
        assert f">{name}</span>" in timeline
        assert f"<b>{name}</b>" in outline


async def test_the_json_is_what_programs_get(browser, run):
    page = await get(browser, run, "?tab=json")
    text = re.search(r'<pre[^>]*id="run-json"[^>]*>(.*?)</pre>', page, re.DOTALL)[1]
    assert json.loads(text.replace("&#34;", '"').replace("&#39;", "'")) == run.as_json()


async def test_the_export_is_a_file(browser, run):
    answer = await browser.get(f"/admin/arena/runs/{run.run_id}/export")
    assert answer.headers["content-disposition"] == (f'attachment; filename="{run.run_id}.json"')
    assert answer.json() == run.as_json()


async def test_the_run_can_be_asked_again(browser, run):
    page = await get(browser, run)
    [href] = set(re.findall(r'hx-get="(/admin/arena/runs/new[^"]*)"', page))
    form = (await browser.get(href.replace("&amp;", "&"))).text
    assert 'value="2012-06-29"' in form
    assert re.findall(r'name="symbol" value="(\w+)" checked', form) == ["AAPL", "IBM"]


async def test_the_beginning_of_an_id_is_enough(browser, run):
    page = await browser.get(f"/admin/arena/runs/{run.run_id[:-1]}")
    assert page.status_code == 200


async def test_a_run_that_is_not_there_is_not_found(browser):
    answer = await browser.get("/admin/arena/runs/run_00000000000000000000000000")
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


async def test_a_finished_run_does_not_ask_for_itself_again(browser, run):
    assert '<div class="hub-stack hub-live" id="run">' in await get(browser, run)


async def test_a_young_symbol_is_explained_by_its_history(hub, browser):
    made = await hub.app.run_arena(RunRequest(symbols=(Symbol("FB"),), as_of=date(2012, 6, 29)))
    page = await get(browser, made)
    assert "insufficient_history" in page
    assert "30 &lt; 252 bars" in page
    assert "no valid vote" in page
