"""Orders as a person meets them: from a filled order to its decision and outcome, and acts that ask first."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from quorate.bootstrap import open_app
from quorate.execution.reconciliation import PositionGap, Reconciliation, reconciled
from quorate.kernel.ids import BookName, Symbol
from tests.browser.barriers import barriers_on
from tests.browser.hub import serving, visiting
from tests.fakes.homes import settings_of
from tests.fakes.order_rows import OrderTold, request
from tests.integration.hub.test_orders import TERMS

BOOK = BookName("replay-1")
PATHS = (
    "/admin/orders",
    "/admin/orders?view=open",
    "/admin/orders?symbol=IBM",
    "/admin/orders?tab=positions",
    "/admin/orders?tab=outcomes",
    "/admin/orders?tab=outcomes&status=win",
    "/admin/orders?book=replay",
    "/admin/orders?book=replay&tab=positions",
    "/admin/orders?book=replay&tab=outcomes",
)


async def made(home):
    """Replay a month; leave an order in doubt, one that works, and a comparison that found a difference."""
    async with open_app(settings_of(home)) as app:
        await app.trading.replay(TERMS)
        in_doubt = OrderTold(request=request(decision_id="dec_lost"), book=BOOK).sent()
        works = OrderTold(request=request(decision_id="dec_new"), book=BOOK).sent().works("b-9")
        found = Reconciliation(
            at=app.clock.now(),
            external=(),
            gaps=(PositionGap(symbol=Symbol("AAPL"), ours=Decimal(2), brokers=Decimal(1)),),
            in_doubt=(in_doubt.id,),
        )
        for event in (*in_doubt.events, *works.events, reconciled(BOOK, found)):
            await app._store.journal.commit(lambda _tx, event=event: [event])


@pytest.fixture(scope="module")
def orders(tmp_path_factory):
    """Return a hub on such a home."""
    home = tmp_path_factory.mktemp("orders") / "home"
    home.mkdir()
    with ThreadPoolExecutor(1) as aside:  # this thread's event loop is the browser's
        aside.submit(lambda: asyncio.run(made(home))).result()
    with serving(home) as hub:
        yield hub


@pytest.fixture
def page(browser, orders):
    with visiting(browser, orders) as visit:
        yield visit.open("/admin/orders")
        assert visit.complaints == []


def test_from_a_filled_order_its_decision_and_outcome_are_found(page):
    menu = page.get_by_role("navigation", name="AdminHub")
    menu.get_by_role("link", name="Orders", exact=True).first.click()
    row = page.get_by_role("row", name="GOOG").filter(has_text="entry")
    expect(row).to_contain_text("filled")
    row.get_by_role("link", name=re.compile("^dec_")).click()
    chain = page.locator(".hub-chain")
    expect(chain).to_contain_text("Order intent")
    expect(chain).to_contain_text("Exit: target")
    expect(chain.get_by_text("win, +$")).to_be_visible()
    assert page.get_by_text("order filled").is_visible()


def test_an_order_in_doubt_can_be_asked_about_and_not_sent_again(page):
    row = page.get_by_role("row", name="AAPL").filter(has_text="submitted")
    expect(row.get_by_role("button", name="Ask now")).to_be_visible()
    assert row.get_by_role("button", name="Cancel").count() == 0


def test_a_cancellation_asks_first_and_escape_is_the_safe_choice(page):
    cancel = page.get_by_role("button", name="Cancel BUY AAPL")
    row = page.get_by_role("row").filter(has=cancel)
    cancel.click()
    dialog = page.get_by_role("dialog", name="Cancel BUY 10 AAPL")
    expect(dialog.get_by_role("button", name="Keep the order")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(row).to_contain_text("working")


def test_chosen_orders_are_cancelled_by_one_question_and_escape_is_the_safe_choice(page):
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="Cancel BUY AAPL"))
    page.get_by_role("checkbox", name="Select all orders on this page").check()
    expect(row.get_by_role("checkbox")).to_be_checked()
    assert page.locator("[data-row-select]").count() == 1  # what cannot be cancelled has no box
    page.get_by_role("button", name="Cancel selected").click()
    dialog = page.get_by_role("dialog", name="Cancel the selected orders")
    expect(dialog).to_contain_text("1 selected")
    expect(dialog.get_by_role("button", name="Keep the orders")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(row).to_contain_text("working")


def test_a_close_says_what_it_sells_and_can_be_left(page):
    page.get_by_role("navigation", name="Orders, positions, outcomes").get_by_role(
        "link", name="Positions"
    ).click()
    assert "tab=positions" in page.url
    page.get_by_role("button", name="Close AAPL").click()
    dialog = page.get_by_role("dialog", name="Close AAPL")
    expect(dialog).to_contain_text("Its protective stop is cancelled and that confirmed first")
    dialog.get_by_role("button", name="Keep the position").click()
    expect(dialog).to_be_hidden()


def test_a_difference_with_the_broker_is_said_aloud(page):
    alert = page.get_by_role("alert").filter(has_text="The broker and our ledger differ")
    expect(alert).to_contain_text("1 position, 1 order in doubt")
    expect(alert.get_by_role("row", name="AAPL")).to_contain_text("2")


def test_a_view_is_an_address_that_comes_back(page):
    page.get_by_role("list", name="Views").get_by_role("link", name="Filled").click()
    assert "view=filled" in page.url
    page.locator("select[name=symbol]").select_option("GOOG")
    page.get_by_role("button", name="Show", exact=True).click()
    assert "view=filled" in page.url
    assert "symbol=GOOG" in page.url
    listed = page.get_by_role("table", name="List of orders")
    assert listed.get_by_role("row").count() == 3
    page.go_back()
    assert listed.get_by_role("row").count() > 3


def test_no_page_of_orders_has_a_barrier(browser, orders):
    with visiting(browser, orders) as visit:
        assert barriers_on(visit, PATHS) == {}
        assert visit.complaints == []
