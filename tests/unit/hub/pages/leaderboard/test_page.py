"""The page: one sentence first, ranges of ranks, baselines pinned, charts with words and tables, and empty states."""

import csv
import io
import re
from dataclasses import dataclass, field

import pytest

from quorate.hub.pages.leaderboard.exporting import as_csv
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.kernel.ids import BookName, Symbol
from quorate.scoring.leaderboard import GroupBy, LeaderboardFilter, Window
from tests.fakes.scoring import (
    FakeScoring,
    agreement,
    board,
    calibration,
    line,
    nothing,
    priced,
    provisional,
)
from tests.unit.hub.pages.served import PART, FakeHome, page_of, visiting

PAGE = "/admin/arena/leaderboard"
LINES = (priced(), line(retired=True), provisional())


@dataclass
class Home(FakeHome):
    scoring: FakeScoring = field(default_factory=FakeScoring)


def home(shown=None, **changes):
    agreed = agreement()
    return Home(scoring=FakeScoring(board(*LINES) if shown is None else shown, agreed, **changes))


async def text(visited, path=PAGE, **headers):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", await page_of(visited, path, **headers)))


async def test_the_sentence_comes_before_the_figures():
    page = await text(home())
    said = page.index("What can be said so far: Nothing is separable yet.")
    assert said < page.index("What a better call costs") < page.index("Ranking")


async def test_the_board_of_the_current_book_is_asked_for():
    visited = home()
    await page_of(visited, PAGE)
    book = await visited.trading.current_book()
    assert visited.scoring.asked == [LeaderboardFilter(book=book)] * 2


async def test_the_address_says_what_is_counted():
    visited = home()
    await page_of(
        visited,
        f"{PAGE}?window=90d&groupBy=model&book=replay-1&market=AAPL&strategy=-&role=technical&minOutcomes=50",
    )
    assert visited.scoring.asked[0] == LeaderboardFilter(
        book=BookName("replay-1"),
        window=Window.QUARTER,
        market=Symbol("AAPL"),
        strategy="",
        role="technical",
        group_by=GroupBy.MODEL,
        min_outcomes=50,
    )


async def test_a_plain_forms_empty_fields_are_led_to_the_short_address():
    async with visiting(home()) as client:
        answer = await client.get(f"{PAGE}?market=&role=technical", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?role=technical")


async def test_a_line_without_thirty_outcomes_says_so_in_place_of_a_rank():
    page = await text(home())
    assert "wyckoff rules not ranked (9 of 30)" in page
    assert "1\N{EN DASH}2" in page


async def test_what_is_switched_off_stays_and_is_marked():
    page = await page_of(home(), PAGE)
    assert page.count("its outcomes stay") == 1


async def test_baselines_stand_beneath_the_lines():
    page = await page_of(home(), PAGE)
    body = page[page.index('id="ranking-title"') :]
    assert body.index("wyckoff") < body.index("Buy and hold")
    assert body.count('class="hub-tr--base"') == 2


async def test_every_chart_has_its_words_and_a_table():
    page = await page_of(home(), PAGE)
    assert page.count("Show as table") == 3
    for chart in ("frontier", "calibration"):
        card = page[page.index(f'id="{chart}-title"') :]
        label = re.search(r'role="img" aria-label="([^"]+)"', card)[1]
        assert label in card[card.index("<figcaption") :]
    assert "Trend with Momentum" in page


async def test_what_asking_more_was_worth_stands_with_its_interval():
    page = await text(home())
    assert "Debate Too few decisions differ to tell." in page
    assert "\N{MINUS SIGN}$31.00 to +$55.00" in page
    without = await text(home(board(*LINES, uplift=())))
    assert "Nothing to compare" in without


async def test_an_order_of_the_lines_is_marked_and_kept():
    page = await page_of(home(), f"{PAGE}?sort=brier")
    assert re.search(r'aria-sort="ascending"><a href="[^"]*sort=brier', page)
    assert page.count("aria-sort") == 1
    assert '<input type="hidden" name="sort" value="brier">' in page


async def test_one_agents_calibration_is_shown_when_it_is_named():
    found = calibration(outcomes=12)
    page = await text(home(board(*LINES, calibration=found)), f"{PAGE}?curve=trend")
    assert "a curve needs 30 outcomes, trend has 12" in page


async def test_a_book_in_which_nothing_was_resolved_says_what_will_be_here():
    page = await text(home(nothing()))
    assert "Nothing is resolved yet" in page
    assert "quorate replay --sessions 60" in page
    assert "Ranking" not in page


async def test_filters_that_leave_nothing_can_be_cleared():
    empty = board(frontier=(), baselines=(), calibration=calibration(bins=()))
    page = await page_of(home(empty), f"{PAGE}?window=7d&book=replay-1&market=GOOG")
    assert "No outcomes match" in page
    assert f'href="{PAGE}?book=replay-1">Clear filters' in page


async def test_what_was_not_understood_is_said():
    assert "The filter window 8d was not understood" in await text(home(), f"{PAGE}?window=8d")


async def test_a_board_that_cannot_be_read_leaves_the_page():
    failing = home(failure=UnavailableError("no answer", source="database"))
    page = await text(failing)
    assert "The leaderboard could not be read" in page
    assert "How this is computed" in page


async def test_a_book_that_is_not_there_is_said():
    failing = home(failure=RejectedError("there is no book 'nobody'", slug="not-found"))
    assert "There is no book" in await text(failing, f"{PAGE}?book=nobody")


async def test_htmx_gets_the_part_alone():
    part = await page_of(home(), PAGE, **PART)
    assert part.lstrip().startswith('<div class="hub-stack hub-live" id="leaderboard"')
    assert "<!doctype" not in part


async def test_text_that_somebody_else_wrote_is_escaped():
    page = await page_of(home(board(line(label="<b>x</b>", model="<i>"), LINES[0])), PAGE)
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


async def test_the_file_has_the_lines_under_the_same_filters():
    visited = home()
    async with visiting(visited) as client:
        answer = await client.get(f"{PAGE}/export?window=30d&book=replay-1")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="leaderboard-replay-1-30d-agent.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["kind"] for row in rows] == ["agent", "agent", "agent", "baseline", "baseline"]
    assert visited.scoring.asked[0].window is Window.MONTH


@pytest.mark.parametrize("text", ["=1+1", "+x", "-x", "@x", "\tx"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text):
    row = next(csv.DictReader(io.StringIO(as_csv(board(line(label=text))))))
    assert row["label"] == f"'{text}"


def test_figures_stay_figures_and_what_is_unknown_is_empty():
    row = next(csv.DictReader(io.StringIO(as_csv(board(line(pnl_net_usd=LINES[1].pnl_usd * -1))))))
    assert (row["pnlNetUsd"], row["hitRateLow"], row["retired"]) == ("-212.40", "0.54", "no")
    row = next(csv.DictReader(io.StringIO(as_csv(board(priced(pnl_net_usd=None, hit_rate=None))))))
    assert (row["pnlNetUsd"], row["hitRate"]) == ("", "")


async def test_the_menus_offer_what_the_book_holds_and_what_was_asked():
    page = await page_of(home(), f"{PAGE}?strategy=gone&market=IBM&role=technical")
    for value in ("default", "-", "gone", "IBM", "AAPL", "technical"):
        assert f'<option value="{value}"' in page
    assert '<option value="gone" selected>' in page
    assert '<option value="-" selected>' in await page_of(home(), f"{PAGE}?strategy=-")
