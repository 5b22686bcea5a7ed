import re

NAMES = {
    "runId",
    "traceId",
    "book",
    "mode",
    "symbols",
    "startedAt",
    "finalActions",
    "costUsd",
    "escalated",
    "status",
}


def test_an_empty_list_is_an_empty_list(quorate):
    assert quorate("runs", "--json").json["items"] == []
    assert quorate("runs").lines == ["Nothing here yet."]


def test_runs_are_listed_by_page_under_their_stable_names(quorate):
    for _ in range(3):
        quorate("run", "AAPL")
    first = quorate("runs", "--json", "--limit", "2").json
    rest = quorate("runs", "--json", "--limit", "2", "--cursor", first["nextCursor"]).json
    assert set(first["items"][0]) == NAMES
    assert [len(first["items"]), len(rest["items"]), rest["nextCursor"]] == [2, 1, None]


def test_a_person_is_told_how_to_see_the_next_page(quorate):
    quorate("run", "AAPL")
    quorate("run", "IBM")
    assert "More: add --cursor " in quorate("runs", "--limit", "1").err


def test_a_run_is_shown_by_the_beginning_of_its_id(quorate, fake_app):
    quorate("run", "AAPL")
    assert quorate("runs", "show", "run_", "--json").json == fake_app.runs[0].tree


def test_why_gives_each_sentence_with_its_rows(quorate):
    quorate("run", "AAPL")
    sentence = {"text": "AAPL closed at 584.00.", "evidence": ["journal:7"]}
    assert quorate("runs", "why", "run_1", "--json").json == {
        "runId": "run_1",
        "decisions": [{"symbol": "AAPL", "why": [sentence]}],
    }
    assert "    AAPL closed at 584.00.  [journal:7]" in quorate("runs", "why", "run_1").lines


def test_an_unknown_run_ends_with_5(quorate):
    assert quorate("runs", "show", "run_x").code == 5


def test_an_export_says_what_it_wrote(quorate, tmp_path):
    quorate("run", "AAPL")
    target = tmp_path / "run.json"
    assert quorate("runs", "export", "run_1", target, "--json").json == {
        "target": str(target),
        "applied": True,
        "dryRun": False,
        "rows": 12,
        "checkpoint": 10,
    }
    assert target.exists()


def test_a_person_sees_what_a_run_cost_and_when_to_the_second(quorate):
    quorate("run", "AAPL")
    heading, line = quorate("runs").lines
    assert "costUsd" in heading
    assert re.search(r"T[0-9:]{8}Z  ", line)
    assert "$" in line
