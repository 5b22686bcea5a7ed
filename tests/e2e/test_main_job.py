"""`quorate replay`, the job of `make run`, and a shorter one in the same home."""

import pytest

pytestmark = pytest.mark.e2e
SESSIONS = 250


@pytest.fixture(scope="module")
def replayed(shared_home):
    first = shared_home.run("replay", "--json")
    second = shared_home.run("replay", "--sessions", "40")
    return shared_home, first, second


def test_a_thousand_decisions_are_made_and_counted(replayed):
    _, first, _ = replayed
    assert first.code == 0
    assert (first.json["runs"], first.json["decisions"]) == (SESSIONS, 4 * SESSIONS)
    assert sum(count["count"] for count in first.json["counts"]) == 4 * SESSIONS
    assert first.json["to"] == "2013-03-01"


def test_piped_progress_is_a_few_plain_lines_on_stderr(replayed):
    _, first, _ = replayed
    assert "250 of 250" in first.err
    assert len(first.err.splitlines()) < 10
    assert "\x1b" not in first.err


def test_a_person_sees_counts_reasons_and_the_way_on(replayed):
    _, _, second = replayed
    assert second.code == 0
    assert "160 decisions over 40 sessions" in second.out
    assert "held runs already" in second.out
    for reason in ("quorum_not_met", "no_power_model", "disagreement", "low_confidence"):
        assert reason in second.out
    assert "quorate audit verify" in second.out


def test_all_runs_are_there_to_page_through(replayed):
    home, _, _ = replayed
    newest = home.run("runs", "--json", "--limit", "200").json
    rest = home.run("runs", "--json", "--limit", "200", "--cursor", newest["nextCursor"]).json
    seen = [item["runId"] for item in (*newest["items"], *rest["items"])]
    assert len(newest["items"]) == 200
    assert len(seen) == len(set(seen)) >= SESSIONS + 40


def test_the_journal_verifies_with_its_projections(replayed):
    home, _, _ = replayed
    verified = home.run("audit", "verify", "--projections", "--json")
    assert verified.code == 0
    assert verified.json["ok"] is True
    assert verified.json["rows"] > 2 * SESSIONS
    assert verified.json["firstBad"] is None


def test_the_latest_buy_is_explained(replayed):
    home, first, _ = replayed
    buy = first.json["latestBuy"]
    why = home.run("runs", "why", buy["runId"], "--json").json
    (sentences,) = [each["why"] for each in why["decisions"] if each["symbol"] == buy["symbol"]]
    assert len(sentences) >= 3
    assert all(reason["evidence"][0].startswith("journal:") for reason in sentences)
