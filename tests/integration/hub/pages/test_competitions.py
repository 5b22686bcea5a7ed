"""The pages of competitions, as a browser gets them from a real hub."""

import asyncio
import re

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/admin/competitions"
FORM = {
    "name": "by hand",
    "symbol": ["AAPL", "MSFT"],
    "profile": ["trend", "momentum"],
    "from": "2012-03-01",
    "to": "2012-04-05",
    "capital": "100000",
    "maxCost": "",
}


async def created(browser, **changes):
    answer = await browser.post(LIST, data=FORM | changes)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def played(hub, browser):
    href = await created(browser)
    await browser.post(f"{href}/start")
    name = href.rsplit("/", 1)[1]
    async with asyncio.timeout(60):
        while (await hub.app.competitions.show(name)).competition.status != "finished":
            continue
    return href


async def test_before_the_first_one_the_list_says_what_would_be_here(browser):
    page = (await browser.get(LIST)).text
    assert "No competition yet" in page
    assert 'aria-current="page"' in page


async def test_the_form_offers_symbols_and_those_who_vote(browser):
    page = (await browser.get(f"{LIST}/new")).text
    assert re.findall(r'name="profile" value="(\w+)" checked', page) == [
        *("mean_reversion", "momentum"),
        *("trend", "wyckoff"),
    ]
    assert "rule_risk_manager" not in page
    assert 'min="2000-03-01" max="2013-03-01"' in page


async def test_a_form_that_cannot_be_held_comes_back_with_what_is_wrong(hub, browser):
    before = await hub.app.feed().head()
    answer = await browser.post(LIST, data=FORM | {"name": "", "capital": "lots", "from": "soon"})
    assert answer.status_code == 422
    assert "Nothing was created." in answer.text
    assert "It has no name." in answer.text
    assert 'value="lots"' in answer.text
    none = {key: value for key, value in FORM.items() if key not in {"profile", "symbol"}}
    assert "Nobody would take part." in (await browser.post(LIST, data=none)).text
    late = await browser.post(LIST, data=FORM | {"from": "2013-03-01"})
    assert "That time has 0 sessions" in late.text
    assert await hub.app.feed().head() == before


async def test_a_new_one_waits_to_be_started_and_invents_nothing(browser):
    page = (await browser.get(await created(browser))).text
    assert "Nothing to compare yet" in page
    assert "No race yet" in page
    assert ">Start</button>" in page.replace("</svg> ", "")
    assert re.search(r"0 of 2\d rounds", page)


async def test_a_played_one_shows_race_scores_and_terms(hub, browser):
    page = (await browser.get(await played(hub, browser))).text
    assert "Equity from 2012-03-01 to 2012-04-05, net of model cost" in page
    assert page.count("<polyline") == 3
    assert 'stroke-dasharray="5 4"' in page
    for name in ("trend", "momentum", "buy and hold", "always NO_TRADE"):
        assert f'<b class="hub-t">{name}</b>' in page
    assert re.search(r"\d+ of 30 outcomes", page)
    assert "not separable from luck" in page
    assert "Show as table" in page
    assert ">Stop</button>" not in page
    assert "style=" not in page


async def test_stopping_by_hand_ends_it(browser):
    href = await created(browser)
    assert (await browser.post(f"{href}/stop")).status_code == 303
    page = (await browser.get(href)).text
    assert "stopped by" in page
    late = await browser.post(f"{href}/start")
    assert late.status_code == 409
    assert "does not allow" in late.text


async def test_who_changes_the_open_page_gets_the_part_alone(browser):
    href = await created(browser)
    part = await browser.get(href, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert 'id="competition"' in part.text


async def test_an_unknown_one_is_not_found(browser):
    assert (await browser.get(f"{LIST}/cmp_NONE")).status_code == 404
