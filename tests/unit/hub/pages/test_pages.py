"""What each page shows of what a home tells, and what it shows when the home cannot tell."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quorate.arena.record import SessionActions
from quorate.bootstrap import Check, Found
from quorate.kernel.action import FinalAction
from quorate.kernel.errors import UnavailableError
from quorate.kernel.ids import ProfileName
from quorate.kernel.money import Usd
from tests.fakes.results import FakeResults, line_of, result
from tests.unit.hub.pages.lines import TREND, decision, overview, run, views
from tests.unit.hub.pages.served import FakeHome, page_of, visiting

DOWN = UnavailableError("the database gave no answer", source="database", fix="quorate doctor")
USED = overview(
    runs=views(all=1),
    runs_today=views(all=1, traded=1),
    decisions=1,
    actions=dict.fromkeys(FinalAction, 0) | {FinalAction.BUY: 1},
    reasons=(("consensus", 1),),
    sessions=(SessionActions(date(2013, 3, 1), {FinalAction.BUY: 1}),),
)
RUN = run("run_01KB3F9QW7AAAAAAAAAAAAAAAA", decision("AAPL"))
PATHS = ("/admin", "/admin/arena", "/admin/arena/profiles", "/admin/search?q=AAPL")


def home(**said):
    return FakeHome(**({"figures": USED, "lines": [RUN]} | said))


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_stands_in_the_shell(path):
    page = await page_of(home(), path)
    assert page.count("<h1") == 1
    assert all(mark in page for mark in ('<nav class="hub-side"', '<main class="hub-main"'))
    assert "REPLAY 2013-03-01" in page
    assert 'data-seq="7"' in page
    assert '"X-CSRF-Token": "a-token"' in page
    assert 'popover="' not in page
    assert "> Live<" not in page


@pytest.mark.parametrize("path", ["/admin", "/admin/arena"])
async def test_a_home_without_runs_says_what_will_be_here_and_shows_no_sample(path):
    page = await page_of(FakeHome(), path)
    assert "Run arena" in page
    assert "AAPL" not in page


async def test_the_checklist_is_shown_until_the_first_run():
    checks = [Check(name="bars", ok=True, detail="5 of 5 symbols can be used")]
    assert "5 of 5 symbols can be used" in await page_of(FakeHome(checks=checks), "/admin")
    assert "5 of 5 symbols" not in await page_of(home(checks=checks), "/admin")


async def test_a_check_that_fails_stays_with_its_next_act():
    checks = [Check(name="bars", ok=False, detail="none", fix="quorate data import FILE")]
    assert "quorate data import FILE" in await page_of(home(checks=checks), "/admin")


@pytest.mark.parametrize("what", ["overview", "list_runs", "setup_checks", "series_listing"])
async def test_a_card_that_cannot_be_read_leaves_the_rest_of_the_dashboard(what):
    page = await page_of(home(broken={what: DOWN}), "/admin")
    assert "could not be read" in page
    assert "The database gave no answer. The rest of the page is complete." in page
    assert "<h1>Dashboard</h1>" in page


async def test_the_bar_leaves_out_what_it_cannot_read():
    page = await page_of(home(broken={"cost_today": DOWN, "book_clock": DOWN}), "/admin/search")
    assert "REPLAY" not in page
    assert "today</span>" not in page


async def test_an_unknown_cost_is_said_and_never_shown_as_nothing():
    figures = replace(USED, cost_today=Usd(Decimal("0.42")), unpriced_today=3)
    for path in ("/admin", "/admin/arena"):
        page = await page_of(home(figures=figures), path)
        assert "$0.42" in page
        assert "+ 3 unpriced" in page


async def test_the_overview_says_its_chart_in_words_and_as_a_table():
    page = await page_of(home(), "/admin/arena")
    assert "1 session of 2013-03-01: 1 BUY." in page
    assert "Show as table" in page
    assert "the voters agree, and nothing speaks against it" in page


async def test_the_rail_shows_the_newest_result_of_each_symbol():
    lines = [line_of(result(8, "MSFT", degraded_inference=True)), line_of(result(7))]
    page = await page_of(home(results=FakeResults(lines)), "/admin/arena")
    rail = page[page.index('id="rail-list"') :]
    assert rail.index("MSFT") < rail.index("AAPL")
    assert "degraded" in rail


@pytest.mark.parametrize("path", ["/admin", "/admin/arena"])
async def test_an_open_page_asks_for_its_part_alone(path):
    part = await page_of(home(), path, **{"HX-Request": "true"})
    assert "<html" not in part
    assert '<hx-partial hx-target="#rail-list"' in part


async def test_a_boosted_visit_gets_the_whole_page():
    page = await page_of(home(), "/admin", **{"HX-Request": "true", "HX-Boosted": "true"})
    assert "<!doctype html>" in page


async def test_the_chips_of_the_bar_are_asked_for_alone():
    part = await page_of(home(), "/admin/bar", **{"HX-Request": "true"})
    assert part.lstrip().startswith('<div class="hub-chips"')
    assert "REPLAY 2013-03-01" in part


HOSTILE = "<img src=x onerror=alert(1)>\u202egnp\U000e0041"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;[U+202E]gnp"


async def test_text_of_others_is_shown_as_text():
    profile = replace(TREND, description=HOSTILE, model=HOSTILE)
    page = await page_of(home(known=[profile]), "/admin/arena/profiles")
    assert page.count(SHOWN) == 2
    assert "<img src=x" not in page


async def test_a_search_repeats_what_was_asked_as_text():
    async with visiting(home()) as client:
        page = (await client.get("/admin/search", params={"q": HOSTILE})).text
    assert "<img src=x" not in page
    assert f'value="{SHOWN}"' in page


async def test_a_search_lists_what_was_found():
    found = [Found("run", "run_1", "2013-03-01", "run_1"), Found("symbol", "AAPL", "csv")]
    page = await page_of(home(finds=found), "/admin/search?q=r")
    assert "2 results for r" in page
    assert 'href="/admin/arena/runs/run_1"' in page


async def test_a_search_without_a_text_asks_nothing():
    page = await page_of(home(broken={"find": DOWN}), "/admin/search")
    assert "could not be read" not in page


async def test_profiles_are_shown_with_seat_and_state():
    page = await page_of(home(), "/admin/arena/profiles")
    assert 'aria-checked="true" aria-label="trend is in runs"' in page
    assert 'aria-checked="false" aria-label="cheap_tech_analyst is in runs"' in page
    assert "sizes only" in page
    assert "4 of 4 shown" in page


async def test_a_view_without_a_profile_says_how_many_it_hides():
    page = await page_of(home(), "/admin/arena/profiles?view=advocates")
    assert "No profiles match" in page
    assert "4 profiles are hidden by this view." in page


async def test_too_few_voters_are_warned_of():
    checks = [Check(name="rule agents", ok=False, detail="1 enabled voters, a quorum is 2")]
    page = await page_of(home(checks=checks), "/admin/arena/profiles")
    assert "1 enabled voters, a quorum is 2." in page


async def test_profiles_that_cannot_be_read_are_said():
    page = await page_of(home(broken={"profiles": DOWN}), "/admin/arena/profiles")
    assert "The profiles could not be read" in page


async def test_a_change_that_the_address_names_is_told_as_the_profile_is_now():
    known = [replace(TREND, name=ProfileName("trend"), enabled=False)]
    page = await page_of(home(known=known), "/admin/arena/profiles?changed=trend&changed=gone")
    assert "Profile trend is off." in page
    assert 'action="/admin/arena/profiles/trend/enable"' in page
