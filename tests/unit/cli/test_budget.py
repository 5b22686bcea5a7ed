import pytest

from quorate.cli import budget
from quorate.kernel.errors import RejectedError
from quorate.llm.budget import SETTABLE, BudgetExhaustedError, Limit
from tests.unit.cli.fake_app import NOON


def test_the_limits_are_listed_with_what_is_left_today(quorate):
    listed = quorate("budget", "--json").json
    assert listed["readAt"] == NOON.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    items = {(item["budget"], item["profile"]): item for item in listed["items"]}
    day = items["daily", None]
    assert (day["limitUsd"], day["usedUsd"], day["leftUsd"]) == ("1", "0.0287", "0.9713")
    assert (day["calls"], day["openCalls"], day["unpriced"]) == (5, 1, 1)
    assert (items["power-calls", None]["leftCalls"], day["source"]) == (23, "configuration")
    assert items["profile-daily", "judge"]["usedUsd"] == "0"
    assert listed["nextCursor"] is None


def test_people_see_dollars_with_cents_and_calls_without(quorate):
    lines = quorate("budget").lines
    assert lines[0].split()[:4] == ["budget", "limit", "left", "used"]
    shown = {line.split()[0]: line.split()[1:4] for line in lines[1:6]}
    assert shown["daily"] == ["$1.00", "$0.9713", "$0.0287"]
    assert shown["power-calls"] == ["25", "23", "2"]
    assert shown["run"] == ["$0.50", "-", "-"]


def test_the_list_comes_in_pages(quorate):
    first = quorate("budget", "--limit", 2, "--json").json
    rest = quorate("budget", "--cursor", first["nextCursor"], "--json").json
    assert len(first["items"]) == 2
    assert len(rest["items"]) == 5
    assert "More: add --cursor" in quorate("budget", "--limit", 2).err
    after_all = quorate("budget", "--cursor", "profile-daily:judge")
    assert after_all.lines == ["Nothing here yet."]


def test_setting_is_said_once_as_done_and_then_as_so_already(quorate):
    first = quorate("budget", "set", "daily", "2.00", "--json").json
    assert (first["target"], first["applied"], first["dryRun"]) == ("daily", True, False)
    assert (first["limitUsd"], first["source"]) == ("2", "command")
    assert not quorate("budget", "set", "daily", "$2", "--json").json["applied"]
    assert quorate("budget", "set", "daily", "2").lines == [
        "daily is already $2.00 (set by command). Left today: $1.9713."
    ]
    assert quorate("budget", "set", "run", "default").lines == [
        "run is already $0.50 (set by configuration)."
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("hourly", "2"), "there is no limit 'hourly'", id="no such limit"),
        pytest.param(("profile-run", "2"), "there is no limit 'profile-run'", id="a profile's own"),
        pytest.param(("daily", "much"), "'much' is no amount", id="no amount"),
        pytest.param(("daily", "NaN"), "is no number of dollars", id="not a number"),
        pytest.param(("power-calls", "1.5"), "is no whole number of calls", id="half a call"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_next_act(quorate, words, said):
    shown = quorate("budget", "set", *words)
    assert shown.code == 2
    assert said in shown.err
    assert "Fix: " in shown.err


def test_the_help_names_every_limit_that_can_be_set(quorate):
    shown = " ".join(quorate("budget", "set", "--help").out.split())
    assert all(limit in shown for limit in SETTABLE)
    assert budget.DEFAULT in shown


def test_an_exhausted_budget_is_a_refusal_by_safety(quorate, fake_app):
    fake_app.failure = BudgetExhaustedError(
        "all power calls are used", fix="wait", limit=Limit.POWER_CALLS, size=25, left=0
    )
    shown = quorate("run", "AAPL", "--json")
    assert (shown.code, shown.json["error"]["type"]) == (6, "budget-exhausted")
    assert (shown.json["error"]["status"], shown.json["error"]["retryable"]) == (409, False)
    assert isinstance(fake_app.failure, RejectedError)
