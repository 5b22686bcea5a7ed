"""A new run from the form, as a browser sends it to a real hub."""

import re

import pytest

from quorate.arena.record.listing import RunFilter, RunView

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEW = "/admin/arena/runs/new"
PREVIEW = "/admin/arena/runs/preview"
FORM = {"symbol": "AAPL", "profile": ["trend", "momentum"], "asOf": "2012-06-29"}
DRAWER = {"HX-Request": "true", "HX-Target": "div#drawer"}


async def runs_of(hub):
    return (await hub.app.run_counts(RunFilter()))[RunView.ALL]


async def test_the_form_offers_what_there_is(browser):
    page = (await browser.get(NEW)).text
    assert "<h1>Run arena</h1>" in page
    assert re.findall(r'name="symbol" value="(\w+)"', page) == [
        "AAPL",
        "FB",
        "GOOG",
        "IBM",
        "MSFT",
    ]
    assert len(re.findall(r'name="profile" value="\w+" checked', page)) == 5
    assert 'min="2000-03-01" max="2013-03-01"' in page
    assert "order" not in re.findall(r'name="(\w+)"', page)


async def test_the_same_form_comes_as_a_drawer(browser):
    part = (await browser.get(NEW, headers=DRAWER)).text
    assert "<dialog" in part
    assert "<html" not in part


async def test_a_form_begins_a_run_and_leads_to_its_page(hub, browser):
    answer = await browser.post(NEW, data=FORM)
    assert answer.status_code == 303
    run = await hub.app.recorded_run(answer.headers["location"].rpartition("/")[2])
    header = run.header.fact
    assert header.symbols == ("AAPL",)
    assert header.profiles == ("momentum", "trend")
    assert header.as_of.isoformat() == "2012-06-29"
    assert (await browser.get(answer.headers["location"])).status_code == 200


async def test_a_form_may_ask_for_a_competition(hub, browser):
    asked = {**FORM, "mode": "competition", "profile": ["trend", "rule_risk_manager"]}
    shown = await browser.post(PREVIEW, data=asked, headers={"HX-Target": "div#run-preview"})
    assert "each decides alone" in shown.text
    answer = await browser.post(NEW, data=asked)
    run = await hub.app.recorded_run(answer.headers["location"].rpartition("/")[2])
    assert (run.header.fact.mode, run.header.fact.profiles) == ("competition", ("trend",))
    page = (await browser.get(answer.headers["location"])).text
    assert "mode=competition" in page  # of the button that asks again


async def test_a_mode_that_there_is_not_is_said_beside_the_field(browser):
    answer = await browser.post(NEW, data={**FORM, "mode": "duel"})
    assert answer.status_code == 422
    assert 'id="error-mode"' in answer.text


async def test_the_drawer_is_told_where_to_go(browser):
    answer = await browser.post(NEW, data=FORM, headers=DRAWER)
    assert answer.status_code == 200
    assert answer.headers["hx-redirect"].startswith("/admin/arena/runs/run_")


async def test_a_form_that_is_sent_twice_is_one_run(hub, browser):
    page = (await browser.get(NEW)).text
    [key] = re.findall(r'name="key" value="([^"]+)"', page)
    before = await runs_of(hub)
    sent = [await browser.post(NEW, data=FORM | {"key": key}) for _ in range(2)]
    assert len({answer.headers["location"] for answer in sent}) == 1
    assert await runs_of(hub) == before + 1


async def test_a_form_that_was_used_for_something_else_says_so_and_gets_a_new_key(hub, browser):
    await browser.post(NEW, data=FORM | {"key": "once"})
    before = await runs_of(hub)
    answer = await browser.post(NEW, data=FORM | {"key": "once", "symbol": "IBM"})
    assert answer.status_code == 422
    assert "This form has begun another run already" in answer.text
    assert 'name="key" value="once"' not in answer.text
    assert await runs_of(hub) == before


async def test_errors_stand_beside_their_fields_and_what_was_entered_stays(hub, browser):
    before = await runs_of(hub)
    wrong = {"symbol": "AAPL", "other": "XYZ A$", "asOf": "1999-01-04", "profile": []}
    answer = await browser.post(NEW, data=wrong)
    assert answer.status_code == 422
    assert set(re.findall(r'id="error-(\w+)"', answer.text)) == {"symbols", "asOf", "profiles"}
    assert 'value="XYZ A$"' in answer.text
    assert 'value="1999-01-04"' in answer.text
    assert 'value="AAPL" checked' in answer.text
    assert await runs_of(hub) == before


async def test_a_drawer_with_errors_is_a_drawer_again(browser):
    answer = await browser.post(NEW, data={"profile": "trend"}, headers=DRAWER)
    assert answer.status_code == 422
    assert "<dialog" in answer.text
    assert "No symbol is chosen" in answer.text


async def test_a_preview_says_who_is_asked_and_writes_nothing(hub, browser):
    before = await hub.app.feed().head()
    answer = await browser.post(
        PREVIEW, data=FORM, headers={"HX-Request": "true", "HX-Target": "div#run-preview"}
    )
    assert answer.status_code == 200
    assert "2 profiles" in answer.text
    assert "$0" in answer.text
    assert "<form" not in answer.text
    assert await hub.app.feed().head() == before


async def test_without_a_script_the_preview_is_the_page_with_the_form(browser):
    answer = await browser.post(PREVIEW, data=FORM)
    assert "<h1>Run arena</h1>" in answer.text
    assert "2012-06-29 <span" in answer.text
    assert 'value="AAPL" checked' in answer.text


@pytest.mark.parametrize("path", [NEW, PREVIEW])
async def test_a_form_from_elsewhere_is_refused(browser, path):
    del browser.headers["X-CSRF-Token"]
    answer = await browser.post(path, data=FORM)
    assert answer.status_code == 403


async def test_a_symbol_that_is_markup_is_shown_as_text(browser):
    answer = await browser.post(NEW, data=FORM | {"other": "<img src=x>"})
    assert "<img src=x" not in answer.text
    assert "&lt;img" in answer.text
