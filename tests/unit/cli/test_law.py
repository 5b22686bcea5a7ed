"""`quorate verdicts`, `waivers`, `keys rotate` and `audit events` as people and programs meet them."""

import base64
import json

import pytest

from tests.unit.cli.fake_law import ROW

ADD = [
    *("waivers", "add", "a dear run", "--gate", "budget_adherence.usd", "--usd", "0.50"),
    *("--reason", "the models cost more", "--approved-by", "anna"),
]
SPEC = """
id: FEAT-001
title: An arena run over AAPL
risk_tier: 2
mode: feature
blast_radius: {modules: [arena], data_migration: false}
operational_rollback_slo: 5m
scope: {in: [AAPL, "tool:bars"]}
invariants: [one decision per symbol]
acceptance:
  - {id: A1, given: bars, when: run, then: $.account.powerCalls lte 1}
non_functional: {}
contracts: []
"""


def test_verdicts_are_listed_with_the_row_to_go_on_from(quorate, fake_app):
    shown = quorate(
        "verdicts", "list", "--kind", "task", "--failed", "--cursor", "9", "--json"
    ).json
    assert (shown["items"][0]["decision"], shown["nextCursor"]) == ("PASS", "7")
    wanted, _, below = fake_app.law.asked[-1]
    assert (wanted.kind, wanted.passed, below) == ("task", False, 9)
    assert quorate("verdicts", "--cursor", "x").code == 2
    assert quorate("verdicts", "list", "--kind", "dance").code == 2


def test_a_verdict_is_shown_with_its_envelope_for_a_program(quorate):
    shown = quorate("verdicts", "show", "run_1", "--json").json
    assert shown["envelope"] == ROW["envelope"]
    assert shown["verification"]["ok"]
    assert "signature ok, key k1" in quorate("verdicts", "show", "run_1").out
    assert quorate("verdicts", "show", "run_2").code == 5


def test_an_envelope_is_verified_and_ends_with_3_where_it_does_not_hold(quorate, tmp_path):
    file = tmp_path / "verdict.json"
    file.write_text(json.dumps({"envelope": ROW["envelope"]}))
    assert quorate("verdicts", "verify", file).code == 0
    payload = base64.b64decode(ROW["envelope"]["payload"]).replace(b"PASS", b"FAIL")
    changed = {**ROW["envelope"], "payload": base64.b64encode(payload).decode()}
    file.write_text(json.dumps(changed))
    refused = quorate("verdicts", "verify", file)
    assert (refused.code, refused.lines[0]) == (3, "NOT OK")
    file.write_text("{")
    assert quorate("verdicts", "verify", file).code == 2
    assert quorate("verdicts", "verify", tmp_path / "none.json").code == 5


def test_a_public_key_may_be_told(quorate, fake_app, tmp_path):
    file, key = tmp_path / "verdict.json", tmp_path / "key"
    file.write_text(json.dumps(ROW["envelope"]))
    for content in (bytes(32), b"00" * 32 + b"\n"):
        key.write_bytes(content)
        quorate("verdicts", "verify", file, "--key", key)
        assert fake_app.law.asked[-1] == bytes(32)
    key.write_bytes(b"short")
    assert quorate("verdicts", "verify", file, "--key", key).code == 2


def test_a_working_spec_is_shown_as_a_mandate(quorate, tmp_path):
    file = tmp_path / "spec.yaml"
    file.write_text(SPEC)
    shown = quorate("verdicts", "spec", file, "--json").json
    assert shown["spec"]["scope"] == {"symbols": ["AAPL"], "tools": ["bars"]}
    file.write_text(SPEC.replace("risk_tier: 2", "risk_tier: 9"))
    refused = quorate("verdicts", "spec", file)
    assert refused.code == 2
    assert "risk_tier is 1, 2 or 3" in refused.err


def test_a_waiver_is_added_listed_and_revoked(quorate):
    added = quorate(*ADD, "--json").json
    assert (added["target"], added["applied"], added["delta"]["usd"]) == ("WV-0001", True, "0.50")
    assert quorate("waivers", "--json").json["items"][0]["status"] == "active"
    gone = quorate("waivers", "revoke", "WV-0001", "--reason", "it was a mistake", "--json").json
    assert (gone["applied"], gone["status"], gone["revokedBy"]) == (True, "revoked", "command line")
    assert (
        "was revoked already"
        in quorate("waivers", "revoke", "WV-0001", "--reason", "it was a mistake").out
    )


@pytest.mark.parametrize(
    "changes",
    [("--gate", "invariants"), ("--usd", "-1"), ("--usd", "much"), ("--days", "91")],
)
def test_what_cannot_be_waived_is_refused(quorate, changes):
    assert quorate(*ADD, *changes).code == 2


def test_the_signing_key_is_rotated(quorate):
    shown = quorate("keys", "rotate", "--json").json
    assert (shown["oldKeyId"], shown["newKeyId"], shown["applied"]) == ("k1", "k2", True)
    assert quorate("verdicts", "keys", "--json").json["items"][0]["own"] is True


def test_journal_rows_are_listed_with_their_hashes(quorate, fake_app):
    shown = quorate(
        "audit", "events", "--type", "verdict.*", "--stream", "verdict:*", "--json"
    ).json
    assert shown["items"][0]["hash"] == "1" * 64
    assert shown["items"][0]["payload"]["taskId"] == "t1"
    assert fake_app.law.asked[-1][0].type == "verdict.*"
