"""Agents and fleet as a person meets them: a worker that came, is drained after asking, and restored; no barrier."""

import json
import re
import threading
from contextlib import contextmanager, suppress

import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from quorate.fleet.wire import PATH
from tests.browser.barriers import EVERY_RULE, barriers_on
from tests.browser.hub import quorate, serving, visiting

LIST = "/admin/fleet"
PATHS = (
    LIST,
    f"{LIST}?view=busy",
    f"{LIST}?view=idle&type=backtest",
    "/admin/arena",
    "/admin/tasks",
    "/admin/results",
)
LONGEST = 15
MOMENT = "2026-11-20T12:00:00.000000Z"
EVERY = 5
"""Seconds between heartbeats; a worker is dead after 45 of silence."""


@contextmanager
def working(hub, name):
    """Have a worker of this name connected and ready."""
    made = json.loads(quorate(hub.home, "tokens", "create", name, "--scope", "worker", "--json"))
    headers = {"Authorization": f"Bearer {made['secret']}"}
    with connect(
        f"ws://127.0.0.1:{hub.port}{PATH}", additional_headers=headers, proxy=None
    ) as socket:
        able = {"llm": True, "trading_analysis": True}
        told = {"type": "register", "agentId": name, "agentType": "test", "capabilities": able}
        socket.send(json.dumps(told))
        ack = json.loads(socket.recv(LONGEST))
        socket.send(json.dumps({"type": "ready", "epoch": ack["epoch"]}))
        over = threading.Event()
        beats = threading.Thread(target=_beat, args=(socket, name, ack["epoch"], over))
        beats.start()
        try:
            yield
        finally:
            over.set()
            beats.join()


def _beat(socket, name, epoch, over):
    """Say that the worker lives, as every worker does, until it is over or the hub has gone."""
    with suppress(ConnectionClosed):
        while not over.wait(EVERY):
            beat = {"type": "heartbeat", "agentId": name, "epoch": epoch, "timestamp": MOMENT}
            socket.send(json.dumps(beat))


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """Return a hub on a home that traded, so that its router learned; two workers are connected to it."""
    home = tmp_path_factory.mktemp("fleet") / "home"
    home.mkdir()
    quorate(home, "replay", "--sessions", "8")
    with serving(home) as hub, working(hub, "Analyst.01"), working(hub, "analyst-02"):
        yield hub


def test_no_page_of_the_fleet_has_a_barrier(browser, fleet):
    with visiting(browser, fleet) as visit:
        assert barriers_on(visit, PATHS, rules=EVERY_RULE, held=True) == {}
        assert visit.complaints == []


def test_a_worker_is_drained_only_after_it_was_asked_and_takes_that_back(browser, fleet):
    with visiting(browser, fleet) as visit:
        page = visit.open(f"{LIST}?view=idle")
        page.get_by_role("button", name="Drain Analyst.01").click()
        page.get_by_role("button", name="Let it work").click()
        expect(page.get_by_role("button", name="Drain Analyst.01")).to_be_visible()
        page.get_by_role("button", name="Drain Analyst.01").click()
        page.get_by_role("button", name="Drain the worker").click()
        page.get_by_role("link", name=re.compile(r"^Draining 1")).click()
        page.get_by_role("button", name="Stop drain of Analyst.01").click()
        page.get_by_role("link", name=re.compile("^All 2")).click()
        expect(page.get_by_role("button", name="Drain Analyst.01")).to_be_visible()
        assert visit.complaints == []


def test_a_worker_that_is_set_aside_is_counted_in_the_menu_until_it_is_restored(browser, fleet):
    with visiting(browser, fleet) as visit:
        page = visit.open(LIST)
        page.get_by_role("button", name="Set analyst-02 aside").click()
        page.get_by_label("Why").and_(page.locator(":visible")).fill("it lies")
        page.get_by_role("button", name="Set it aside").click()
        menu = page.get_by_role("navigation", name="AdminHub")
        expect(menu).to_contain_text("1 worker set aside or lost")
        expect(page.get_by_role("row", name=re.compile("analyst-02"))).to_contain_text("it lies")
        page.get_by_role("button", name="Restore analyst-02").click()
        expect(menu).not_to_contain_text("set aside or lost")
        assert visit.complaints == []


def test_how_to_add_a_worker_is_told_with_this_hubs_address(browser, fleet):
    with visiting(browser, fleet) as visit:
        page = visit.open(LIST)
        page.get_by_role("button", name="Add a worker").click()
        dialog = page.get_by_role("dialog", name="Add a worker")
        expect(dialog).to_contain_text(f"quorate worker --hub {fleet.url} --capabilities")
        expect(dialog).to_contain_text("--scope worker")
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
