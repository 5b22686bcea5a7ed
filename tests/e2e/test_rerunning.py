"""Recorded runs once more: recomputed with every model gone, asked what if, and held below what they may cost."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from tests.model_server import ModelServer, Rule, Script, votes

TECHNICAL, RISK, JUDGE = "Your seat: technical", "Your seat: risk", "Your seat: judge"
CHEAP, POWER = "cheap_tech_analyst", "power_macro_judge"
PRICES = Script(usd_per_token=Decimal("0.0000001"))
"""Below what the models cost by the price table, so that no worst case is too small."""


def gratis(action, confidence):
    """Return the answer of a model that says that it cost nothing."""
    return structs.replace(votes(action, confidence), cost="0")


AGREED = (
    Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
    Rule(contains=RISK, what=gratis("BUY", 0.7)),
    Rule(contains=JUDGE, what=votes("BUY", 0.9)),
)
DISPUTED = (
    Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
    Rule(contains=RISK, what=gratis("HOLD", 0.7)),
    Rule(contains=JUDGE, what=votes("BUY", 0.9)),
)


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def asked(server, tmp_path_factory):
    """Return who runs a command in a home where the three model profiles are on."""
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    home = Home(tmp_path_factory.mktemp("reruns"))
    places = {
        "OPENROUTER_BASE_URL": server.openrouter_url,
        "OPENROUTER_API_KEY": "sk-1",
        "OPENAI_BASE_URL": server.openai_url,
        "OPENAI_API_KEY": "sk-2",
    }

    def run(*words, **more):
        return home.run(*words, **(places | more))

    for name in (CHEAP, "cheap_risk_manager", POWER):
        assert run("profiles", "enable", name).code == 0
    run.home = home
    return run


def decided(asked, server, rules, *words):
    """Run the arena on these rules, nothing remembered, and return the run."""
    server.script(*rules, script=PRICES)
    named = ("--profiles", f"{CHEAP},cheap_risk_manager", "--fresh", "--json")
    done = asked("run", "AAPL", "--as-of", "2012-06-29", *named, *words)
    assert done.code == 0, done.err
    return done.json


@pytest.fixture(scope="module")
def agreed(asked, server):
    return decided(asked, server, AGREED)


@pytest.fixture(scope="module")
def disputed(asked, server):
    return decided(asked, server, DISPUTED)


def what_if(asked, run, *swaps):
    done = asked(
        *("runs", "replay", run["runId"], "--json"),
        *(word if word.startswith("--") else f"--swap={word}" for word in swaps),
    )
    assert done.code == 0, done.err
    return done.json


def fields(tree, symbol="AAPL"):
    """Return the fields of the decision on both sides, by name."""
    made = next(one for one in tree["decisions"] if one["symbol"] == symbol)
    return {pair["name"]: (pair["a"], pair["b"]) for pair in made["fields"]}


def said(tree, profile):
    made = tree["decisions"][0]
    vote = next(one for one in made["votes"] if one["profile"] == profile)
    return {pair["name"]: (pair["a"], pair["b"]) for pair in vote["fields"]}


def paid(server, mark):
    """Return what the calls since then truly cost, those of the free models aside."""
    calls = (call for call in server.calls(mark) if not call.model.endswith(":free"))
    return sum((call.cost for call in calls), Decimal(0))


def rows_of(asked):
    file = f"file:{asked.home.path / 'quorate.db'}?mode=ro"
    with closing(sqlite3.connect(file, uri=True)) as database:
        return database.execute("select count(*) from journal").fetchone()[0]


def test_with_every_model_gone_a_run_is_recomputed_to_the_same_bytes(asked, server, disputed):
    mark, rows = server.mark(), rows_of(asked)
    server.stop()
    try:
        done = asked("runs", "replay", disputed["runId"], "--json")
    finally:
        server.start()
    assert done.code == 0, done.err
    told = done.json
    assert (told["identical"], told["differences"], told["costUsd"]) == (True, [], "0")
    assert told["run"] == asked("runs", "show", disputed["runId"], "--json").json | {
        "decisions": told["run"]["decisions"],
        "costUsd": told["run"]["costUsd"],
        "latencyMs": told["run"]["latencyMs"],
    }
    assert len(told["digest"]) == 64
    assert server.calls(mark) == []
    assert rows_of(asked) == rows


def test_a_replay_needs_no_provider_and_no_profile_of_today(asked, disputed):
    assert asked("profiles", "disable", POWER).code == 0
    try:
        told = asked("runs", "replay", disputed["runId"], OPENAI_API_KEY="", OPENAI_BASE_URL="")
    finally:
        assert asked("profiles", "enable", POWER).code == 0
    assert told.out.splitlines()[0] == "identical: true", told.err


def test_other_thresholds_of_today_do_not_reach_a_run_of_then(asked, disputed):
    told = asked(
        "runs", "replay", disputed["runId"], "--json", QUORATE_ARENA__MIN_CONFIDENCE="0.95"
    )
    assert told.json["identical"] is True


def test_a_threshold_that_asks_nobody_new_costs_nothing(asked, server, disputed):
    mark = server.mark()
    tree = what_if(asked, disputed, "threshold=min_confidence:0.95")
    assert fields(tree)["finalAction"] == ("BUY", "NO_TRADE")
    assert fields(tree)["reasonCode"] == ("panel", "panel_uncertain")
    assert server.calls(mark) == []
    assert Decimal(tree["b"]["costUsd"]) == 0


def test_a_panel_that_was_never_asked_is_asked_live_and_once(asked, server, agreed):
    server.script(*AGREED, script=PRICES)
    mark = server.mark()
    tree = what_if(asked, agreed, "threshold=min_confidence:0.78")
    assert fields(tree)["reasonCode"] == ("consensus", "panel")
    *argued, ruled = server.calls(mark)
    assert ruled.model == "anthropic/claude-sonnet-5.5"
    assert all("your turn in the debate" in call.prompt for call in argued)
    assert Decimal(tree["b"]["costUsd"]) > 0


def test_where_nothing_may_be_bought_a_new_escalation_ends_without_a_panel(asked, server, agreed):
    mark = server.mark()
    tree = what_if(asked, agreed, "threshold=min_confidence:0.78", "--free")
    assert fields(tree)["finalAction"] == ("BUY", "NO_TRADE")
    assert fields(tree)["reasonCode"] == ("consensus", "no_power_model")
    assert server.calls(mark) == []


def test_a_swapped_model_is_asked_once_and_nobody_else_is(asked, server, disputed):
    server.script(Rule(model="gpt-6-luna", what=votes("HOLD", 0.9)), *DISPUTED, script=PRICES)
    mark = server.mark()
    tree = what_if(asked, disputed, f"model={CHEAP}:openai/gpt-6-luna")
    assert [call.model for call in server.calls(mark)] == ["gpt-6-luna"]
    assert said(tree, CHEAP)["model"] == ("openai/gpt-5-mini", "openai/gpt-6-luna")
    assert said(tree, CHEAP)["action"] == ("BUY", "HOLD")
    assert said(tree, "cheap_risk_manager")["action"] == ("HOLD", "HOLD")
    assert fields(tree)["finalAction"] == ("BUY", "HOLD")


def test_a_what_if_is_a_run_that_can_be_shown_and_that_no_list_counts(asked, disputed):
    tree = what_if(asked, disputed, "threshold=max_disagreement:0.5")
    made = asked("runs", "show", tree["runId"], "--json").json
    assert made["replayOf"] == {
        "runId": disputed["runId"],
        "swaps": ["threshold=max_disagreement:0.5"],
        "free": False,
    }
    assert (made["triggeredBy"], made["thresholds"]) == ("what_if", {"max_disagreement": "0.5"})
    listed = asked("runs", "--json", "--limit", "200").json["items"]
    assert tree["runId"] not in {item["runId"] for item in listed}
    assert asked("runs", "why", tree["runId"], "--json").code == 0
    again = asked("runs", "replay", tree["runId"], "--json")
    assert (again.code, again.json["identical"]) == (0, True), again.err
    assert asked("audit", "verify", "--projections", "--json").json["ok"] is True


def test_two_runs_are_laid_side_by_side(asked, agreed, disputed):
    tree = asked("runs", "compare", agreed["runId"], disputed["runId"], "--json").json
    assert tree["same"] is False
    assert {name for name, both in tree["inputs"].items() if not both["same"]} == set()
    assert fields(tree)["reasonCode"] == ("consensus", "panel")
    assert said(tree, "cheap_risk_manager")["action"] == ("BUY", "HOLD")
    itself = asked("runs", "compare", agreed["runId"], agreed["runId"], "--json").json
    assert itself["same"] is True


def test_a_trace_tells_every_turn_with_its_row(asked, disputed):
    tree = asked("runs", "trace", disputed["runId"], "--json").json
    names = [span["name"] for span in tree["spans"]]
    for told in (CHEAP, "cheap_risk_manager", POWER, "decide AAPL"):
        assert any(told in name for name in names), names
    assert tree["runId"] == disputed["runId"]
    assert f"[journal:{tree['spans'][0]['seq']}]" in asked("runs", "trace", disputed["runId"]).out


def test_a_tampered_record_is_refused(asked, agreed, tmp_path):
    home = replace(asked.home, path=Path(shutil.copytree(asked.home.path, tmp_path / "copy")))
    database = sqlite3.connect(home.path / "quorate.db")
    changed = database.execute(
        """update journal set payload = replace(payload, '"BUY"', '"SELL"')
        where stream = ? and type = 'agent.answered'""",
        (f"run:{agreed['runId']}",),
    ).rowcount
    database.commit()
    database.close()
    assert changed
    done = home.run("runs", "replay", agreed["runId"], "--json")
    assert (done.code, done.json["error"]["type"]) == (3, "check-failed")
    assert "audit verify" in done.err


@pytest.mark.parametrize("limit", ["0", "nan"])
def test_a_limit_that_is_no_amount_runs_nothing(asked, limit):
    before = rows_of(asked)
    done = asked("run", "AAPL", f"--max-cost={limit}")
    assert (done.code, rows_of(asked)) == (2, before), done.err


def test_a_run_never_spends_past_what_it_was_told_to_stay_below(asked, server):
    mark = server.mark()
    run = decided(asked, server, DISPUTED, "--max-cost", "0.01")
    made = run["decisions"][0]
    assert run["maxCostUsd"] == "0.01"
    assert (made["finalAction"], made["reasonCode"]) == ("NO_TRADE", "budget_exhausted")
    assert 0 < paid(server, mark) <= Decimal("0.01")
    assert 0 < Decimal(run["costUsd"]) <= Decimal("0.01")
    assert "anthropic/claude-sonnet-5.5" not in {call.model for call in server.calls(mark)}


def test_a_run_that_can_pay_nobody_hears_abstentions(asked, server):
    mark = server.mark()
    run = decided(asked, server, AGREED, "--max-cost", "0.000000001")
    made = run["decisions"][0]
    said = {vote["profile"]: vote["reasonCode"] for vote in made["votes"]}
    assert said[CHEAP] == "budget_exhausted"
    assert made["finalAction"] == "NO_TRADE"
    assert paid(server, mark) == Decimal(run["costUsd"]) == 0


def test_a_what_if_keeps_to_its_own_limit(asked, server, agreed):
    server.script(*AGREED, script=PRICES)
    mark = server.mark()
    done = asked(
        *("runs", "replay", agreed["runId"], "--swap=threshold=min_confidence:0.78"),
        *("--max-cost", "0.000001", "--json"),
    )
    assert fields(done.json)["reasonCode"] == ("consensus", "budget_exhausted")
    assert paid(server, mark) == 0


@pytest.mark.parametrize(
    ("swap", "cause"),
    [
        ("threshold=nosuch:1", "no threshold 'nosuch'"),
        (f"prompt={CHEAP}:nosuch/9", "nosuch/9"),
    ],
)
def test_a_swap_that_cannot_be_made_runs_nothing(asked, agreed, swap, cause):
    before = rows_of(asked)
    done = asked("runs", "replay", agreed["runId"], f"--swap={swap}")
    assert done.code in {2, 5}, done.out
    assert cause in done.err
    assert rows_of(asked) == before


def test_a_swapped_prompt_is_what_its_profile_is_asked_with(asked, server, agreed):
    server.script(Rule(contains=JUDGE, what=votes("HOLD", 0.9)), *AGREED, script=PRICES)
    mark = server.mark()
    tree = what_if(asked, agreed, f"prompt={CHEAP}:judge/1", "--max-cost=0.05")
    answers = [call for call in server.calls(mark) if call.model == "gpt-5-mini"]
    assert len(answers) == 2, "its answer, and its turn in the one round"
    assert all(JUDGE in call.prompt for call in answers)
    assert said(tree, CHEAP)["action"] == ("BUY", "HOLD")
