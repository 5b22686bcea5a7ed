"""The stream: a page says when it stopped, comes back by itself, and shows nothing twice."""

import re

from playwright.sync_api import expect

from tests.browser.hub import quorate, serving, visiting


def chip(page):
    return page.locator("[data-stream-chip]")


def test_a_restarted_server_is_noticed_and_what_happened_meanwhile_arrives_once(browser, tmp_path):
    home = tmp_path / "home"
    with serving(home) as first, visiting(browser, first, link=first.link) as visit:
        page = visit.open("/admin/arena/runs")
        expect(chip(page)).to_contain_text("Updates")
        assert first.stop() == 0
        expect(chip(page)).to_contain_text("Reconnecting")
        quorate(home, "run", "IBM", "--as-of", "2012-09-28")
        with serving(home, first.port):
            expect(chip(page)).to_contain_text("Updates", timeout=40_000)
            expect(page.get_by_role("row").filter(has_text="2012-09-28")).to_have_count(1)
            quorate(home, "run", "MSFT", "--as-of", "2012-10-31")
            expect(page.get_by_role("row").filter(has_text="2012-10-31")).to_have_count(1)
            expect(page.get_by_role("row").filter(has_text="2012-09-28")).to_have_count(1)


def test_a_silent_stream_is_called_late(browser, hub):
    with visiting(browser, hub) as visit:
        visit.page.clock.install()
        page = visit.open("/admin")
        expect(chip(page)).to_contain_text("Updates")
        page.clock.fast_forward(25_000)
        expect(chip(page)).to_contain_text(re.compile("Late|Reconnecting"))


def test_a_tab_without_a_network_says_so_and_recovers(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin/arena/runs")
        expect(chip(page)).to_contain_text("Updates")
        visit.context.set_offline(True)
        expect(chip(page)).to_contain_text("Reconnecting", timeout=30_000)
        quorate(own_hub.home, "run", "IBM", "--as-of", "2012-09-28")
        visit.context.set_offline(False)
        expect(chip(page)).to_contain_text("Updates", timeout=40_000)
        expect(page.get_by_role("row").filter(has_text="2012-09-28")).to_have_count(1)


def test_signing_out_ends_the_stream_and_the_session(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        page = visit.open("/admin")
        page.get_by_role("button", name=re.compile("account", re.IGNORECASE)).click()
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(re.compile(r"/admin/sign-in"))
        page.goto(f"{own_hub.url}/admin/arena/runs")
        expect(page).to_have_url(re.compile(r"/admin/sign-in"))


def test_a_server_stops_in_time_with_pages_open(browser, own_hub):
    with visiting(browser, own_hub, link=own_hub.link) as visit:
        tabs = [visit.page, visit.context.new_page(), visit.context.new_page()]
        for tab in tabs:
            tab.goto(f"{own_hub.url}/admin")
            expect(chip(tab)).to_contain_text("Updates")
        assert own_hub.stop() == 0
