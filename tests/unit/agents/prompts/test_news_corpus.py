"""Every news_input row of the corpus: what reaches a prompt is visible, delimited and short."""

from datetime import UTC, datetime

import pytest

from quorate.agents.prompts.news import MAX_BODY, MAX_HEADLINE, news_text
from quorate.market.news_intake import RawNews, take_in_news
from tests.unit.llm.decode.answers import corpus

ROWS = corpus("news_input")


def told(name):
    """Return what a prompt says of a row's news, as headline and as body."""
    given = ROWS[name]["input"]
    text = given.get("headline", given.get("unit", "") * given.get("count", 0))
    raw = RawNews(
        line=1,
        published_at="2012-06-29T14:30:00Z",
        headline=text,
        body=text,
        symbols=("AAPL",),
    )
    intake = take_in_news([raw], source="wire", now=datetime(2012, 7, 1, tzinfo=UTC))
    return news_text(intake.items)


def lines(name):
    """Return the lines between the fences of the one item."""
    inside = told(name).partition(">>\n")[2].partition("\n<<end of news 1>>")
    assert inside[1]
    return inside[0].split("\n")


def test_no_row_is_left_out():
    assert set(ROWS) == {"PI-002", "PI-004", "PI-005"}


def test_pi_002_hidden_words_are_stripped():
    assert lines("PI-002") == ["AAPL earnings"] * 2


def test_pi_004_a_link_is_text_between_fences_and_nothing_fills_it_in():
    assert lines("PI-004") == [ROWS["PI-004"]["input"]["headline"]] * 2


@pytest.mark.parametrize(("place", "limit"), [(0, MAX_HEADLINE), (1, MAX_BODY)])
def test_pi_005_a_flood_is_cut(place, limit):
    assert lines("PI-005")[place] == "A" * limit
