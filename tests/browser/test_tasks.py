"""Tasks as a person meets them: the list, one that failed and is tried again, one that is stopped after asking."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from quorate.arbiter.order_work.item import assignment_of, order_task, spec_of
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.execution.acts import ActType
from quorate.kernel.ids import BookName, Symbol
from tests.browser.barriers import barriers_on
from tests.browser.hub import serving, visiting
from tests.fakes.homes import settings_of
from tests.fakes.order_work import order_act

BOOK = BookName("replay")
LIST = "/admin/tasks"
VIEWS = (LIST, f"{LIST}?state=FAILED", f"{LIST}?stuck=yes", f"{LIST}?type=backtest")


async def made(home):
    """Leave a run, an act that was given up, one that was done, and one that waits for tomorrow."""
    symbols = tuple(map(Symbol, ("AAPL", "IBM")))
    async with open_app(settings_of(home)) as app:
        await app.run_arena(RunRequest(symbols=symbols, book=BOOK))
        await app.order_desk.enqueue(ActType.ORDER_SYNC, BOOK, "s", {})
        gone = {"clientOrderId": "a1-gone"}
        await app.order_desk.enqueue(ActType.ORDER_CANCEL, BOOK, "a1-gone", gone)
        await app.order_desk.run_due()
        act = replace(order_act(ActType.ORDER_SYNC, "tomorrow"), book=BOOK)
        waits = replace(order_task(act), not_before=app.clock.now() + timedelta(days=1))
        work = app.order_desk._work._arbiter
        await work.queue(waits, spec_of(act), assignment_of(act))
        lines = await app.tasks.lines(_all(), 50)
    return {line.subject: line.task_id for line in lines} | {
        line.type.value: line.task_id for line in lines
    }


def _all():
    from quorate.arbiter.record import TaskFilter  # noqa: PLC0415

    return TaskFilter()


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """Return a hub on such a home, and the ids of its tasks by what they are about."""
    home = tmp_path_factory.mktemp("tasks") / "home"
    home.mkdir()
    with ThreadPoolExecutor(1) as aside:  # this thread's event loop is the browser's
        ids = aside.submit(lambda: asyncio.run(made(home))).result()
    with serving(home) as hub:
        yield hub, ids


def test_no_page_of_tasks_has_a_barrier(browser, tasks):
    hub, ids = tasks
    told = [f"{LIST}/{ids[name]}" for name in ("arena_run", "ORDER_CANCEL a1-gone")]
    with visiting(browser, hub) as visit:
        assert barriers_on(visit, [*VIEWS, *told], held=True) == {}
        assert not visit.complaints


def test_a_task_that_was_given_up_is_tried_again_and_leads_to_the_new_one(browser, tasks):
    hub, ids = tasks
    with visiting(browser, hub) as visit:
        page = visit.open(f"{LIST}?state=FAILED")
        page.get_by_role("table").get_by_role("link", name="Order").click()
        page.wait_for_url(f"**/{ids['ORDER_CANCEL a1-gone']}")
        page.get_by_role("button", name="Try again").click()
        page.wait_for_url(lambda url: ids["ORDER_CANCEL a1-gone"] not in url)
        expect(page.get_by_text("Tries again")).to_be_visible()


def test_a_task_that_waits_in_routing_offers_no_stop(browser, tasks):
    """RELIABILITY 2.1: from ROUTING a task expires or is assigned; the table has no cancel there."""
    hub, ids = tasks
    with visiting(browser, hub) as visit:
        page = visit.open(f"{LIST}/{ids['ORDER_SYNC tomorrow']}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("routing")
        expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)
