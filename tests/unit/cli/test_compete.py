from decimal import Decimal

import pytest

from quorate.cli.compete_view import _percent
from tests.unit.cli.fake_app import NOON

START = ("compete", "start", "winter 2012", "--symbols", "AAPL,MSFT")


def test_without_any_the_list_says_so(quorate):
    assert quorate("compete").lines == ["Nothing here yet."]
    assert quorate("compete", "--json").json == {
        "readAt": NOON.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "items": [],
        "nextCursor": None,
    }


def test_a_new_one_is_created_and_played_with_what_was_asked_for(quorate, fake_app):
    done = quorate(
        *START,
        *("--profiles", "trend, momentum", "--from", "2012-01-02", "--to", "2012-01-04"),
        *("--capital", "$5000", "--max-cost", "2", "--json"),
    )
    (wanted,) = fake_app.competitions.wanted
    assert (wanted.name, wanted.symbols) == ("winter 2012", ("AAPL", "MSFT"))
    assert wanted.profiles == ("trend", "momentum")
    assert (wanted.first.isoformat(), wanted.last.isoformat()) == ("2012-01-02", "2012-01-04")
    assert (wanted.capital.amount, wanted.max_cost.amount) == (Decimal(5000), Decimal(2))
    assert (done.json["competitionId"], done.json["status"]) == ("cmp_1", "finished")
    assert (done.json["rounds"], done.json["sessions"]) == (3, 3)
    assert [score["name"] for score in done.json["scores"]] == [
        *("momentum", "trend"),
        *("buy_and_hold", "no_trade"),
    ]
    assert "rounds: 3 of 3" in quorate(*START, "--to", "2012-01-04").err


def test_people_see_terms_scores_and_how_far_to_believe_them(quorate):
    lines = quorate(*START).lines
    assert lines[0] == "cmp_1   winter 2012   finished"
    assert lines[1] == "REPLAY 2012-01-02 to 2012-01-05   4 of 4 rounds   AAPL MSFT   $100,000 each"
    assert lines[3].split()[:4] == ["rank", "book", "net", "P&L"]
    assert lines[4].split()[:3] == ["-", "mean_reversion", "+0.00"]
    assert lines[-1] == "Nothing to compare yet: no participant has closed a trade."


def test_an_id_goes_on_with_one_that_is_there(quorate, fake_app):
    quorate(*START)
    assert quorate("compete", "start", "cmp_1", "--json").json["competitionId"] == "cmp_1"
    assert len(fake_app.competitions.wanted) == 1


def test_the_list_comes_in_pages_newest_first(quorate):
    for _ in range(3):
        quorate(*START)
    first = quorate("compete", "list", "--limit", 2, "--json").json
    assert [item["competitionId"] for item in first["items"]] == ["cmp_3", "cmp_2"]
    rest = quorate("compete", "list", "--cursor", first["nextCursor"], "--json").json
    assert [item["competitionId"] for item in rest["items"]] == ["cmp_1"]
    assert "More: add --cursor cmp_2" in quorate("compete", "--limit", 2).err


def test_one_is_shown_by_its_id(quorate):
    quorate(*START)
    shown = quorate("compete", "show", "cmp_1", "--json").json
    assert (shown["bookMode"], shown["playing"], shown["maxCostUsd"]) == ("REPLAY", False, None)
    assert shown["terms"]["slippageBps"] == "5"
    assert quorate("compete", "show", "cmp_9").code == 5


def test_stopping_is_said_once_as_done_and_then_as_so_already(quorate):
    quorate(*START)
    first = quorate("compete", "stop", "cmp_1", "--json").json
    assert (first["target"], first["applied"], first["dryRun"]) == ("cmp_1", True, False)
    assert quorate("compete", "stop", "cmp_1").lines == ["cmp_1 is already stopped after 4 rounds."]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compete", "start", "x"), "no symbol was named"),
        ((*START, "--from", "20120102"), "is not a date"),
        ((*START, "--capital", "much"), "no amount"),
        ((*START, "--max-cost", "NaN"), "no amount"),
        ((*START, "--capital", "1"), "no starting capital"),
    ],
)
def test_what_cannot_be_held_is_a_usage_error_and_creates_nothing(quorate, fake_app, words, said):
    done = quorate(*words)
    assert done.code == 2
    assert said in done.err
    assert fake_app.competitions.known == {}


def test_nearly_nothing_has_no_sign_of_a_loss():
    assert _percent(-0.00001, signed=True) == "+0.00 %"
    assert _percent(-0.0123, signed=True) == "-1.23 %"
