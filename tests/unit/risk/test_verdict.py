"""Verdicts: bound to one order of one decision, and worthless for every other."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.audit.envelope import opened, sealed
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.risk import RiskLimits, Side, assess
from quorate.risk.order import Leg
from quorate.risk.verdict import Verdict, recorded_approval, verdict_problems
from tests.fakes.clock import NOON
from tests.fakes.desks import BOOK, HASH, TestKey, entry
from tests.unit.risk.orders import CALM, IBM, at

KEY = TestKey()
ORDER = entry()
SITUATION = at(decision={"hash": HASH})


def verdict(order=ORDER, situation=SITUATION, number=1):
    return Verdict(
        verdict_id=f"vrd_{number}",
        book=BOOK,
        assessment=assess(order, situation, RiskLimits()),
        snapshot_hash="snap",
        limits_hash=RiskLimits().hash,
        judged_at=NOON,
        valid_until=NOON + timedelta(seconds=60),
    )


def row(given):
    """Return the payload of a verdict's row as it reads back."""
    event = given.row(key_id=KEY.key_id, sign=KEY.sign)
    assert event.stream == f"verdict:{given.verdict_id}"
    return json.loads(canonical_json(event.payload))


def test_the_statement_is_about_the_decision_and_holds_every_finding():
    told = row(verdict())
    statement = opened(told["envelope"], KEY.is_signed)
    assert statement["subject"] == [{"name": "dec_1", "digest": {"sha256": HASH}}]
    predicate = statement["predicate"]
    assert [check["number"] for check in predicate["checks"]] == list(range(1, 29))
    assert predicate["checks"][12] == {
        "number": 13,
        "name": "risk at the stop",
        "outcome": "passed",
        "code": None,
        "value": "0.0005",
        "limit": "0.01",
        "detail": "",
    }
    assert (predicate["outcome"], predicate["code"]) == ("approved", None)
    assert predicate["order"]["protectiveStop"] == "95.00"
    assert (predicate["snapshotHash"], predicate["limitsHash"]) == ("snap", RiskLimits().hash)
    assert predicate["validUntil"] == "2026-11-20T12:01:00.000000Z"


def test_a_denial_names_the_first_check_that_refused():
    told = row(verdict(situation=at(SITUATION, decision={"vetoed": True, "acts": False})))
    assert (told["outcome"], told["code"]) == ("denied", "DECISION_NOT_APPROVED")


def test_an_approval_on_record_is_the_one_that_was_given():
    given = verdict()
    again = recorded_approval(row(given)["envelope"], ORDER, KEY.is_signed)
    assert again.request == ORDER
    assert again.assessment == given.assessment


OTHERS = [
    pytest.param(replace(ORDER, decision_id="dec_2"), id="another decision"),
    pytest.param(replace(ORDER, decision_hash="cd" * 32), id="a decision that was changed"),
    pytest.param(replace(ORDER, symbol=IBM), id="another symbol"),
    pytest.param(replace(ORDER, quantity=Decimal(11)), id="a larger order"),
    pytest.param(replace(ORDER, quantity=Decimal(9)), id="a smaller order"),
    pytest.param(replace(ORDER, price=Decimal("100.01")), id="another limit"),
    pytest.param(replace(ORDER, protective_stop=Decimal("94.00")), id="another stop"),
    pytest.param(
        replace(ORDER, side=Side.SELL, leg=Leg.EXIT, protective_stop=None), id="another side"
    ),
]


@pytest.mark.parametrize("other", OTHERS)
def test_a_verdict_is_never_accepted_for_another_order(other):
    with pytest.raises(InvariantBrokenError):
        recorded_approval(row(verdict())["envelope"], other, KEY.is_signed)


def test_a_verdict_that_names_another_hash_than_its_orders_approves_nothing():
    statement = verdict().statement()
    statement["predicate"] = {**statement["predicate"], "orderHash": "cd" * 32}
    envelope = sealed(statement, key_id=KEY.key_id, sign=KEY.sign).as_json()
    with pytest.raises(InvariantBrokenError, match="hash"):
        recorded_approval(json.loads(canonical_json(envelope)), ORDER, KEY.is_signed)


def test_a_refusal_approves_nothing():
    denied = row(verdict(situation=at(SITUATION, decision={"vetoed": True})))
    with pytest.raises(InvariantBrokenError, match="denied"):
        recorded_approval(denied["envelope"], ORDER, KEY.is_signed)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"predicateType": "https://quorate/other/v1"}, id="another statement"),
        pytest.param({"predicate": None}, id="nothing found"),
        pytest.param({"predicate": {}}, id="no order"),
    ],
)
def test_another_statement_of_the_same_key_approves_nothing(change):
    statement = {**verdict().statement(), **change}
    envelope = sealed(statement, key_id=KEY.key_id, sign=KEY.sign).as_json()
    with pytest.raises(InvariantBrokenError):
        recorded_approval(json.loads(canonical_json(envelope)), ORDER, KEY.is_signed)


@pytest.mark.parametrize(
    "check", [{"number": 1}, {"outcome": "perhaps"}, {"value": "many"}, {"code": "NO_SUCH_CODE"}]
)
def test_findings_that_cannot_be_read_back_approve_nothing(check):
    statement = verdict().statement()
    checks = [dict(each) for each in statement["predicate"]["checks"]]
    checks[0] = {**checks[0], **check} if "number" not in check else check
    statement["predicate"] = {**statement["predicate"], "checks": checks}
    envelope = sealed(statement, key_id=KEY.key_id, sign=KEY.sign).as_json()
    with pytest.raises(InvariantBrokenError):
        recorded_approval(json.loads(canonical_json(envelope)), ORDER, KEY.is_signed)


def test_signatures_exchanged_between_verdicts_are_found():
    """Source: RELIABILITY 4.3 (1,000 swaps)."""
    orders = [entry(f"dec_{number}", quantity=str(number)) for number in range(1, 33)]
    rows = [row(verdict(order, number=place)) for place, order in enumerate(orders)]
    for one in range(32):
        for other in range(32):
            swapped = json.loads(json.dumps(rows[one]))
            swapped["envelope"]["signatures"] = rows[other]["envelope"]["signatures"]
            found = list(verdict_problems(swapped, KEY.is_signed))
            assert bool(found) == (one != other)


def test_a_row_as_it_was_written_has_no_problems():
    denied = row(verdict(situation=at(CALM, decision=None)))
    for told in (row(verdict()), denied):
        assert list(verdict_problems(told, KEY.is_signed)) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("outcome", "denied"),
        ("quantity", "11"),
        ("decisionId", "dec_2"),
        ("decisionHash", "cd" * 32),
        ("limitsHash", "other"),
        ("validUntil", "2027-11-20T12:01:00.000000Z"),
        ("checks", []),
        ("verdictId", "vrd_2"),
        ("note", "a fact that nobody signed"),
    ],
)
def test_a_fact_beside_the_envelope_that_was_not_signed_is_found(key, value):
    told = {**row(verdict()), key: value}
    assert list(verdict_problems(told, KEY.is_signed))


def test_a_verdict_without_an_envelope_cannot_be_believed():
    told = row(verdict())
    del told["envelope"]
    (problem,) = verdict_problems(told, KEY.is_signed)
    assert "cannot be believed" in problem
