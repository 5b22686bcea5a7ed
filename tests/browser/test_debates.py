"""A dispute as a person reads it: from the list to the transcript, the panel's word, tools, prompts and cost."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import barriers_on
from tests.browser.hub import serving, visiting
from tests.fakes.debates import made_debates


@pytest.fixture(scope="module")
def debates(tmp_path_factory):
    """Return a hub on a home where models argued, and the ids of the runs by their ending."""
    home = tmp_path_factory.mktemp("debates")
    endings = ("panel", "panel_failed", "power_calls_exhausted", "degraded")
    with ThreadPoolExecutor(1) as aside:  # this thread's event loop is the browser's
        ids = aside.submit(made_debates, home, *endings).result()
    with serving(home) as hub:
        yield hub, ids


def paths(ids):
    """Return the pages of a debate, and the tabs of runs that differ with a dispute in them."""
    tabs = ("summary", "agents", "tools", "consensus", "prompts", "cost")
    return [
        "/admin/debates",
        "/admin/debates?symbol=IBM",
        f"/admin/debates/{ids['panel']}",
        f"/admin/debates/{ids['power_calls_exhausted']}",
        *(f"/admin/arena/runs/{ids['panel']}?tab={tab}" for tab in tabs),
        f"/admin/arena/runs/{ids['degraded']}",
        f"/admin/arena/runs/{ids['panel_failed']}?tab=prompts",
        f"/admin/arena/runs/{ids['power_calls_exhausted']}?tab=consensus",
    ]


def test_an_escalated_run_is_read_from_the_list_to_its_prompts(browser, debates):
    hub, ids = debates
    with visiting(browser, hub) as visit:
        page = visit.open("/admin")
        page.get_by_role("link", name="Debates").click()
        page.locator(f"a[href='/admin/debates/{ids['panel']}']").click()
        table = page.get_by_role("table", name="Transcript")
        expect(table.get_by_text("changed: HOLD → BUY")).to_be_visible()
        expect(page.get_by_role("heading", name="Panel verdict")).to_be_visible()
        page.get_by_role("link", name="Open run").click()
        tabs = page.get_by_role("navigation", name="Run sections")
        tabs.get_by_role("link", name="Consensus").click()
        before = page.get_by_role("region", name="Before: the first round")
        after = page.get_by_role("region", name="After: the power panel")
        expect(before.get_by_text("Disagreement 0.50 > 0.34")).to_be_visible()
        expect(after.get_by_text("0.90 ≥ 0.62")).to_be_visible()
        tabs.get_by_role("link", name="Tool calls").click()
        page.get_by_text("Result", exact=True).click()
        expect(page.get_by_label("Result of call 1")).to_contain_text("584")
        expect(page.get_by_text("there is no tool of that name here")).to_be_visible()
        tabs.get_by_role("link", name="Prompts").click()
        page.locator("summary", has_text="Evidence").first.click()
        expect(page.get_by_label("Evidence of Cheap risk manager, first round")).to_be_visible()
        expect(page.get_by_text("hash verified").first).to_be_visible()
        tabs.get_by_role("link", name="Cost").click()
        expect(page.get_by_text("together they are the run's cost")).to_be_visible()
        page.go_back()
        expect(page.get_by_text("hash verified").first).to_be_visible()
        assert visit.complaints == []


def test_no_page_has_a_barrier(browser, debates):
    hub, ids = debates
    with visiting(browser, hub) as visit:
        assert barriers_on(visit, paths(ids)) == {}
        assert visit.complaints == []
