"""The leaderboard as a person reads it: whom to drop over 90 days, and whether that is more than luck."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import TAGS, barriers_on, broken
from tests.browser.hub import quorate, serving, visiting

PAGE = "/admin/arena/leaderboard"
PATHS = (
    PAGE,
    f"{PAGE}?window=90d&sort=brier",
    f"{PAGE}?groupBy=model&market=AAPL",
    f"{PAGE}?curve=trend&minOutcomes=100",
    f"{PAGE}?role=nobody",
    f"{PAGE}?window=8d",
)
CHARTS = {
    "What a better call costs": "#frontier-table",
    "Who agrees with whom": "#agreement-table",
    "Said and came true": "#calibration-table",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Return a hub on a home in which rule agents spoke about four symbols over 80 sessions."""
    home = tmp_path_factory.mktemp("leaderboard")
    quorate(home, "replay", "--sessions", "80", "--quiet")
    with serving(home) as hub:
        yield hub


def test_over_90_days_whom_to_drop_and_whether_that_is_sure(browser, judged):
    with visiting(browser, judged) as visit:
        page = visit.open("/admin")
        page.get_by_role("navigation", name="AdminHub").get_by_role(
            "link", name="Leaderboard"
        ).click()
        page.get_by_role("navigation", name="Window").get_by_role("link", name="90 d").click()
        expect(page).to_have_url(re.compile(r"window=90d"))
        expect(page.locator("#separable")).to_contain_text("What can be said so far: Nothing")
        board = page.get_by_role("table", name="Ranking")
        agents = board.locator("tbody tr:not(.hub-tr--base)")
        worst = agents.last
        expect(worst.get_by_text(re.compile(r"not ranked \(\d+ of 30\)"))).to_be_visible()
        expect(worst.get_by_role("img", name=re.compile("95 percent interval"))).to_be_visible()
        expect(board.locator("tr.hub-tr--base").filter(has_text="Buy and hold")).to_be_visible()
        page.get_by_role("button", name="How this is computed").click()
        dialog = page.get_by_role("dialog", name="How this is computed")
        expect(dialog.get_by_text("Under 30 outcomes there is none.")).to_be_visible()
        dialog.get_by_role("button", name="Close").last.click()
        expect(dialog).to_be_hidden()
        assert visit.complaints == []


def test_every_chart_can_be_read_as_a_table(browser, judged):
    with visiting(browser, judged) as visit:
        page = visit.open(PAGE)
        for title, table in CHARTS.items():
            card = page.get_by_role("region", name=title, exact=True).first
            card.get_by_text("Show as table").click()
            rows = page.locator(f"{table} tbody tr")
            expect(rows.first).to_be_visible()
            assert re.search(r"\d", rows.first.inner_text())


def test_the_board_is_a_key_or_a_search_away_and_filters_stay_in_the_address(browser, judged):
    with visiting(browser, judged) as visit:
        page = visit.open("/admin")
        page.keyboard.press("g")
        page.keyboard.press("l")
        expect(page.get_by_role("heading", name="Leaderboard", level=1)).to_be_visible()
        page.goto(f"{judged.url}/admin")
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Search").fill("leaderb")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Leaderboard", level=1)).to_be_visible()
        page.get_by_label("Symbol").select_option("AAPL")
        page.locator("#leaderboard-filter").get_by_role("button", name="Show").click()
        expect(page).to_have_url(re.compile(r"leaderboard\?book=replay-1&market=AAPL$"))
        page.get_by_role("link", name="Brier").click()
        expect(page).to_have_url(re.compile(r"market=AAPL&sort=brier"))
        page.reload()
        expect(page.get_by_label("Symbol")).to_have_value("AAPL")
        page.get_by_role("link", name="Clear filters").click()
        expect(page).not_to_have_url(re.compile("market"))
        assert visit.complaints == []


def test_the_lines_are_kept_as_a_file(browser, judged, tmp_path):
    with visiting(browser, judged) as visit:
        page = visit.open(f"{PAGE}?window=90d")
        names = page.locator("table.hub-board tbody th .hub-t").all_inner_texts()
        with page.expect_download() as started:
            page.get_by_role("link", name="Export CSV").click()
        started.value.save_as(tmp_path / "board.csv")
        rows = list(csv.DictReader((tmp_path / "board.csv").read_text().splitlines()))
        assert [row["label"] for row in rows] == names
        assert started.value.suggested_filename == "leaderboard-replay-1-90d-agent.csv"


def test_a_home_in_which_nothing_was_resolved_says_what_will_be_here(browser, own_hub):
    with visiting(browser, own_hub) as visit:
        page = visit.open(PAGE)
        expect(page.get_by_role("heading", name="Nothing is resolved yet")).to_be_visible()
        assert broken(page, TAGS) == []
        assert visit.complaints == []


def test_no_page_has_a_barrier(browser, judged):
    with visiting(browser, judged) as visit:
        assert barriers_on(visit, PATHS) == {}
        assert visit.complaints == []


def test_no_cell_of_the_ranking_is_cut_off_on_a_narrow_screen(browser, judged):
    with visiting(browser, judged, width=320, height=700) as visit:
        cells = visit.open(PATHS[0]).locator("table.hub-board td")
        assert cells.count() > 0
        beyond = "cells => cells.filter((each) => each.getBoundingClientRect().right > 320).length"
        assert cells.evaluate_all(beyond) == 0
