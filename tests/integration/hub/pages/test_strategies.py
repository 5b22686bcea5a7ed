"""The pages of strategies, as a browser gets them from a real hub."""

import asyncio
import re

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/admin/strategies"
PAGE = f"{LIST}/default"


async def test_the_list_shows_the_default_before_anybody_wrote_one(browser):
    page = (await browser.get(LIST)).text
    assert f'href="{PAGE}"' in page
    assert ("every enabled profile" in page, "none yet" in page) == (True, True)
    assert "untested" in page


async def test_an_untried_strategy_offers_a_backtest_and_warns_who_enables_it(browser):
    page = (await browser.get(PAGE)).text
    assert "Not tried yet" in page
    assert "Nobody has tried this version on the stored history." in page
    assert "Recorded when it is first switched or tried." in page
    assert (await browser.get(f"{LIST}/nobody")).status_code == 404


async def test_dates_that_cannot_be_tried_come_back_with_what_is_wrong(hub, browser):
    before = await hub.app.feed().head()
    for first, said in (("2014-01-01", "no session from 2014-01-01"), ("soon", "is not a date")):
        answer = await browser.post(f"{PAGE}/backtest", data={"from": first, "to": ""})
        assert (answer.status_code, said in answer.text) == (422, True)
        assert f'value="{first}"' in answer.text
    assert await hub.app.feed().head() == before
    gone = await browser.post(f"{LIST}/nobody/backtest", data={"from": "", "to": ""})
    assert gone.status_code == 404


async def test_a_backtest_is_run_and_shown_with_its_trades_and_doubts(hub, browser):
    form = {"from": "2012-03-02", "to": "2012-06-29"}
    answer = await browser.post(f"{PAGE}/backtest", data=form)
    assert answer.status_code == 303, answer.text
    href = answer.headers["location"]
    async with asyncio.timeout(60):
        while "Being worked out" in (page := (await browser.get(href)).text):
            await hub.app.clock.sleep(0.05)
    assert "The gate refuses it" in page
    assert "fewer than 30 say nothing about skill" in page
    assert "What this does not show" in page
    trades = re.findall(r'data-symbol="(\w+)" data-entered="([\d-]+)"', page)
    assert ("AAPL", "2012-03-05") in trades
    assert 'data-chart="equity"' in page
    assert 'data-trades="trades-table" data-symbol="AAPL"' in page
    assert page.count('<th scope="row">2012-0') > 160
    listed = (await browser.get(LIST)).text
    assert "refused" in listed
    narrowed = (await browser.get(f"{href}&symbol=AAPL&until=2012-04-14")).text
    assert "160 sessions to 2012-04-13" in narrowed
    part = await browser.get(href, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div class="hub-stack" id="strategy"')


async def test_a_backtest_that_is_not_there_leaves_the_rest_standing(browser):
    page = (await browser.get(f"{PAGE}?backtest=bkt_NONE")).text
    assert "The backtest could not be read" in page
    assert "Run a backtest" in page


async def test_it_is_switched_with_a_reason_and_only_as_it_was_seen(browser):
    page = (await browser.get(PAGE)).text
    (seen,) = re.findall(r'name="seen" value="(\w+)"', page)
    form = {"reason": "<b>tried</b>", "seen": seen}
    assert (await browser.post(f"{PAGE}/enable", data=form)).status_code == 303
    page = (await browser.get(PAGE)).text
    assert "&lt;b&gt;tried&lt;/b&gt;" in page
    assert f'action="{PAGE}/disable"' in page
    late = await browser.post(f"{PAGE}/disable", data=form)
    assert (late.status_code, "was changed since it was read" in late.text) == (409, True)
    assert (await browser.post(f"{PAGE}/disable", data={"reason": ""})).status_code == 303
    assert (await browser.post(f"{LIST}/nobody/enable", data={})).status_code == 404
