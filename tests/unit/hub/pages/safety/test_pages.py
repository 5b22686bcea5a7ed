"""The Safety page, its dialogs, and the banner on every other page."""

from dataclasses import replace

import pytest

from quorate.execution.halting import HaltScope
from quorate.kernel.errors import UnavailableError
from quorate.risk import TradingState
from tests.fakes.safety import ACTIVE, DRILL, HALTED
from tests.unit.hub.pages.served import PART, FakeHome, page_of, visiting

SAFETY = "/admin/safety"
GOOD = {"scope": "cancel", "reason": "odd fills", "once": "k1"}


def halted_home():
    home = FakeHome()
    home.safety.books = [HALTED]
    return home


async def posted(home, path, data, **headers):
    async with visiting(home) as client:
        return await client.post(path, data=data, headers=headers, follow_redirects=False)


async def test_the_page_shows_state_limits_breakers_locks_and_trips():
    shown = await page_of(FakeHome(), SAFETY)
    for text in (
        "ACTIVE",
        "Day loss",
        "openrouter/openai/gpt",
        "Nothing is locked",
        "never stopped",
    ):
        assert text in shown
    assert "No drill yet" in shown
    assert "hub-halted" not in shown


async def test_a_halted_book_says_by_whom_and_why_and_offers_to_resume():
    shown = await page_of(halted_home(), SAFETY)
    for text in ("HALTED", "odd fills", "by operator", "Resume…"):
        assert text in shown


@pytest.mark.parametrize("path", ["/admin", "/admin/arena/profiles"])
async def test_every_page_has_the_halt_button_and_the_banner_while_halted(path):
    shown = await page_of(halted_home(), path)
    assert 'class="hub-halt" href="/admin/safety/halt"' in shown
    assert "Trading is halted on replay (REPLAY)" in shown


async def test_a_book_that_only_reduces_is_told_in_another_colour():
    home = FakeHome()
    home.safety.books = [replace(HALTED, state=TradingState.REDUCING, reason="loss", by="risk")]
    assert "hub-halted--reducing" in await page_of(home, "/admin")


async def test_a_state_that_cannot_be_read_leaves_the_page_standing():
    home = FakeHome()
    home.safety.failure = UnavailableError("the database gave no answer", source="database")
    shown = await page_of(home, SAFETY)
    assert "The trading state could not be read" in shown
    assert 'class="hub-halt"' in shown
    dialog = await page_of(home, f"{SAFETY}/halt")
    assert "Halting may work all the same" in dialog
    assert "Stop, cancel and close all positions" in dialog


async def test_the_bar_brings_the_banner_anew():
    shown = await page_of(halted_home(), "/admin/bar", **PART)
    assert '<hx-partial hx-target="#halted"' in shown
    assert "Trading is halted" in shown


async def test_the_dialog_opens_in_the_drawer_and_as_a_page_without_a_script():
    part = await page_of(FakeHome(), f"{SAFETY}/halt", **PART)
    assert part.lstrip().startswith("<dialog")
    page = await page_of(FakeHome(), f"{SAFETY}/halt")
    assert "<h1>Halt trading</h1>" in page
    for shown in (part, page):
        assert 'value="new" checked' in shown
        assert "Stop and cancel 2 open entries" in shown


async def test_halting_goes_on_to_what_came_of_it():
    home = FakeHome()
    answer = await posted(home, f"{SAFETY}/halt", GOOD)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SAFETY}?halt=hlt_1")
    (wish,) = home.safety.asked
    assert (wish.scope, wish.reason, wish.by) == (HaltScope.CANCEL, "odd fills", "operator")
    assert wish.key.key == "k1"
    shown = await page_of(home, f"{SAFETY}?halt=hlt_1")
    assert "Trading is halted on replay (REPLAY)." in shown


async def test_from_the_drawer_the_page_is_left_by_a_header():
    answer = await posted(FakeHome(), f"{SAFETY}/halt", GOOD, **PART)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (200, f"{SAFETY}?halt=hlt_1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"reason": " "}, "A reason is wanted", id="no reason"),
        pytest.param({"scope": "flatten"}, "the word FLATTEN is wanted", id="no word"),
        pytest.param({"scope": "flatten", "word": "flatten"}, "FLATTEN is wanted", id="lower case"),
        pytest.param({"book": "nobody"}, "no book", id="no such book"),
    ],
)
async def test_what_is_not_meant_halts_nothing_and_keeps_what_was_entered(change, said):
    home = FakeHome()
    answer = await posted(home, f"{SAFETY}/halt", GOOD | change, **PART)
    assert answer.status_code == 422
    assert said.lower() in answer.text.lower()
    assert "Nothing was halted" in answer.text
    assert home.safety.books == [ACTIVE]


async def test_everything_is_sold_only_with_the_word():
    home = FakeHome()
    answer = await posted(home, f"{SAFETY}/halt", GOOD | {"scope": "flatten", "word": "FLATTEN"})
    assert answer.status_code == 303
    assert home.safety.asked[0].scope is HaltScope.FLATTEN


async def test_resuming_shows_why_it_stopped_and_wants_a_look_and_a_reason():
    home = halted_home()
    shown = await page_of(home, f"{SAFETY}/resume")
    assert "odd fills" in shown
    for data in ({"reason": "ok"}, {"confirm": "yes"}):
        answer = await posted(home, f"{SAFETY}/resume", data)
        assert (answer.status_code, "Nothing was changed" in answer.text) == (422, True)
        assert home.safety.books == [HALTED]
    answer = await posted(home, f"{SAFETY}/resume", {"confirm": "yes", "reason": "looked"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{SAFETY}?resumed=1")
    assert home.safety.books[0].trades
    assert "Trading goes on" in await page_of(home, f"{SAFETY}?resumed=1")


@pytest.mark.parametrize(("whole", "book"), [(False, "paper"), (True, "")])
async def test_a_halt_of_the_whole_home_is_resumed_as_a_whole(whole, book):
    home = halted_home()
    home.safety.home_halted = whole
    shown = await page_of(home, f"{SAFETY}/resume?book=paper")
    assert f'name="book" value="{book}"' in shown


async def test_where_nothing_is_stopped_there_is_nothing_to_resume():
    assert "there is nothing to resume" in await page_of(FakeHome(), f"{SAFETY}/resume")


async def test_a_drill_is_run_and_shown():
    home = FakeHome()
    answer = await posted(home, f"{SAFETY}/drill", {})
    assert answer.headers["location"] == f"{SAFETY}?drill=1"
    shown = await page_of(home, f"{SAFETY}?drill=1")
    assert DRILL.steps[0].name.capitalize() in shown
    assert "The kill switch works." in shown


async def test_a_breaker_is_reset_and_a_lock_lifted():
    home = FakeHome()
    data = {"name": "openrouter~openai~gpt", "reason": "it is back"}
    assert (await posted(home, f"{SAFETY}/breakers", data)).status_code == 303
    assert home.safety.models[0].closed
    refused = await posted(home, f"{SAFETY}/breakers", {"name": "nobody", "reason": "x"})
    assert (refused.status_code, "no breaker" in refused.text) == (422, True)
    lift = {"lock": "REPEATED_EXECUTION:AAPL", "reason": "meant", "book": "replay"}
    assert (await posted(home, f"{SAFETY}/locks", lift)).status_code == 303
    assert home.safety.asked[-1] == ("REPEATED_EXECUTION:AAPL", "meant", "operator", "replay")
