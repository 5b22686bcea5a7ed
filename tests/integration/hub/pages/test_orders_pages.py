"""The orders' pages over a replayed book: three tabs, acts that ask first, a mismatch that is not hidden."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.execution.reconciliation import PositionGap, Reconciliation, reconciled
from quorate.kernel.ids import BookName, Symbol
from tests.fakes.order_rows import OrderTold, request
from tests.integration.hub.test_orders import replayed

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/admin/orders"
BOOK = BookName("replay-1")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which a book was replayed: GOOG reached its target, AAPL is held."""
    path = tmp_path_factory.mktemp("orders-pages")
    replayed(path)
    return path


async def page_of(browser, path):
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_the_list_shows_every_order_with_its_decision(browser):
    page = await page_of(browser, LIST)
    assert "All 5" in page
    assert page.count('class="hub-mono" href="/admin/arena/runs/run_') == 5
    assert "Reconciled" in page
    assert "Reconcile now" in page


async def test_a_filter_that_leaves_nothing_says_what_it_hides(browser):
    page = await page_of(browser, f"{LIST}?view=refused&symbol=AAPL")
    assert "No orders match" in page
    assert "5 orders are hidden by this." in page


async def test_positions_say_who_says_so_and_close_by_a_form(browser):
    page = await page_of(browser, f"{LIST}?tab=positions")
    assert "Read from the broker" in page
    assert "prices of 2012-08-21" in page
    assert "Every filled entry has its stop at the broker." in page
    assert f'action="{LIST}/close"' in page
    assert 'value="AAPL"' in page


async def test_outcomes_add_up_what_closed_alone(browser):
    page = await page_of(browser, f"{LIST}?tab=outcomes")
    assert "100 % of those that closed" in page
    assert "Pending is never counted." in page
    won = await page_of(browser, f"{LIST}?tab=outcomes&status=win")
    assert won.count('<tr data-row id="dec_') == 1


@pytest.mark.parametrize(("tab", "count"), [("orders", 5), ("positions", 1), ("outcomes", 4)])
async def test_a_list_is_exported_whole(browser, tab, count):
    answer = await browser.get(f"{LIST}/export?tab={tab}")
    assert answer.headers["content-disposition"] == f'attachment; filename="replay-1-{tab}.json"'
    assert len(answer.json()["items"]) == count


async def test_a_book_without_orders_says_what_would_be_here(browser):
    assert "No orders yet" in await page_of(browser, f"{LIST}?book=replay")
    assert "Nothing is held" in await page_of(browser, f"{LIST}?book=replay&tab=positions")
    assert "No outcomes yet" in await page_of(browser, f"{LIST}?book=replay&tab=outcomes")
    assert (await browser.get(f"{LIST}?book=nobody")).status_code == 404


async def test_the_run_of_a_filled_order_tells_the_whole_chain(hub, browser):
    entry = next(
        each
        for each in (await browser.get("/api/admin/orders?leg=entry&symbol=GOOG")).json()["items"]
    )
    page = await page_of(browser, f"/admin/arena/runs/{entry['runId']}?symbol=GOOG")
    for hop in ("Order intent", "Broker order", "Fills", "Protective stop", "Exit: target"):
        assert f'<b class="hub-t">{hop}</b>' in page
    assert "order filled" in page
    assert "win, +$" in page
    other = await page_of(browser, f"/admin/arena/runs/{entry['runId']}?symbol=AAPL")
    assert "Exit: target" not in other
    assert hub.app.started is not None


async def test_a_refusal_comes_back_on_the_page_with_what_to_do(browser):
    stop = (await browser.get("/api/admin/orders?leg=stop&symbol=AAPL")).json()["items"][0]
    answer = await browser.post(f"{LIST}/{stop['orderId']}/cancel", data={"book": BOOK})
    assert answer.status_code == 409
    assert "is the protective stop of the AAPL that is held" in answer.text
    wrong = await browser.post(f"{LIST}/close", data={"book": BOOK, "close": "A B"})
    assert (wrong.status_code, "is not a symbol" in wrong.text) == (409, True)


async def test_the_chosen_orders_are_cancelled_and_each_that_is_held_back_says_why(hub, browser):
    intended = OrderTold(request=request(decision_id="dec_new"), book=BOOK)
    for event in intended.events:
        await hub.app._store.journal.commit(lambda _tx, event=event: [event])
    page = await page_of(browser, f"{LIST}?view=open")
    assert re.findall(r'name="order" value="([^"]+)"', page) == [intended.id]
    [key] = re.findall(r'id="orders-bulk".*?name="key" value="([^"]+)"', page, re.DOTALL)
    orders = (await browser.get("/api/admin/orders?limit=200")).json()["items"]
    stop = next(each for each in orders if (each["symbol"], each["leg"]) == ("AAPL", "stop"))
    filled = next(each for each in orders if each["status"] == "filled")
    chosen = [intended.id, stop["orderId"], filled["orderId"], "a1-NONE-00"]
    sent = {"act": "cancel", "key": key, "back": f"{LIST}?view=open", "order": chosen}
    told = (await browser.post(f"{LIST}/bulk", data=sent)).text
    assert "1 order cancelled or being cancelled." in told
    assert "2 orders held back." in told
    assert "1 order stands as it did." in told
    lines = re.findall(r"<li>(.*?)</li>", told[told.index("2 orders held back.") :])[:2]
    assert "is the protective stop of the AAPL that is held" in lines[0]
    assert lines[0].startswith(f"SELL {stop['qty']} AAPL ({stop['orderId'][:13]}): ")
    assert lines[1].startswith("a1-NONE-00: There is no order")


async def test_without_a_choice_or_an_act_no_order_is_touched(browser):
    before = (await browser.get("/api/admin/orders?limit=200")).json()["items"]
    for sent in ({"act": "cancel"}, {"order": [each["orderId"] for each in before]}):
        told = (await browser.post(f"{LIST}/bulk", data=sent)).text
        assert "No order was chosen that could be changed." in told
    assert (await browser.get("/api/admin/orders?limit=200")).json()["items"] == before


async def test_a_difference_stands_above_every_tab_until_it_is_settled(hub, browser):
    agreed = Reconciliation(at=hub.app.clock.now(), external=(), gaps=(), in_doubt=("a1-lost-00",))
    gap = PositionGap(symbol=Symbol("AAPL"), ours=Decimal(2), brokers=Decimal(1))
    event = reconciled(BOOK, replace(agreed, gaps=(gap,)))
    await hub.app._store.journal.commit(lambda _tx: [event])
    for tab in ("orders", "positions", "outcomes"):
        page = await page_of(browser, f"{LIST}?tab={tab}")
        assert "The broker and our ledger differ on 1 position, 1 order in doubt" in page
        assert "a1-lost-00" in page
        assert "no new risk" in page
    answer = await browser.post(f"{LIST}/reconcile", data={"book": BOOK, "tab": "positions"})
    assert answer.headers["location"] == f"{LIST}?tab=positions&book={BOOK}"
    assert "differ on" not in await page_of(browser, LIST)


async def test_a_position_is_closed_from_its_dialog(browser):
    answer = await browser.post(f"{LIST}/close", data={"book": BOOK, "close": "AAPL"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"{LIST}?tab=positions&book={BOOK}",
    )
    page = await page_of(browser, f"{LIST}?tab=positions")
    assert "being sold" in page
