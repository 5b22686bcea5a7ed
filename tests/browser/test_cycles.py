"""Cycles and alerts as a person meets them: seven steps, what each said, and what has to be seen."""

import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from quorate.bootstrap import open_app
from quorate.cycle.watch import Alert, Severity
from quorate.kernel.ids import BookName
from tests.browser.hub import quorate, serving, visiting
from tests.fakes.homes import settings_of

STEPS = ["fetch", "analyse", "backtest", "risk", "execute", "monitor", "audit"]
AGENTS = [
    *("DataFetching", "MarketAnalysis", "Backtesting", "RiskManagement"),
    *("Execution", "Monitoring", "Auditor"),
]


async def raise_alert(settings, text):
    async with open_app(settings) as app:
        alert = Alert(kind="cash_gap", severity=Severity.ERROR, text=text, book=BookName("replay"))
        await app.alerts.watch.told([alert])


def alerted(home, text):
    """Raise an alert as another process would; this thread's event loop is the browser's."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        beside.submit(lambda: asyncio.run(raise_alert(settings_of(home), text))).result()


@pytest.fixture(scope="module")
def traded(browser, tmp_path_factory):  # noqa: ARG001  (the browser is there before any hub)
    """Return a hub on a home that walked twelve cycles."""
    home = tmp_path_factory.mktemp("traded")
    quorate(home, "replay", "--from", "2012-06-14", "--to", "2012-06-29", "--symbols", "AAPL,IBM")
    with serving(home) as served:
        yield served


def test_the_dashboard_shows_the_cycle_the_equity_and_what_needs_somebody(browser, traded):
    with visiting(browser, traded) as visit:
        page = visit.open("/admin")
        card = page.locator("#cycle-card")
        expect(card.get_by_role("list", name="Steps").get_by_role("listitem")).to_have_count(8)
        expect(card).to_contain_text("audit clean")
        expect(card).to_contain_text("at 2012-06-29")
        chart = page.locator("#equity-card").get_by_role("img")
        expect(chart).to_have_attribute("aria-label", re.compile(r"to 2012-0[67]-\d\d the book"))
        page.locator("#equity-card").get_by_text("Show as table").click()
        expect(page.locator("#equity-card tbody tr").first).to_be_visible()
        expect(page.get_by_role("heading", name="What needs you")).to_be_visible()
        assert visit.complaints == []


def test_a_cycle_is_read_step_by_step_and_verbatim(browser, traded):
    with visiting(browser, traded) as visit:
        page = visit.open("/admin/cycles")
        page.locator("table [data-row-open]").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"Cycle \d+ of"))
        strip = page.get_by_role("list", name="Steps").get_by_role("listitem")
        assert [text.split()[0] for text in strip.all_inner_texts()] == STEPS
        headings = page.locator(".hub-said__step h3")
        assert headings.all_inner_texts() == AGENTS
        page.locator("#step-fetch").get_by_text("The message, verbatim").click()
        said = json.loads(page.locator("#step-fetch pre").inner_text())
        assert list(said) == ["agent", "action", "timestamp", "success", "data", "error"]
        assert said["agent"] == "DataFetching"
        expect(page.get_by_role("table")).to_contain_text("WAITING_FOR_NEXT_CYCLE")
        assert visit.complaints == []


def test_the_next_cycle_is_walked_by_a_press_and_shown(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/cycles")
        expect(page.get_by_text("No cycle of the book replay yet")).to_be_visible()
        page.get_by_role("button", name="Run a cycle of replay").click()
        expect(page).to_have_url(re.compile(r"/admin/cycles/cyc_"), timeout=30_000)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Cycle 1 of replay")
        expect(page.locator(".hub-pipe__ok")).to_have_count(7)
        assert visit.complaints == []


def test_an_alert_is_said_at_once_and_stays_until_somebody_has_seen_to_it(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/tools")
        expect(page.locator("[data-stream-chip]")).to_contain_text("Updates")
        expect(page.locator("[data-bell-dot]")).to_be_hidden()
        alerted(own_hub.home, "The broker's cash is 5.00 USD off ours.")
        notice = page.get_by_role("region", name="Notices").get_by_role("alert")
        expect(notice).to_contain_text("Cash gap. The broker's cash is 5.00 USD off ours.")
        expect(page.locator("[data-bell-dot]")).to_be_visible()
        page = visit.open("/admin/tools")
        expect(page.locator("[data-bell-dot]")).to_be_visible()
        page.locator("[data-bell]").click()
        bell = page.locator("#bell-alerts")
        expect(bell).to_contain_text("5.00 USD off ours")
        bell.get_by_role("button", name="Acknowledge: cash gap").click()
        expect(bell).not_to_contain_text("5.00 USD off ours")
        page = visit.open("/admin")
        expect(page.get_by_text("Nothing: no alert is open")).to_be_visible()
        expect(page.locator("[data-bell-dot]")).to_be_hidden()
        page = visit.open("/admin/alerts")
        expect(page.get_by_role("row").filter(has_text="Cash gap")).to_contain_text("operator")
        assert visit.complaints == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_of_cycles_scrolls_sideways(browser, traded, theme, width):
    with visiting(browser, traded, theme=theme, width=width) as visit:
        href = None
        for path in ("/admin", "/admin/arena", "/admin/cycles", "/admin/alerts"):
            page = visit.open(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if path == "/admin/cycles":
                href = page.locator("table [data-row-open]").first.get_attribute("href")
        page = visit.open(href)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.complaints == []
