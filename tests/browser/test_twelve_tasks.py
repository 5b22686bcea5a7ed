"""The twelve tasks of a new user (UI 6), each done in a real browser; 2, 3, 6 and 7 with the keyboard alone.

One hub serves the tasks of this file; those that other files do already are named in `ELSEWHERE` and not done twice.
"""

from __future__ import annotations

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from quorate.bootstrap import open_app
from quorate.kernel.ids import ProfileName
from tests.browser.hub import Hub, quorate, serving, visiting
from tests.browser.keyboard import tab_to
from tests.fakes.debates import MODEL_PROFILES, RISK, with_debates
from tests.fakes.homes import settings_of
from tests.model_server import ModelServer, Rule, Say, votes

HERE = Path(__file__).parent
ELSEWHERE = {
    1: "test_journey.py::test_a_person_signs_in_starts_a_run_watches_it_arrive_reads_its_why_and_"
    "switches_a_profile_off",
    2: "test_journey.py::test_a_run_is_started_and_its_why_read_with_the_keyboard_alone",
    8: "test_live.py::test_a_tab_without_a_network_says_so_and_recovers",
    11: "test_orders.py::test_from_a_filled_order_its_decision_and_outcome_are_found",
}
"""Tasks that another file does; the twelfth is the leaderboard's, `test_leaderboard.py`."""

PRICED = "deepseek/deepseek-v4.1-flash"
"""A model with a price, so that a limit without room for a call refuses it."""

KEY = "sk-or-canary-51c0ffee51c0ffee"
DEAR = 1.2
"""What the model server charges for a call: more than the dollar that is allowed a day."""


@dataclass(frozen=True)
class Stage:
    """The hub of the tasks, the run that was disputed, and the server behind its provider."""

    hub: Hub
    disputed: str
    models: ModelServer


async def prepared(home: Path, models: ModelServer) -> str:
    """Make a home in which one run was disputed and settled by the panel, with all models off since."""
    disputed = (await with_debates(home, models, "panel"))["panel"]
    async with open_app(settings_of(home)) as app:
        for name in (*MODEL_PROFILES, "cheap_bull", "cheap_bear"):
            await app.set_profile_enabled(ProfileName(name), enabled=False)
        await app.registry.edit(ProfileName("cheap_risk_manager"), {"model": PRICED}, by="a test")
    return disputed


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Return the hub of all tasks: no key, OpenRouter's address on a server of ours."""
    home = tmp_path_factory.mktemp("twelve")
    with ModelServer() as models:
        with ThreadPoolExecutor(1) as aside:  # this thread's event loop is the browser's
            disputed = aside.submit(lambda: asyncio.run(prepared(home, models))).result()
        with serving(home, OPENROUTER_BASE_URL=models.openrouter_url) as hub:
            yield Stage(hub, disputed, models)


@pytest.fixture
def visit(browser, stage):
    """Return a tab that has just signed in, as acts that loosen something want it."""
    with visiting(browser, stage.hub) as tab:
        yield tab
        assert [said for said in tab.complaints if "status of 4" not in said] == []


def told(stage, *words):
    return json.loads(quorate(stage.hub.home, *words, "--json"))


@pytest.mark.parametrize("named", ELSEWHERE.values(), ids=map(str, ELSEWHERE))
def test_a_task_that_is_done_elsewhere_is_done(named):
    file, _, function = named.partition("::")
    assert f"def {function}(" in (HERE / file).read_text()


def test_3_why_it_chose_that_and_who_disagreed_is_read_with_the_keyboard_alone(visit, stage):
    page, keys = visit.open("/admin"), visit.page.keyboard
    keys.press("g")
    keys.press("r")
    expect(page).to_have_url(re.compile(r"/admin/arena/runs"))
    keys.press("j")
    keys.press("Enter")
    expect(page).to_have_url(re.compile(stage.disputed))
    why = page.locator(".hub-why")
    expect(page.locator(".hub-hero .hub-sig--buy")).to_be_visible()
    expect(why).to_contain_text("0.34")
    tab_to(page, re.compile(r"^Agents\s*\d*$"))
    keys.press("Enter")
    expect(page).to_have_url(re.compile("tab=agents"))
    expect(page.locator("#agent-cheap_risk_manager")).to_contain_text("HOLD")


def test_4_what_the_run_cost_and_how_long_it_took(visit, stage):
    page, run = (
        visit.open(f"/admin/arena/runs/{stage.disputed}"),
        told(stage, "runs", "show", stage.disputed),
    )
    head = page.locator(".hub-hero__r")
    expect(head).to_contain_text(f"${float(run['costUsd']):.4f}")
    seconds = run["latencyMs"] / 1000
    shown = f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
    expect(head).to_contain_text(shown)


def test_5_the_prices_are_called_historical_and_nothing_is_called_live(visit):
    page = visit.open("/admin/arena")
    chip = page.get_by_role("button", name=re.compile(r"^REPLAY \d{4}-\d\d-\d\d$"))
    chip.click()
    expect(page.get_by_role("heading", name="These prices are historical")).to_be_visible()
    expect(page.locator("#mode-info")).to_contain_text("Nothing here is a live price")
    page.keyboard.press("Escape")
    assert re.search(r"\bLive\b", page.locator("body").inner_text()) is None


