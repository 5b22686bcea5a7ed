"""A new run from the form, as a browser sends it to a real hub."""

import asyncio
import re

import pytest

from quorate.access import Scope
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


ORDERING = {"symbol": ["AAPL", "IBM"], "profile": ["trend", "momentum"], "allowOrder": "yes"}
TO_PREVIEW = {"HX-Request": "true", "HX-Target": "div#run-preview"}


async def test_orders_are_off_until_a_person_allows_them_whatever_the_address_says(browser):
    page = (await browser.get(f"{NEW}?symbol=AAPL&allowOrder=yes")).text
    (box,) = re.findall(r'<input type="checkbox" name="allowOrder"[^>]*>', page)
    assert "checked" not in box
    assert "nothing leaves this machine" in page
    shown = await browser.post(PREVIEW, data={**ORDERING, "allowOrder": ""}, headers=TO_PREVIEW)
    assert "none are sent" in shown.text


async def test_what_a_form_that_allows_orders_decides_is_carried_out_by_the_hub(hub, browser):
    shown = await browser.post(PREVIEW, data=ORDERING, headers=TO_PREVIEW)
    assert "of what the gate and the checks let pass" in shown.text
    session = (await hub.app.trading.open_book("replay")).session
    assert str(session) in shown.text
    answer = await browser.post(NEW, data={**ORDERING, "key": "may order"})
    assert answer.status_code == 303
    run_id = answer.headers["location"].rpartition("/")[2]
    async with asyncio.timeout(30):
        item = await hub.app.order_desk.settled("replay", run_id)
    assert (item.task.state.value, item.result["auditPassed"]) == ("COMPLETED", True)
    other = await browser.post(NEW, data={**ORDERING, "key": "may order", "allowOrder": ""})
    assert "This form has begun another run already" in other.text


async def test_what_cannot_be_ordered_is_said_and_nothing_is_begun(hub, browser):
    before = await runs_of(hub)
    past = {**ORDERING, "asOf": "2012-06-29"}
    shown = await browser.post(PREVIEW, data=past, headers=TO_PREVIEW)
    assert "The book replay stands at the close of" in shown.text
    for refused in (past, {**ORDERING, "mode": "competition"}):
        answer = await browser.post(NEW, data=refused)
        assert answer.status_code == 422
        assert "Run it without allowing orders." in answer.text
        assert 'name="allowOrder" value="yes" checked' in answer.text
    assert await runs_of(hub) == before


async def test_who_may_not_trade_is_not_let_to_order(hub):
    before = await runs_of(hub)
    program = await hub.program(Scope.RUN, Scope.READ)
    page = (await program.get(NEW)).text
    assert 'name="allowOrder" value="yes" disabled' in page
    assert "The scope trade is missing" in page
    for path in (NEW, PREVIEW):
        assert (await program.post(path, data=ORDERING)).status_code == 403
    assert await runs_of(hub) == before


async def test_while_trading_is_halted_no_run_that_may_order_is_begun(hub, browser):
    halted = await browser.post(
        "/api/admin/safety/halt",
        json={"scope": "new", "reason": "a drill of the form"},
        headers={"Idempotency-Key": "a drill of the form"},
    )
    assert halted.status_code == 200
    before = await runs_of(hub)
    assert (
        "Trading of the book replay is halted: a run that may order"
        in (await browser.get(NEW)).text
    )
    answer = await browser.post(NEW, data=ORDERING)
    assert answer.status_code == 422
    assert "Trading of the book replay is halted." in answer.text
    assert await runs_of(hub) == before
    assert (await browser.post(NEW, data={**ORDERING, "allowOrder": ""})).status_code == 303
