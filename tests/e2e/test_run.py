"""One run from outside: what it prints, that it repeats, and how to look at it again."""

import json
import re

import pytest

pytestmark = pytest.mark.e2e
OWN = {"runId", "taskId", "traceId", "decisionId", "latencyMs", "requestedAt", "evidence"}
RUN = {
    *("runId", "traceId", "cycleId", "book", "bookMode", "mode", "status", "requestedAsOf", "asOf"),
    *("snapshotHash", "configHash", "bookStateHash", "learnedStateHash", "costUsd", "latencyMs"),
    *("decisions", "shadows"),
}
DECISION = {
    *("decisionId", "symbol", "finalAction", "reasonCode", "confidence", "disagreement", "regime"),
    *("wyckoffPhase", "volumeTrend", "escalated", "sizing", "stop", "target", "timeHorizon"),
    *("triggers", "votes", "why"),
}
VOTE = {
    *(
        "profile",
        "role",
        "provider",
        "model",
        "voter",
        "action",
        "reasonCode",
        "veto",
        "confidence",
    ),
    *("confidenceSteps", "rationale", "latencyMs", "costUsd"),
}


def without_own(tree):
    """Leave out what belongs to one run alone: ids, times, latencies, places in the journal."""
    match tree:
        case dict():
            return {key: without_own(each) for key, each in tree.items() if key not in OWN}
        case list():
            return [without_own(each) for each in tree]
        case _:
            return tree


@pytest.fixture(scope="module")
def ran(shared_home):
    return shared_home.run("run", "AAPL", "--as-of", "2012-06-29", "--json")


def test_the_object_has_the_names_that_scripts_rely_on(ran):
    assert ran.code == 0
    run = ran.json
    (decision,) = run["decisions"]
    assert set(run) >= RUN
    assert set(decision) >= DECISION
    assert all(set(vote) >= VOTE for vote in decision["votes"])
    assert (run["asOf"], run["bookMode"], run["status"]) == ("2012-06-29", "REPLAY", "completed")


def test_stdout_is_one_line_of_json(ran):
    assert len(ran.out.splitlines()) == 1


def test_the_same_run_twice_decides_the_same_byte_for_byte(ran, shared_home):
    again = shared_home.run("run", "AAPL", "--as-of", "2012-06-29", "--json")
    assert json.dumps(without_own(again.json)) == json.dumps(without_own(ran.json))
    assert again.json["runId"] != ran.json["runId"]


def test_a_date_without_a_session_means_the_last_one_before(shared_home, ran):
    sunday = shared_home.run("run", "AAPL", "--as-of", "2012-07-01", "--json").json
    assert (sunday["requestedAsOf"], sunday["asOf"]) == ("2012-07-01", "2012-06-29")
    assert without_own(sunday)["decisions"] == without_own(ran.json)["decisions"]


def test_a_run_is_found_again_in_the_list_by_its_beginning_and_in_a_file(shared_home, ran):
    run_id = ran.json["runId"]
    assert run_id in {item["runId"] for item in shared_home.run("runs", "--json").json["items"]}
    assert shared_home.run("runs", "show", run_id[:-1], "--json").json == ran.json
    exported = shared_home.run("runs", "export", run_id, "run.json", "--json")
    assert exported.code == 0
    assert (shared_home.path / "run.json").stat().st_size > 0


def test_piped_output_is_plain_and_leads_to_the_why(shared_home):
    shown = shared_home.run("run", "AAPL", "IBM", "--profiles", "trend,momentum,rule_risk_manager")
    assert shown.code == 0
    assert "\x1b" not in shown.out + shown.err
    assert "█" not in shown.out
    assert "wyckoff " not in shown.out
    assert re.search(r"^. (BUY|SELL|HOLD|NO_TRADE) AAPL", shown.out, re.MULTILINE)
    run_id = re.search(r"^Why: quorate runs why (\S+)$", shown.out, re.MULTILINE)[1]
    assert "[journal:" in shared_home.run("runs", "why", run_id).out


def test_a_disabled_profile_takes_no_part(shared_home):
    assert shared_home.run("profiles", "disable", "wyckoff", "--json").json["applied"] is True
    run = shared_home.run("run", "AAPL", "--json").json
    assert shared_home.run("profiles", "enable", "wyckoff", "--json").json["applied"] is True
    assert "wyckoff" not in {vote["profile"] for vote in run["decisions"][0]["votes"]}