def test_7_trading_is_stopped_and_resumed_with_the_keyboard_alone_and_an_order_is_refused(
    visit, stage
):
    page, keys = visit.open("/admin"), visit.page.keyboard
    held = told(stage, "positions", "list")["items"]
    tab_to(page, "Halt trading")
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Halt trading")
    expect(dialog.get_by_role("button", name="Keep trading")).to_be_focused()
    expect(dialog.get_by_role("radio", name=re.compile("^Stop new orders"))).to_be_checked()
    tab_to(page, "Reason")
    keys.type("odd fills")
    tab_to(page, "Halt now")
    keys.press("Enter")
    expect(page.locator(".hub-halted")).to_contain_text("odd fills")

    keys.press("g")
    keys.press("y")
    expect(page).to_have_url(re.compile("/admin/cycles"))
    tab_to(page, "Run a cycle")
    keys.press("Enter")
    expect(page).to_have_url(re.compile("/admin/cycles/cyc_"), timeout=30_000)
    visit.open("/admin/orders?tab=refused")
    expect(page.locator("#orders tbody tr").first).to_contain_text(re.compile("HALT"))

    _resumed(page)
    expect(page.locator(".hub-halted")).to_have_count(0)
    assert told(stage, "positions", "list")["items"] == held


def test_6_an_agent_is_switched_off_with_the_keyboard_alone_and_the_next_run_lacks_it(visit, stage):
    page, keys = visit.open("/admin"), visit.page.keyboard
    keys.press("g")
    keys.press("p")
    switch = page.get_by_role("switch", name=re.compile("momentum"))
    expect(switch).to_have_attribute("aria-checked", "true")
    name = switch.get_attribute("aria-label")
    tab_to(page, name)
    keys.press("Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    keys.press("g")
    keys.press("r")
    expect(page).to_have_url(re.compile("/admin/arena/runs"))
    tab_to(page, "Run arena")
    keys.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, "AAPL")
    keys.press("Space")
    tab_to(page, "Run arena")
    keys.press("Enter")
    expect(page).to_have_url(re.compile(r"/admin/arena/runs/run_"))
    expect(page.get_by_role("heading", name="Why this decision")).to_be_visible()
    run = told(stage, "runs", "show", page.url.rpartition("/")[2].partition("?")[0])
    assert "trend" in run["profiles"]
    assert "momentum" not in run["profiles"]


def test_10_the_run_that_escalated_is_found_with_its_trigger_and_its_extra_cost(visit, stage):
    page = visit.open("/admin/arena/runs")
    page.get_by_label("Panel").select_option("yes")
    listed = page.locator("#runs tbody[id^=run_]")
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text("disagreement")
    listed.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(stage.disputed))
    tabs = page.get_by_role("navigation", name="Run sections")
    tabs.get_by_role("link", name="Consensus").click()
    expect(page.get_by_text("Disagreement 0.50 > 0.34")).to_be_visible()
    tabs.get_by_role("link", name="Cost").click()
    run = told(stage, "runs", "show", stage.disputed)
    expect(page.get_by_role("main")).to_contain_text(f"${float(run['costUsd']):.4f}")
    expect(page.get_by_role("main")).to_contain_text("power")


def test_9_a_key_is_added_with_a_limit_of_a_dollar_and_the_limit_holds(visit, stage):
    stage.models.script(
        Rule(contains=RISK, what=Say(votes=votes("HOLD", 0.7).votes, cost=DEAR)),
    )
    page = visit.open("/admin/settings?tab=providers")
    page.locator("#key-openrouter").fill(KEY)
    card = page.get_by_role("region", name="openrouter")
    card.get_by_role("button", name="Store").click()
    expect(page.locator("#notices")).to_contain_text("The key of openrouter is stored")
    assert KEY not in page.content()

    visit.open("/admin/cost?tab=budgets")
    page.locator("#limit-daily").fill("1")
    page.get_by_role("button", name="Save limits").click()
    expect(page.get_by_text("In force: $1.00, set by command")).to_be_visible()
    visit.open("/admin/arena/profiles")
    page.get_by_role("switch", name=re.compile("cheap_risk_manager")).click()
    expect(page.get_by_role("switch", name=re.compile("cheap_risk_manager"))).to_have_attribute(
        "aria-checked", "true"
    )

    _run_of(visit, "AAPL")
    asked = len(stage.models.calls())
    _run_of(visit, "AAPL")
    assert len(stage.models.calls()) == asked
    page.get_by_role("navigation", name="Run sections").get_by_role("link", name="Agents").click()
    expect(page.locator("#agent-cheap_risk_manager")).to_contain_text("budget_exhausted")


def _run_of(visit, symbol):
    """Start a run of one symbol from the page, and come to its end."""
    page = visit.open("/admin/arena/runs/new")
    page.get_by_label("Symbols").fill(symbol)
    page.get_by_label("As of").fill("2012-06-29")
    page.get_by_role("button", name="Run arena").click()
    expect(page).to_have_url(re.compile(r"/admin/arena/runs/run_"))
    expect(page.get_by_role("heading", name="Why this decision")).to_be_visible()
    expect(page.locator(".hub-hero .hub-sig")).to_be_visible()


def _resumed(page):
    """Let trading go on from the page of safety, with the keyboard alone."""
    keys = page.keyboard
    keys.press("g")
    keys.press("h")
    expect(page).to_have_url(re.compile("/admin/safety"))
    tab_to(page, "Resume…")
    keys.press("Enter")
    expect(page.get_by_role("dialog", name="Resume trading")).to_be_visible()
    tab_to(page, "Reason")
    keys.type("fills match the tape")
    tab_to(page, re.compile("I have looked"))
    keys.press("Space")
    tab_to(page, "Resume trading")
    keys.press("Enter")
