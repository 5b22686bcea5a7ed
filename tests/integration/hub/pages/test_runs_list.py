"""The list of runs, as a browser gets it from a real hub."""

import json
import re

import pytest

from quorate.arena.request import RunRequest
from quorate.kernel.ids import ProfileName, Symbol

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/admin/arena/runs"
PART = {"HX-Request": "true", "HX-Target": "section#runs"}


def shown(page):
    """Return the ids of the runs of a page, in order."""
    return re.findall(r'<tbody[^>]* id="(run_\w+)"', page.text)


async def get(browser, query="", **headers):
    page = await browser.get(f"{LIST}{query}", headers=headers)
    assert page.status_code == 200, page.text
    return page


async def test_every_run_stands_in_the_list_newest_first(browser):
    page = await get(browser, "?symbol=IBM")
    assert shown(page) == sorted(shown(page), reverse=True)
    assert len(shown(page)) == 3
    assert "<h1>Runs</h1>" in page.text


async def test_a_line_says_what_came_of_each_symbol(browser):
    page = await get(browser, "?from=2012-06-29&to=2012-06-29")
    [line] = re.findall(r"<tbody.*?</tbody>", page.text, re.DOTALL)
    assert 'rowspan="2"' in line
    assert "AAPL</b>" in line
    assert "IBM</b>" in line
    assert "BUY" in line
    assert "quorum_not_met" in line
    assert "$0" in line


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?view=traded", 1),
        ("?view=failed", 0),
        ("?symbol=IBM", 3),
        ("?symbol=GOOG", 0),
        ("?escalated=yes", 0),
        ("?escalated=no&symbol=IBM", 3),
        ("?profile=trend&symbol=AAPL", 3),
        ("?profile=power_macro_judge", 0),
        ("?from=2012-07-01&symbol=IBM", 1),
        ("?to=2010-12-31", 1),
    ],
)
async def test_a_filter_narrows_the_list(browser, query, count):
    assert len(shown(await get(browser, query))) == count


async def test_the_views_carry_counts_under_the_same_filters(browser):
    page = await get(browser, "?symbol=IBM&from=2012-01-01")
    narrowed = "symbol=IBM&amp;from=2012-01-01"
    assert f'href="{LIST}?view=traded&amp;{narrowed}">Traded 1</a>' in page.text
    assert f'href="{LIST}?{narrowed}" aria-current="true">All 2</a>' in page.text


async def test_a_form_with_empty_fields_is_led_to_the_short_address(browser):
    answer = await browser.get(f"{LIST}?symbol=AAPL&trigger=&from=")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?symbol=AAPL")


async def test_the_filter_form_gets_the_list_alone_and_the_address_to_show(browser):
    page = await get(browser, "?symbol=AAPL&trigger=", **PART, **{"HX-Source": "form#runs-filter"})
    assert page.headers["hx-push-url"] == f"{LIST}?symbol=AAPL"
    assert "<html" not in page.text
    assert 'id="runs"' in page.text


async def test_a_live_refresh_leaves_the_address_alone(browser):
    page = await get(browser, **PART, **{"HX-Source": "section#runs"})
    assert "hx-push-url" not in page.headers
    assert "<html" not in page.text


async def test_nothing_matches_says_how_much_is_hidden(browser):
    page = await get(browser, "?symbol=GOOG&view=traded")
    assert "No runs match" in page.text
    assert re.search(r"View traded, symbol GOOG\. \d+ runs are hidden by this\.", page.text)
    assert "Clear filters" in page.text


async def test_what_cannot_be_understood_is_said(browser):
    page = await get(browser, "?trigger=mood&symbol=IBM")
    assert "<b>trigger=mood</b> was not understood" in page.text
    assert len(shown(page)) == 3


async def test_a_filter_that_is_markup_is_shown_as_text(browser):
    page = await get(browser, "?symbol=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_hidden_columns_are_not_shown(browser):
    page = await get(browser, "?cols=run&cols=as_of")
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page.text) == ["Run", "As of"]


async def test_a_cursor_that_no_list_gave_is_a_card_and_the_page_stands(browser):
    page = await get(browser, "?after=abc")
    assert "invalid-cursor" in page.text
    assert "The list of runs could not be read" in page.text
    assert 'aria-current="true">All ' in page.text


async def test_a_long_list_goes_on_under_its_filter(hub, browser):
    request = RunRequest(symbols=(Symbol("FB"),), profiles=(ProfileName("trend"),))
    for _ in range(26):
        await hub.app.run_arena(request)
    first = await get(browser, "?symbol=FB")
    [older] = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = await get(browser, older.removeprefix(LIST).replace("&amp;", "&"))
    assert len(shown(first)) == 25
    assert len(shown(second)) == 1
    assert set(shown(first)).isdisjoint(shown(second))
    assert "Newest" in second.text


async def test_an_older_page_asks_for_news_and_the_newest_for_itself(hub, browser):
    newest = await get(browser, "?symbol=FB")
    assert f'hx-get="{LIST}?symbol=FB"' in newest.text
    [older] = re.findall(r'href="([^"]+)" rel="next"', newest.text)
    page = await get(browser, older.removeprefix(LIST).replace("&amp;", "&"))
    [question] = re.findall(r'hx-get="([^"]+)" hx-target="#runs-news"', page.text)
    assert "new run" not in (await browser.get(question.replace("&amp;", "&"))).text
    await hub.app.run_arena(RunRequest(symbols=(Symbol("FB"),)))
    answer = await browser.get(question.replace("&amp;", "&"))
    assert "<b>1 new run</b>" in answer.text


async def test_the_selected_runs_are_one_file(browser):
    chosen = shown(await get(browser, "?symbol=AAPL"))[:2]
    answer = await browser.get(f"{LIST}/export?run={chosen[0]}&run={chosen[1]}")
    assert answer.headers["content-disposition"] == 'attachment; filename="runs.json"'
    assert [run["runId"] for run in json.loads(answer.text)["runs"]] == chosen


@pytest.mark.parametrize("query", ["", "?run=run_unknown"])
async def test_an_export_of_nothing_is_refused(browser, query):
    answer = await browser.get(f"{LIST}/export{query}")
    assert answer.status_code in {404, 422}


async def test_a_stranger_is_led_to_the_sign_in(hub):
    answer = await hub.client().get(LIST)
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/sign-in")
