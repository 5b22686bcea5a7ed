"""docs/concepts/journal.md: its script verifies what the program exports, and its formats are the program's."""

import asyncio
import base64
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quorate.access import Scope
from quorate.arena.request import RunRequest
from quorate.audit.chain import GENESIS, chained_hash, row_bytes
from quorate.audit.checkpoint import Checkpoint, note_key_id, signed_note
from quorate.bootstrap import RequestKey, open_app
from quorate.cli.main import main
from quorate.config import load_settings
from quorate.kernel.ids import Symbol
from tests.architecture.repository import ROOT, code_blocks

PAGE = (ROOT / "docs" / "concepts" / "journal.md").read_text()
(SCRIPT,) = code_blocks(PAGE, "python")


async def visit(settings):
    """Use the home as the hub does: sign in, make a token, start a run under a key; closing waits for it."""
    key = RequestKey(principal="operator", key="k", fingerprint="f")
    request = RunRequest(symbols=(Symbol("AAPL"),), as_of=date(2012, 6, 29))
    async with open_app(settings) as app:
        await app.sign_in(await app.issue_sign_in())
        await app.create_token("ci", [Scope.READ], timedelta(days=1))
        await app.start_run(request, key=key)


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """Return a home with one run in it, and its exports: the whole journal, and the run alone."""
    home, journal = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("out") / "all.jsonl"
    run = journal.with_name("run.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QUORATE_HOME", str(home))
        asyncio.run(visit(load_settings()))
        assert main(["audit", "export", str(journal)]) == 0
        assert main(["runs", "export", "run_", str(run)]) == 0
    return home, journal, run


@pytest.fixture
def exported(used, tmp_path):
    """Return copies of the exports, to be changed at will."""
    return [Path(shutil.copy(file, tmp_path)) for file in used[1:]]


def verified(tmp_path, file):
    script = tmp_path / "verify.py"
    script.write_text(SCRIPT)
    return subprocess.run(  # noqa: S603  (the script of the page)
        [sys.executable, "-I", script, file], capture_output=True, text=True, check=False
    )


def test_the_script_verifies_both_exports_and_knows_nothing_of_quorate(tmp_path, exported):
    assert "quorate" not in re.sub(r'"[^"]*"|\'[^\']*\'', "", SCRIPT)
    for file in exported:
        done = verified(tmp_path, file)
        assert done.returncode == 0, done.stderr
        first, last, signed = re.match(
            r"rows (\d+) to (\d+): whole, signed up to row (\d+)", done.stdout
        ).groups()
        assert last == signed
        assert first == ("1" if file.suffix == ".jsonl" else first)


def test_the_script_refuses_what_was_changed(tmp_path, exported):
    journal, run = exported
    lines = journal.read_text().splitlines(keepends=True)
    bad = {
        "changed": [*lines[:20], lines[20].replace('"seq": 20,', '"seq": 20 ,', 1), *lines[21:]],
        "removed": [*lines[:9], *lines[10:]],
        "swapped": [*lines[:9], lines[10], lines[9], *lines[11:]],
        "cut off": lines[:-1],
    }
    bad["changed"][20] = lines[20].replace("T", "U", 1)
    for what, text in bad.items():
        journal.write_text("".join(text))
        assert verified(tmp_path, journal).returncode != 0, what
    tree = json.loads(run.read_text())
    tree["checkpoint"] = tree["checkpoint"].replace("\n", "\n1", 1)
    run.write_text(json.dumps(tree))
    assert verified(tmp_path, run).returncode != 0


def test_a_row_has_the_columns_that_are_described(exported):
    table = PAGE.partition("## A row")[2].partition("\n## ")[0]
    described = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    _, *rows = exported[0].read_text().splitlines()
    camel = {re.sub(r"_(\w)", lambda part: part[1].upper(), name) for name in described}
    assert {frozenset(json.loads(row)) for row in rows} == {frozenset(camel)}


def test_every_kind_of_stream_is_described(exported):
    (row,) = [line for line in PAGE.splitlines() if line.startswith("| `stream` |")]
    described = {name.partition(":")[0] for name in re.findall(r"`([\w:]+)`", row)} - {"stream"}
    _, *rows = exported[0].read_text().splitlines()
    assert {json.loads(line)["stream"].partition(":")[0] for line in rows} == described


def test_a_new_home_registers_its_key_in_row_1(exported):
    head, first, *_ = map(json.loads, exported[0].read_text().splitlines())
    assert (first["seq"], first["type"], first["prevHash"]) == (1, "key.registered", "0" * 64)
    registered = json.loads(first["payload"])
    assert head["publicKeys"] == {registered["keyId"]: registered["publicKey"]}


def test_the_note_that_is_shown_has_the_form_of_those_that_are_written(exported):
    (shown,) = [
        block for block in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL) if "— quorate" in block
    ]
    head = json.loads(exported[0].read_text().splitlines()[0])
    for note in (shown, *head["checkpoints"]):
        origin, size, root, empty, signature, end = note.split("\n")
        dash, name, blob = signature.split(" ")
        assert (origin, name, dash, empty, end) == ("quorate/local", origin, "—", "", "")
        assert int(size) > 0
        assert (len(base64.b64decode(root)), len(base64.b64decode(blob))) == (32, 68)


def test_the_copy_beside_the_database_holds_every_note(used):
    home, journal, _ = used
    head = json.loads(journal.read_text().splitlines()[0])
    copies = (home / "checkpoints" / "local.notes").read_text()
    assert head["checkpoints"]
    assert all(note in copies for note in head["checkpoints"])


def forge(database):
    """Tell another story from the decision on, chained anew and signed with a key of one's own."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    names = ("tenant", "seq", "ts", "book", "trace_id", "stream", "type", "payload")
    rows = database.execute(f"SELECT {', '.join(names)} FROM journal ORDER BY seq").fetchall()  # noqa: S608
    head = GENESIS
    for row in rows:
        cells = dict(zip(names, row, strict=True))
        cells["payload"] = cells["payload"].replace('"finalAction":"BUY"', '"finalAction":"HOLD"')
        kind = cells.pop("type")
        previous, head = head, chained_hash(head, row_bytes(type_=kind, **cells))
        database.execute(
            "UPDATE journal SET payload = ?, prev_hash = ?, hash = ? WHERE seq = ?",
            (cells["payload"], previous, head, cells["seq"]),
        )
    point = Checkpoint(origin="quorate/local", size=len(rows), root=head)
    note = signed_note(point, public_key=public, sign=private.sign).text()
    key_id = note_key_id(point.origin, public)
    database.execute("INSERT INTO signing_keys VALUES ('local', ?, ?)", (key_id, public.hex()))
    database.execute("DELETE FROM checkpoints")
    database.execute("INSERT INTO checkpoints VALUES ('local', ?, '', ?)", (len(rows), note))


def test_a_chain_forged_with_another_key_is_betrayed_by_a_note_kept_elsewhere(
    used, tmp_path, quorate_home, capsys
):
    shutil.copytree(used[0], quorate_home, dirs_exist_ok=True)
    copies = quorate_home / "checkpoints" / "local.notes"
    elsewhere = tmp_path / "elsewhere.notes"
    elsewhere.write_text(copies.read_text())
    copies.unlink()
    with sqlite3.connect(quorate_home / "quorate.db") as database:
        forge(database)
    assert main(["audit", "verify", "--against", str(elsewhere)]) == 3
    assert "differ" in capsys.readouterr().out
