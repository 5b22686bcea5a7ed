"""`quorate compete traders`: what a terminal can do with who the books of competitions belong to."""

import pytest

ADD = ("compete", "traders", "add", "duo", "--profiles", "trend, momentum")


def test_without_any_the_list_says_how_to_begin(quorate):
    assert quorate("compete", "traders").lines == [
        "No trader yet: quorate compete traders add NAME --profiles trend,momentum,wyckoff"
    ]
    assert quorate("compete", "traders", "--json").json["items"] == []


def test_one_is_made_edited_shown_and_archived(quorate):
    made = quorate(*ADD, "--max-drawdown", "0.05", "--json").json
    assert (made["target"], made["applied"], made["version"]) == ("duo", True, 1)
    assert (made["profiles"], made["maxDrawdown"]) == (["trend", "momentum"], "0.05")
    told = quorate("compete", "traders", "edit", "duo", "--max-drawdown", "none", "--json").json
    assert (told["version"], told["maxDrawdown"]) == (2, None)
    again = quorate("compete", "traders", "edit", "duo", "--max-drawdown", "none")
    assert again.lines == ["duo is so already, at version 2."]
    shown = quorate("compete", "traders", "show", "duo", "--json").json
    assert [step["kind"] for step in shown["history"]] == ["changed", "created"]
    lines = quorate("compete", "traders", "show", "duo").lines
    assert "decided by           trend momentum" in lines
    gone = quorate("compete", "traders", "archive", "duo").lines
    assert gone == ["duo is archived: it enters no competition any more."]
    assert quorate("compete", "traders", "list", "--json").json["items"] == []


def test_the_list_comes_in_pages_by_name(quorate):
    for name in ("a", "b", "c"):
        quorate("compete", "traders", "add", name, "--profiles", "trend")
    first = quorate("compete", "traders", "list", "--limit", 2, "--json").json
    assert [item["name"] for item in first["items"]] == ["a", "b"]
    rest = quorate("compete", "traders", "list", "--cursor", first["nextCursor"], "--json").json
    assert [item["name"] for item in rest["items"]] == ["c"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("add", "duo"), "name its agents, or one strategy, not both"),
        (("add", "duo", "--profiles", "trend", "--max-drawdown", "7"), "a share in (0, 1]"),
        (("edit", "duo"), "nothing is to be changed"),
        (("show", "nobody"), "there is no trader 'nobody'"),
    ],
)
def test_what_cannot_be_ends_with_cause_and_next_act(quorate, command, said):
    ended = quorate("compete", "traders", *command)
    assert ended.code != 0
    assert said in ended.err


def test_a_competition_takes_traders_and_sessions_to_come(quorate, fake_app):
    quorate("compete", "start", "soon", "--symbols", "AAPL", "--paper", "--rounds", 3, "--json")
    (wanted,) = fake_app.competitions.wanted
    assert (wanted.mode, wanted.rounds, wanted.first) == ("PAPER", 3, None)
    quorate("compete", "start", "then", "--symbols", "AAPL", "--traders", "duo")
    assert fake_app.competitions.wanted[1].traders == ("duo",)
    ended = quorate("compete", "start", "x", "--symbols", "AAPL", "--rounds", 3)
    assert "past sessions are counted by their dates" in ended.err
