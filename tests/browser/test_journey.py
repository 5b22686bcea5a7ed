"""What the hub is for: sign in, start a run, watch it arrive, read its why, switch a profile off."""

import re

from playwright.sync_api import expect

from tests.browser.hub import quorate, visiting
from tests.browser.keyboard import tab_to


def test_a_person_signs_in_starts_a_run_watches_it_arrive_reads_its_why_and_switches_a_profile_off(
    browser, own_hub
):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.page
        expect(page).to_have_url(re.compile(r"/admin$"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")

        page.get_by_role("link", name="Runs", exact=True).click()
        expect(page.get_by_text("No runs yet")).to_be_visible()
        page.get_by_role("link", name="Run arena").first.click()
        drawer = page.get_by_role("dialog")
        drawer.get_by_label("Symbols").fill("AAPL")
        drawer.get_by_label("As of").fill("2012-06-29")
        drawer.get_by_role("button", name="Run arena").click()

        expect(page).to_have_url(re.compile(r"/admin/arena/runs/run_"))
        expect(page.get_by_role("heading", name="Why this decision")).to_be_visible()
        why = page.locator(".hub-why li")
        expect(why.first).to_contain_text("AAPL closed at")
        evidence = why.first.get_by_role("link").first
        expect(evidence).to_have_text(re.compile(r"journal:\d+"))
        row = evidence.inner_text().removeprefix("journal:")
        evidence.click()
        expect(page.locator(f"#journal-{row}")).to_be_visible()

        page.get_by_role("link", name="Profiles", exact=True).click()
        page.get_by_role("switch", name=re.compile("momentum")).click()
        expect(page.get_by_role("switch", name=re.compile("momentum"))).to_have_attribute(
            "aria-checked", "false"
        )
        assert "momentum" in _disabled(own_hub.home)
        assert visit.complaints == []


def test_a_run_of_another_process_appears_by_itself(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/arena/runs")
        expect(page.get_by_text("No runs yet")).to_be_visible()
        quorate(own_hub.home, "run", "IBM", "--as-of", "2012-09-28")
        expect(page.get_by_role("row").filter(has_text="IBM")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="2012-09-28")).to_have_count(1)
        assert visit.complaints == []


def test_a_run_is_started_and_its_why_read_with_the_keyboard_alone(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page, keys = visit.page, visit.page.keyboard
        keys.press("g")
        keys.press("r")
        expect(page).to_have_url(re.compile(r"/admin/arena/runs"))
        tab_to(page, "Run arena")
        keys.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        tab_to(page, "MSFT")
        keys.press("Space")
        tab_to(page, "As of")
        keys.type("06292012")
        tab_to(page, "Run arena")
        keys.press("Enter")
        expect(page.get_by_role("heading", name="Why this decision")).to_be_visible()
        tab_to(page, re.compile(r"journal:\d+"))
        keys.press("Enter")
        expect(page).to_have_url(re.compile(r"tab=trace"))
        assert visit.complaints == []


def _disabled(home):
    import json  # noqa: PLC0415  (only here)

    listed = json.loads(quorate(home, "profiles", "list", "--json"))["items"]
    return [profile["name"] for profile in listed if not profile["enabled"]]
