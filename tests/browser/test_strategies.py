"""A strategy as a person tries it: from the list to a backtest, its charts and doubts, and the switch with a reason."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers_on
from tests.browser.hub import quorate, serving, visiting

LIST = "/admin/strategies"
CALM = """
[strategies.calm]
description = "Two stocks."
symbols = ["AAPL", "IBM"]
"""
PATHS = (
    LIST,
    f"{LIST}/default",
    f"{LIST}/calm",
    f"{LIST}/default?symbol=AAPL&until=2012-05-01",
)


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """Return a hub on a home with two strategies, one of them tried and switched on."""
    home = tmp_path_factory.mktemp("strategies")
    (home / "quorate.toml").write_text(CALM)
    quorate(home, "strategies", "backtest", "default", "--from", "2011-03-01")
    quorate(home, "strategies", "enable", "default", "--reason", "two years of bars")
    (home / "quorate.toml").write_text(CALM.replace("Two stocks", "Two stocks alone"))
    with serving(home) as hub:
        yield hub


def test_a_strategy_is_tried_and_switched_on(browser, tried):
    with visiting(browser, tried) as visit:
        page = visit.open("/admin")
        page.get_by_role("link", name="Strategies").click()
        page.get_by_role("link", name="calm", exact=True).click()
        expect(page.get_by_text("Not tried yet")).to_be_visible()
        versions = page.get_by_role("region", name="Versions")
        expect(versions.get_by_text("Two stocks alone.")).to_be_visible()
        page.get_by_label("First session").fill("2012-03-02")
        page.get_by_label("Last session").fill("2012-06-29")
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_role("heading", name="What it came to")).to_be_visible(timeout=60_000)
        expect(page.get_by_text("Gate", exact=True).first).to_be_visible()
        for chart in ("#equity-chart", "#prices-chart"):
            expect(page.locator(f"{chart} canvas").first).to_be_visible()
        page.locator("summary", has_text="What this does not show").click()
        expect(page.get_by_text("quorate replay walks whole cycles")).to_be_visible()
        page.locator("#trades-table").get_by_role("link").last.click()
        expect(page).to_have_url(re.compile("until=2012-"))
        page.get_by_role("button", name="Enable").click()
        dialog = page.get_by_role("dialog", name="Enable calm")
        expect(dialog.get_by_text("The gate refused this version")).to_be_visible()
        expect(dialog.get_by_role("button", name="Leave it")).to_be_focused()
        dialog.get_by_label("Why").fill("two stocks are enough")
        dialog.get_by_role("button", name="Enable").click()
        expect(page.get_by_role("button", name="Disable")).to_be_visible()
        expect(page.get_by_text("two stocks are enough").first).to_be_visible()
        assert visit.complaints == []


def test_a_date_without_bars_is_said_beside_the_form(browser, tried):
    with visiting(browser, tried) as visit:
        page = visit.open(f"{LIST}/default")
        page.get_by_label("First session").fill("2014-01-01")
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_role("alert").get_by_text("no session from")).to_be_visible()
        expect(page.get_by_label("First session")).to_have_value("2014-01-01")


def test_the_theme_redraws_the_charts(browser, tried):
    with visiting(browser, tried) as visit:
        page = visit.open(f"{LIST}/default")
        before = page.locator("#equity-chart canvas").first.evaluate("e => e.toDataURL()")
        page.get_by_role("button", name="Light or dark").click()
        page.wait_for_function(
            "before => document.querySelector('#equity-chart canvas').toDataURL() !== before",
            arg=before,
        )
        assert visit.complaints == []


def test_no_page_has_a_barrier(browser, tried):
    with visiting(browser, tried) as visit:
        assert barriers_on(visit, PATHS) == {}
        assert visit.complaints == []
