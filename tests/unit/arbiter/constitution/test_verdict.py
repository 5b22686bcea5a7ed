"""Verdicts on tasks: bound to what was made, worthless for anything else, and betrayed by a single bit."""

import base64
import json
import random

import pytest

from quorate.arbiter.constitution import ISSUED, issued_problems, verdict_on
from quorate.kernel.account import Subject
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError
from tests.fakes.courts import ACCOUNT, DECISION, KEY, SPEC, verdict

OTHER = Subject(name="dec_2", sha256="ef" * 32)
SAMPLE = 300
SWAPS = 200


def row(**about):
    """Return the payload of a verdict's row as it reads back."""
    event = verdict(**about).row(key_id=KEY.key_id, sign=KEY.sign)
    assert (event.type, event.stream) == (ISSUED, f"verdict:{event.payload['verdictId']}")
    return json.loads(canonical_json(event.payload))


def test_a_verdict_says_what_was_found_and_what_it_stands_on():
    told = row()
    found = verdict_on(told["envelope"], DECISION, KEY.is_signed, task_id="t1")
    assert (found["decision"], found["verdict"], found["score"]) == ("PASS", "pass", 100)
    assert set(found["checks"]) == {"preExecution", "postExecution"}
    assert found["checks"]["preExecution"]["working_spec_validity"] is True
    assert found["budgetCompliance"]["compliant"] is True
    assert found["specHash"] == SPEC.hash
    assert found["provenance"]["configHash"] == "c0"
    assert list(issued_problems(told, KEY.is_signed)) == []


def test_a_verdict_that_failed_says_why_and_what_to_do():
    told = row(broken=("AAPL has 2 decisions",))
    found = verdict_on(told["envelope"], DECISION, KEY.is_signed)
    assert (found["decision"], found["waiverRequired"]) == ("FAIL", False)
    assert "AAPL has 2 decisions" in found["rationale"]
    assert found["nextSteps"][-1].startswith("mend it, invariants cannot be waived")
    assert list(issued_problems(told, KEY.is_signed)) == []


def test_a_task_that_made_nothing_has_a_verdict_on_its_spec():
    from dataclasses import replace  # noqa: PLC0415

    told = row(account=replace(ACCOUNT, subjects=()))
    assert told["subjects"] == [{"name": "t1", "digest": {"sha256": SPEC.hash}}]


@pytest.mark.parametrize(
    ("subject", "task_id"),
    [
        pytest.param(OTHER, None, id="another decision"),
        pytest.param(Subject(name="dec_1", sha256="00" * 32), None, id="a changed decision"),
        pytest.param(DECISION, "t2", id="another task"),
    ],
)
def test_a_verdict_for_one_thing_is_never_taken_for_another(subject, task_id):
    with pytest.raises(InvariantBrokenError):
        verdict_on(row()["envelope"], subject, KEY.is_signed, task_id=task_id)


def test_a_verdict_of_a_key_that_nobody_trusts_is_refused():
    told = row()
    told["envelope"]["signatures"][0]["keyid"] = "k2"
    (said,) = issued_problems(told, KEY.is_signed)
    assert "cannot be believed" in said


def test_flipped_bits_are_found_wherever_they_are():
    told, drawn = row(), random.Random(7)  # noqa: S311  (a sample)
    for name in ("payload", "sig"):
        holder = told["envelope"] if name == "payload" else told["envelope"]["signatures"][0]
        whole = base64.b64decode(holder[name])
        for _ in range(SAMPLE):
            place = drawn.randrange(8 * len(whole))
            changed = bytearray(whole)
            changed[place // 8] ^= 1 << (place % 8)
            holder[name] = base64.b64encode(changed).decode()
            assert list(issued_problems(told, KEY.is_signed)), f"bit {place} of the {name}"
        holder[name] = base64.b64encode(whole).decode()
    assert list(issued_problems(told, KEY.is_signed)) == []


def test_signatures_that_are_swapped_between_verdicts_are_found():
    rows = [row(verdict_id=f"vrd_{number}") for number in range(20)]
    drawn = random.Random(8)  # noqa: S311  (a sample)
    for _ in range(SWAPS):
        one, other = drawn.sample(rows, 2)
        swapped = {
            **one,
            "envelope": {**one["envelope"], "signatures": other["envelope"]["signatures"]},
        }
        assert list(issued_problems(swapped, KEY.is_signed))
        exchanged = {**one, "envelope": other["envelope"]}
        assert list(issued_problems(exchanged, KEY.is_signed))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("verdictId", "vrd_9"),
        ("taskId", "t9"),
        ("decision", "FAIL"),
        ("verdict", "fail"),
        ("score", 1),
        ("waiversUsed", ["WV-0001"]),
        ("specHash", "0" * 64),
        ("issuedAt", "2020-01-01T00:00:00.000000Z"),
        ("subjects", []),
    ],
)
def test_a_fact_beside_the_envelope_that_was_not_signed_is_found(key, value):
    (said,) = issued_problems({**row(), key: value}, KEY.is_signed)
    assert "vrd_" in said
