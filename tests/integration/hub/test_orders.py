"""Orders, positions and outcomes over the API: broker truth with its date, acts once per key, scopes."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.bootstrap import open_app
from quorate.bootstrap.trading.facade import ReplayTerms
from quorate.kernel.ids import Symbol
from tests.fakes.homes import settings_of
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/api/admin"
TERMS = ReplayTerms(
    first=date(2012, 7, 16), last=date(2012, 8, 20), symbols=tuple(map(Symbol, ("AAPL", "GOOG")))
)


def replayed(home):
    """Replay a month in a home; return nothing."""

    async def walk():
        async with open_app(settings_of(home)) as app:
            await app.trading.replay(TERMS)

    asyncio.run(walk())


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which a book was replayed: GOOG reached its target, AAPL is held."""
    path = tmp_path_factory.mktemp("orders-hub")
    replayed(path)
    return path


@pytest_asyncio.fixture(loop_scope="module")
async def orders(browser):
    return (await browser.get(f"{BASE}/orders?limit=200")).json()["items"]


def named(orders, symbol, leg):
    return next(each for each in orders if (each["symbol"], each["leg"]) == (symbol, leg))


async def test_a_list_says_of_which_book_it_is_and_when_it_was_reconciled(browser):
    told = (await browser.get(f"{BASE}/orders")).json()
    assert (told["book"], told["nextCursor"]) == ("replay-1", None)
    assert told["reconciledAt"]
    assert {
        *("orderId", "clientOrderId", "decisionId", "traceId", "symbol", "side", "qty"),
        *("filledQty", "avgPrice", "status", "submittedAt"),
    } <= set(told["items"][0])


async def test_pages_go_on_by_a_cursor_that_belongs_to_its_list_alone(browser, orders):
    seen, cursor = [], ""
    while cursor is not None:
        page = (await browser.get(f"{BASE}/orders?limit=2{cursor}")).json()
        seen += [each["orderId"] for each in page["items"]]
        cursor = page["nextCursor"] and f"&cursor={page['nextCursor']}"
    assert seen == [each["orderId"] for each in orders]
    first = (await browser.get(f"{BASE}/orders?limit=1")).json()["nextCursor"]
    answer = await browser.get(f"{BASE}/orders?symbol=AAPL&cursor={first}")
    assert (answer.status_code, problem(answer)["code"]) == (400, "invalid-cursor")


@pytest.mark.parametrize(
    ("query", "legs"),
    [
        ("view=open", {"stop"}),
        ("leg=target", {"target"}),
        ("symbol=AAPL&view=filled", {"entry"}),
        ("view=refused", set()),
    ],
)
async def test_filters_narrow_the_list(browser, query, legs):
    items = (await browser.get(f"{BASE}/orders?{query}")).json()["items"]
    assert {each["leg"] for each in items} == legs


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("orders?view=none", 422),
        ("orders?symbol=A%20B", 422),
        ("orders?book=A%20B", 422),
        ("orders?book=nobody", 404),
        ("orders?limit=201", 422),
        ("orders/a1-NONE", 404),
        ("orders/a%20b", 404),
        ("outcomes?status=won", 422),
        ("outcomes/dec_NONE", 404),
        ("positions?book=nobody", 404),
    ],
)
async def test_what_cannot_be_shown_is_refused_naming_the_place(browser, path, status):
    answer = await browser.get(f"{BASE}/{path}")
    assert (answer.status_code, problem(answer)["status"]) == (status, status)


async def test_an_order_is_told_with_every_move(browser, orders):
    entry = named(orders, "GOOG", "entry")
    told = (await browser.get(f"{BASE}/orders/{entry['orderId']}")).json()
    states = [step["to"] for step in told["history"]]
    assert (states[0], states[-1]) == ("INITIALIZED", "FILLED")
    assert told["history"][0]["evidence"].startswith("journal:")
    assert told["protectiveStop"]["status"] == "canceled"
    by_broker = (await browser.get(f"{BASE}/orders/{entry['brokerOrderId']}")).json()
    assert by_broker["orderId"] == entry["orderId"]


async def test_positions_are_the_brokers_with_their_date(browser):
    told = (await browser.get(f"{BASE}/positions")).json()
    assert (told["source"], told["isStale"], told["asOf"]) == ("broker", False, "2012-08-21")
    (item,) = told["items"]
    assert (item["symbol"], item["differs"], item["unprotectedQty"]) == ("AAPL", False, "0")


async def test_outcomes_link_the_whole_way(browser, orders):
    told = (await browser.get(f"{BASE}/outcomes?status=win")).json()
    (won,) = told["items"]
    assert told["counts"]["win"] == 1
    assert won["orderIntentId"] == named(orders, "GOOG", "entry")["clientOrderId"]
    assert won["positionSnapshotIds"]
    alone = (await browser.get(f"{BASE}/outcomes/{won['decisionId']}")).json()
    assert alone == won


async def test_an_act_needs_a_key_and_the_scope_to_trade(hub, browser, orders):
    stop = named(orders, "AAPL", "stop")
    path = f"{BASE}/orders/{stop['orderId']}/cancel"
    assert problem(await browser.post(path))["type"] == "/problems/idempotency-missing"
    reader = await hub.program(Scope.READ)
    assert (await reader.post(path, headers={"Idempotency-Key": "k"})).status_code == 403
    assert (await reader.get(f"{BASE}/positions")).status_code == 200


async def test_a_protective_stop_stays(browser, orders):
    path = f"{BASE}/orders/{named(orders, 'AAPL', 'stop')['orderId']}/cancel"
    answer = await browser.post(path, headers={"Idempotency-Key": "stop"})
    assert (answer.status_code, problem(answer)["code"]) == (409, "conflict")


async def test_what_is_over_is_not_cancelled_again(browser, orders):
    entry = named(orders, "GOOG", "entry")
    path = f"{BASE}/orders/{entry['orderId']}/cancel"
    answer = await browser.post(path, headers={"Idempotency-Key": "over"})
    assert (answer.json()["applied"], answer.json()["status"]) == (False, "filled")


async def test_a_comparison_is_answered_again_to_the_same_key(browser):
    headers = {"Idempotency-Key": "compare"}
    first = await browser.post(f"{BASE}/reconcile", json={}, headers=headers)
    again = await browser.post(f"{BASE}/reconcile", json={}, headers=headers)
    assert (first.json()["agrees"], first.json()["applied"]) == (True, True)
    assert (again.json()["applied"], again.headers["idempotency-replayed"]) == (False, "true")
    other = await browser.post(f"{BASE}/reconcile", json={"book": "replay"}, headers=headers)
    assert problem(other)["type"] == "/problems/idempotency-reused"
    unknown = await browser.post(
        f"{BASE}/reconcile", json={"account": 1}, headers={"Idempotency-Key": "x"}
    )
    assert unknown.status_code == 422


async def test_a_position_is_closed_once(browser):
    path, headers = f"{BASE}/positions/aapl/close", {"Idempotency-Key": "close"}
    first = await browser.post(path, headers=headers)
    again = await browser.post(path, headers=headers)
    assert (first.status_code, first.json()["applied"]) == (200, True)
    assert first.json()["order"]["leg"] == "flatten"
    assert again.headers["idempotency-replayed"] == "true"
    listed = (await browser.get(f"{BASE}/orders?leg=flatten")).json()["items"]
    assert [each["orderId"] for each in listed] == [first.json()["order"]["orderId"]]
    missing = await browser.post(
        f"{BASE}/positions/GOOG/close", headers={"Idempotency-Key": "none"}
    )
    assert missing.status_code == 404
