"""The pages of traders, as a browser gets them from a real hub."""

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/admin/competitions/traders"
FORM = {"name": "page-duo", "profile": ["trend", "momentum"], "maxDrawdown": "0.05"}


async def made(browser, **changes):
    answer = await browser.post(LIST, data=FORM | changes)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("?")[0]


async def test_before_the_first_one_the_list_says_what_would_be_here(browser):
    page = (await browser.get(LIST)).text
    assert "No trader yet" in page
    assert f'href="{LIST}/new"' in page
    form = (await browser.get(f"{LIST}/new")).text
    assert form.count('name="profile"') >= 4
    assert "rule_risk_manager" not in form


async def test_a_form_that_cannot_be_comes_back_with_what_is_wrong(hub, browser):
    before = await hub.app.feed().head()
    wrong = FORM | {"name": "page-bad", "maxDrawdown": "7", "title": "kept"}
    answer = await browser.post(LIST, data=wrong)
    assert answer.status_code == 422
    assert "Nothing was written." in answer.text
    assert "A share in (0, 1]." in answer.text
    assert 'value="kept"' in answer.text
    taken = await browser.post(LIST, data=FORM | {"name": "trend"})
    assert (taken.status_code, "is the name of an agent" in taken.text) == (409, True)
    assert await hub.app.feed().head() == before


async def test_one_is_made_edited_and_archived_by_hand(browser):
    href = await made(browser)
    page = (await browser.get(f"{href}?done=made")).text
    assert "The trader is made." in page
    assert 'value="0.05"' in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    edit = {"profile": ["trend"], "title": "Page duo", "seen": seen}
    assert (await browser.post(href, data=edit)).status_code == 303
    late = await browser.post(href, data=edit | {"title": "late"})
    assert (late.status_code, "was changed since it was read" in late.text) == (412, True)
    page = (await browser.get(href)).text
    assert "Page duo, version 2" in page
    assert "style=" not in page
    assert (await browser.post(f"{href}/archive")).status_code == 303
    page = (await browser.get(href)).text
    assert "Save as version" not in page
    assert ">archived</span>" in page or "archived" in page


async def test_a_trader_is_chosen_for_a_new_competition_and_named_in_it(browser):
    await made(browser, name="page-two")
    form = (await browser.get("/admin/competitions/new")).text
    assert 'name="trader" value="page-two"' in form
    wanted = {
        "name": "traders",
        "symbol": ["AAPL"],
        "trader": ["page-two"],
        "profile": ["wyckoff"],
        "mode": "REPLAY",
        "from": "2012-03-01",
        "to": "2012-03-08",
        "capital": "100000",
        "maxCost": "",
    }
    answer = await browser.post("/admin/competitions", data=wanted)
    assert answer.status_code == 303, answer.text
    page = (await browser.get(answer.headers["location"])).text
    assert "momentum and trend decide together" in page
    assert "max drawdown 0.05" in page


async def test_a_paper_one_without_keys_says_what_is_missing(browser):
    wanted = {"name": "soon", "symbol": ["AAPL"], "profile": ["trend"], "mode": "PAPER"}
    answer = await browser.post(
        "/admin/competitions", data={**wanted, "capital": "1000", "rounds": "3"}
    )
    assert answer.status_code == 422
    assert "no keys are set" in answer.text
    odd = {**wanted, "capital": "1000", "rounds": "many"}
    assert "is no number of sessions" in (await browser.post("/admin/competitions", data=odd)).text


async def test_an_unknown_one_is_not_found(browser):
    assert (await browser.get(f"{LIST}/nobody")).status_code == 404
