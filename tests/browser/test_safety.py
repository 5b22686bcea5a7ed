"""A person stops all trading, sees it on every page and in a terminal, and lets it go on."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.barriers import TAGS, broken
from tests.browser.hub import quorate, visiting

REFUSED = "status of 422"


def complaints(visit):
    """Return what went wrong but for the refusals that are meant."""
    return [said for said in visit.complaints if REFUSED not in said]


def test_trading_is_stopped_at_a_word_seen_everywhere_and_resumed(browser, own_hub):
    with (
        visiting(browser, own_hub, link=own_hub.link) as visit,
        visiting(browser, own_hub) as other,
    ):
        other.open("/admin/arena/profiles")
        page = visit.open("/admin/arena/runs")
        page.get_by_role("link", name="Halt trading").click()
        dialog = page.get_by_role("dialog", name="Halt trading")
        expect(dialog.get_by_role("radio", name=re.compile("^Stop new orders"))).to_be_checked()
        expect(dialog.get_by_role("button", name="Keep trading")).to_be_focused()
        assert broken(page, TAGS) == []
        dialog.get_by_role("button", name="Halt now").click()
        expect(dialog.get_by_role("alert")).to_contain_text("A reason is wanted")

        dialog.get_by_label("Reason").fill("odd fills")
        dialog.get_by_role("button", name="Halt now").click()
        expect(page.get_by_text("Trading is halted on replay (REPLAY)").first).to_be_visible()
        expect(page.get_by_text("HALTED", exact=True)).to_be_visible()
        expect(other.page.locator(".hub-halted")).to_contain_text("odd fills")
        assert broken(page, TAGS) == []

        page.get_by_role("link", name="Resume…").click()
        dialog = page.get_by_role("dialog", name="Resume trading")
        expect(dialog).to_contain_text("odd fills")
        dialog.get_by_label("Reason").fill("fills match the tape")
        dialog.get_by_role("button", name="Resume trading").click()
        expect(dialog.get_by_role("alert")).to_contain_text("Nothing was changed")
        dialog.get_by_role("checkbox", name=re.compile("I have looked")).check()
        dialog.get_by_role("button", name="Resume trading").click()
        expect(page.get_by_text("Trading goes on").first).to_be_visible()
        expect(page.locator(".hub-halted")).to_have_count(0)
        expect(other.page.locator(".hub-halted")).to_have_count(0)
        assert complaints(visit) == complaints(other) == []


def test_a_halt_in_a_terminal_is_seen_in_the_browser(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/tools")
        quorate(own_hub.home, "halt", "--reason", "from the terminal")
        expect(page.locator(".hub-halted")).to_contain_text("from the terminal")
        expect(page.locator(".hub-halted")).to_contain_text("by command line")
        quorate(own_hub.home, "resume", "--reason", "ok")
        expect(page.locator(".hub-halted")).to_have_count(0)
        assert visit.complaints == []


def test_selling_everything_asks_for_the_word(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/safety/halt")
        word = page.get_by_label(re.compile("^Type FLATTEN"))
        expect(word).to_be_hidden()
        page.get_by_role("radio", name=re.compile("close all positions")).check()
        expect(word).to_be_visible()
        page.get_by_label("Reason").fill("out")
        page.get_by_role("button", name="Halt now").click()
        expect(page.locator("#halt-error")).to_contain_text("FLATTEN is wanted")
        expect(page.get_by_label("Reason")).to_have_value("out")
        page.get_by_label(re.compile("^Type FLATTEN")).fill("FLATTEN")
        page.get_by_role("button", name="Halt now").click()
        expect(page.get_by_text("Trading is halted on replay (REPLAY)").first).to_be_visible()
        assert complaints(visit) == []


def test_a_drill_is_run_from_the_page(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/safety")
        page.get_by_role("button", name="Run a drill").click()
        expect(page.get_by_text("The kill switch works.", exact=True)).to_be_visible()
        expect(page.get_by_text("The entry is cancelled")).to_be_visible()
        expect(page.locator(".hub-halted")).to_have_count(0)
        assert visit.complaints == []


@pytest.mark.parametrize("width", [1440, 1024, 768, 390, 320])
def test_the_halt_button_and_the_account_are_in_reach_at_every_width(browser, own_hub, width):
    with visiting(browser, own_hub, link=own_hub.link, width=width, height=700) as visit:
        page = visit.open("/admin/safety")
        expect(page.locator("[data-stream-chip][data-state=live]")).to_be_attached()
        for selector in (".hub-halt", ".hub-top .hub-ava"):
            box = page.locator(selector).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width, (selector, box)


def test_without_a_script_trading_can_be_stopped(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        bare = browser.new_context(java_script_enabled=False)
        bare.add_cookies(visit.context.cookies())
        page = bare.new_page()
        page.goto(f"{own_hub.url}/admin")
        page.get_by_role("link", name="Halt trading").click()
        page.get_by_label("Reason").fill("no script")
        page.get_by_role("button", name="Halt now").click()
        expect(page.get_by_text("Trading is halted on replay (REPLAY)").first).to_be_visible()
        bare.close()
