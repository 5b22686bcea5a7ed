"""Looking after a home from a shell: made, served, looked at, stopped; every step by its exit code."""

import json
import os
import signal

from tests.integration.hub.served import free_port


def announced(process):
    """The link that `quorate up --json` tells once it serves."""
    return json.loads(process.stdout.readline())["launch"]


def test_a_home_is_made_served_and_stopped(home):
    made = home.run("init", "--json").json
    assert (made["applied"], made["target"]) == (True, str(home.path))
    assert home.run("init", "--json").json["applied"] is False
    before = home.run("status", "--json")
    assert (before.code, before.json["serving"]) == (3, False)
    assert home.run("down", "--json").json["applied"] is False
    up = home.start_afresh("up", "--port", free_port(), "--json")
    try:
        link = announced(up)
        told = home.run("status", "--json")
        assert told.code == 0
        assert (told.json["pid"], told.json["port"]) == (up.pid, link["port"])
        assert {part["name"] for part in told.json["components"]} >= {"database", "journal-writer"}
        done = home.run("down", "--json")
        assert (done.code, done.json["applied"]) == (0, True)
        assert up.wait(10) == 0
    finally:
        up.kill()
        up.communicate()
    assert home.run("status").code == 3
    assert not (home.path / "hub.json").exists()


def test_a_note_that_a_dead_hub_left_stops_nobody(home):
    up = home.start_afresh("up", "--port", free_port(), "--json")
    announced(up)
    up.kill()
    up.communicate()
    note = json.loads((home.path / "hub.json").read_text())
    assert note["pid"] == up.pid
    (home.path / "hub.json").write_text(json.dumps({**note, "pid": os.getpid()}))
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(1))
    try:
        assert home.run("down", "--json").json["applied"] is False
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    assert not stopped


def test_the_description_and_the_completion_are_printed(home):
    told = home.run("openapi", "--json").json
    assert told["openapi"].startswith("3.1")
    tables = home.run("openapi", "--markdown").out
    assert "`POST /api/admin/arena/run`" in tables
    words = home.run(COMP_WORDS="quorate ru", COMP_CWORD="1", _QUORATE_COMPLETE="complete_bash")
    assert words.out.split() == ["run", "runs"]


def test_a_run_is_looked_at_before_it_is_made(home):
    told = home.run("run", "AAPL", "--dry-run", "--json").json
    assert (told["dryRun"], told["symbols"], told["worstCostUsd"]) == (True, ["AAPL"], "0")
    assert home.run("runs", "--jq", ".items | length").out == "0\n"


def test_a_database_is_made_smaller(home):
    home.run("run", "AAPL")
    done = home.run("db", "vacuum", "--json")
    assert (done.code, done.json["applied"]) == (0, True)
    assert home.run("audit", "verify").code == 0
