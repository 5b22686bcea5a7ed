"""The leaderboard on the command line: UI 2's names for programs, ranges and a sentence for people."""

import pytest

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, Symbol
from quorate.scoring.leaderboard import GroupBy, LeaderboardFilter, Window
from tests.fakes.scoring import agreement, board, line, priced, provisional, uplift

NAMES = {
    *("name", "kind", "n", "hitRate", "pnlNetUsd", "maxDrawdownPct", "brier"),
    *("costPerDecisionUsd", "costPer100GainedUsd", "rankLow", "rankHigh"),
}


@pytest.fixture
def ranked(fake_app):
    fake_app.scoring.shown = board(priced(rank_low=1, rank_high=2), line(), provisional())
    fake_app.scoring.agreed = agreement()
    return fake_app.scoring


@pytest.mark.usefixtures("ranked")
def test_a_list_has_the_names_of_ui_2(quorate):
    tree = quorate("leaderboard", "--json").json
    assert set(tree["items"][0]) >= NAMES
    assert tree["items"][0]["hitRate"] == {"value": 0.57, "low": 0.54, "high": 0.61}
    assert [item["kind"] for item in tree["items"]] == ["agent"] * 3 + ["baseline"] * 2
    assert tree["items"][2]["rankLow"] is None
    assert (tree["nextCursor"], tree["book"], tree["asOf"]) == (None, "replay-1", "2013-03-01")


@pytest.mark.usefixtures("ranked")
def test_people_get_the_sentence_then_the_ranges(quorate):
    lines = quorate("leaderboard").lines
    assert lines[0] == "book replay-1   REPLAY   sessions to 2013-03-01   by agent"
    assert lines[1] == "What can be said so far: Nothing is separable yet."
    first = next(row for row in lines if row.startswith("1-2"))
    assert "cheap_tech_analyst" in first
    assert "57 %" in first
    assert "54 % to 61 %" in first
    assert "+$1,972.10" in first
    assert any(row.startswith("not ranked (9 of 30)") for row in lines)
    assert any(row.startswith("baseline") and "Buy and hold" in row for row in lines)
    assert lines[-1] == "debate: Too few decisions differ to tell."


def test_what_nobody_priced_is_unpriced(quorate, fake_app):
    unknown = priced(
        rank_low=None,
        rank_high=None,
        pnl_net_usd=None,
        cost_per_decision_usd=None,
        unpriced=2,
        cost_note="unpriced",
        retired=True,
    )
    fake_app.scoring.shown = board(unknown, uplift=(uplift(uplift_usd=None, low=None, high=None),))
    shown = quorate("leaderboard").out
    assert shown.count("unpriced") == 4
    assert "cheap_tech_analyst (off)" in shown


def test_the_options_ask_for_what_they_say(quorate, ranked):
    quorate(
        *(
            "leaderboard",
            "--window",
            "90d",
            "--by",
            "prompt",
            "--market",
            "aapl",
            "--strategy",
            "-",
        ),
        *("--role", "technical", "--book", "replay-1", "--min-outcomes", "50"),
    )
    assert ranked.asked == [
        LeaderboardFilter(
            book=BookName("replay-1"),
            window=Window.QUARTER,
            market=Symbol("AAPL"),
            strategy="",
            role="technical",
            group_by=GroupBy.PROMPT,
            min_outcomes=50,
        )
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("--window", "8d"),
        ("--by", "colour"),
        ("--market", "A B"),
        ("--strategy", "No Name"),
        ("--role", "A B"),
        ("--book", "A B"),
        ("--min-outcomes", "-1"),
    ],
)
def test_a_word_that_is_none_is_refused(quorate, ranked, words):
    assert quorate("leaderboard", *words).code == 2
    assert ranked.asked == []


def test_a_book_that_is_not_there_is_not_found(quorate, ranked):
    ranked.failure = RejectedError("there is no book 'nobody'", slug="not-found")
    assert quorate("leaderboard", "--book", "nobody").code == 5


def test_nothing_resolved_is_no_failure(quorate):
    shown = quorate("leaderboard")
    assert shown.code == 0
    assert shown.lines == [
        "book replay-1   REPLAY   nothing is resolved yet",
        "Nothing is resolved under these filters yet.",
    ]
    assert quorate("leaderboard", "--json").json["items"] == []


@pytest.mark.usefixtures("ranked")
def test_a_list_goes_on_where_it_ended(quorate):
    first = quorate("leaderboard", "--json", "--limit", 2).json
    assert (len(first["items"]), first["nextCursor"]) == (2, "agent:trend")
    rest = quorate("leaderboard", "--json", "--limit", 10, "--cursor", "agent:trend").json
    assert [item["name"] for item in rest["items"]] == ["wyckoff", "buy_and_hold", "no_trade"]


@pytest.mark.usefixtures("ranked")
def test_agreement_lists_the_most_alike_first(quorate):
    lines = quorate("leaderboard", "agreement", "--window", "30d").lines
    assert lines[1].split() == ["Trend", "Momentum", "120", "84", "%", "0.61"]
    assert lines[-1] == "Trend and Momentum are over 75 %: the second adds cost but little news."
    tree = quorate("leaderboard", "agreement", "--json", "--limit", 1).json
    assert [(item["one"], item["other"]) for item in tree["items"]] == [("trend", "momentum")]
    assert tree["nextCursor"] == "trend:momentum"


def test_agreement_of_nobody_says_so(quorate):
    assert quorate("leaderboard", "agreement").lines == [
        "No two spoke on the same decision in book replay-1 under these filters."
    ]


def test_different_agents_are_said_to_be_so(quorate, fake_app):
    fake_app.scoring.agreed = agreement(threshold=0.85)
    assert quorate("leaderboard", "agreement").lines[-1] == (
        "No pair is over 85 %: each brings views of its own."
    )
