"""A person makes a profile, writes a prompt for it, sees what changed, and archives it."""

import json
import re

from playwright.sync_api import expect

from tests.browser.barriers import TAGS, broken
from tests.browser.hub import quorate, visiting

SLOWER = (
    "Your seat: judge. The independent voters could not settle this. Weigh the evidence itself first. "
    "Say what would change your mind."
)


def shown(home, name):
    return json.loads(quorate(home, "profiles", "show", name, "--json"))


def test_a_profile_is_made_edited_compared_and_archived(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/arena/profiles")
        name = _made(page)
        assert shown(own_hub.home, name)["maxTokens"] == 900
        _prompt_written(page)

        page.goto(f"{own_hub.url}/admin/arena/profiles/{name}")
        page.get_by_label("Version", exact=True).select_option("judge/2")
        expect(page.get_by_text("From judge/1, in use, to judge/2")).to_be_visible()
        page.get_by_label("Budget a day, USD").fill("0.25")
        page.get_by_role("button", name="Save as version 2").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("version 2")
        assert shown(own_hub.home, name)["promptTemplate"] == "judge/2"

        _archived(page)
        assert shown(own_hub.home, name)["archived"] is True
        page = visit.open("/admin/arena/profiles")
        expect(page.get_by_role("rowheader", name=re.compile("Slow"))).to_have_count(0)
        page.get_by_role("link", name=re.compile("^Archived 1")).click()
        expect(page.get_by_role("rowheader", name=re.compile("Slow"))).to_be_visible()
        expect(page.locator("main b").filter(has_text="Slow")).to_have_count(0)
        assert [said for said in visit.complaints if "422" not in said] == []


def _made(page):
    """Make a judge by the form, once it was refused; return its name."""
    page.get_by_role("link", name="Add profile").click()
    page.get_by_role("combobox", name="Role").select_option("judge")
    page.get_by_role("button", name="Start from it").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("<b>Slow</b> judge")
    page.get_by_label("Provider").fill("openrouter")
    page.get_by_role("textbox", name="Model", exact=True).fill("powerful")
    page.get_by_label("Longest answer, tokens").fill("many")
    page.get_by_role("button", name="Make it, keep off").click()

    expect(page.get_by_text("A whole number is wanted.")).to_be_visible()
    entered = page.get_by_role("textbox", name="Name", exact=True)
    expect(entered).to_have_value("<b>Slow</b> judge")
    page.get_by_label("Longest answer, tokens").fill("900")
    page.get_by_role("button", name="Make it, keep off").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>Slow</b> judge, version 1")
    return page.url.rpartition("/")[2].partition("?")[0]


def _prompt_written(page):
    """Write the judge's second prompt and look at what changed."""
    page.get_by_role("link", name="All versions").click()
    page.get_by_label("The role's task").fill(SLOWER)
    page.get_by_label("What is new in it").fill("slower")
    page.get_by_role("button", name="Keep as judge/2").click()
    expect(page.get_by_role("table", name="judge/2 beside judge/1")).to_be_visible()
    assert broken(page, TAGS) == []


def _archived(page):
    """Archive the profile that is shown, having read its history."""
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.get_by_text("by operator").first).to_be_visible()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.get_by_role("button", name="Archive it").click()
    expect(page.get_by_text("archived").first).to_be_visible()


def test_budgets_are_set_for_those_that_were_chosen(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/arena/profiles")
        page.get_by_label("Choose power_macro_judge").check()
        page.get_by_label("Choose trend").check()
        page.get_by_role("combobox", name="Chosen:").select_option("budget")
        page.get_by_label("A day's budget in US dollars, or none").fill("0.16")
        page.get_by_role("button", name="Apply").click()
        expect(page.get_by_text("$0.00 of $0.16")).to_be_visible()
        expect(page.locator("#notices")).to_contain_text("The budget of trend could not be set.")
        assert shown(own_hub.home, "power_macro_judge")["budgetPerDayUsd"] == "0.16"
        assert visit.complaints == []
