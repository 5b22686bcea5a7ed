"""What was written cannot be changed unnoticed, and an interruption costs nothing that stands."""

import signal
import sqlite3

import pytest

pytestmark = pytest.mark.e2e


def test_a_changed_row_is_named(home):
    run = home.run("run", "AAPL", "--as-of", "2012-06-29", "--json").json
    exported = home.run("audit", "export", "journal.jsonl", "--json")
    assert exported.code == 0
    with sqlite3.connect(home.path / "quorate.db") as database:
        (seq,) = database.execute(
            "SELECT seq FROM journal WHERE stream = ? AND type = 'decision.made'",
            (f"run:{run['runId']}",),
        ).fetchone()
        database.execute(
            "UPDATE journal SET payload = replace(payload, 'AAPL', 'IBM') WHERE seq = ?", (seq,)
        )
    verified = home.run("audit", "verify", "--json")
    assert verified.code == 3
    assert (verified.json["ok"], verified.json["firstBad"]) == (False, seq)


def test_ctrl_c_finishes_what_is_under_way_and_keeps_it(home):
    replay = home.start("replay", "--sessions", "200", "--json")
    for line in replay.stderr:
        if " of 200" in line:
            break
    replay.send_signal(signal.SIGINT)
    out, err = replay.communicate(timeout=60)
    assert replay.returncode == 130
    assert "Stopping after this call" in err
    assert '"interrupted": true' in out
    assert home.run("audit", "verify", "--projections").code == 0
    statuses = {item["status"] for item in home.run("runs", "--json").json["items"]}
    assert statuses == {"completed"}


def test_the_database_says_what_schema_it_is_at(home):
    assert home.run("db", "migrate", "--json").json["applied"] is True
    assert home.run("db", "migrate", "--json").json["applied"] is False
    assert home.run("db", "check").code == 0
