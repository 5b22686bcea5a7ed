"""Only what every check let through is approved, and only the risk room approves."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import quorate
from quorate.kernel.errors import InvariantBrokenError
from quorate.risk import ApprovedOrder, RiskLimits, approve, assess
from tests.unit.risk.orders import CALM, ENTRY, at

LIMITS = RiskLimits()


def test_an_order_that_passes_is_approved():
    found = assess(ENTRY, CALM, LIMITS)
    approved = approve(found)
    assert (approved.request, approved.assessment) == (ENTRY, found)


def test_a_denied_order_is_not():
    with pytest.raises(InvariantBrokenError, match="CIRCUIT_OPEN"):
        approve(assess(ENTRY, at(system={"breaker_open": True}), LIMITS))


def test_nobody_else_makes_an_approved_order():
    found = assess(ENTRY, CALM, LIMITS)
    with pytest.raises(InvariantBrokenError, match="risk room alone"):
        ApprovedOrder(request=ENTRY, assessment=found, _seal=object())
    with pytest.raises(InvariantBrokenError, match="risk room alone"):
        ApprovedOrder(request=ENTRY, assessment=found, _seal=None)


def test_the_approval_is_called_for_in_no_other_room():
    package = Path(quorate.__file__).parent
    makers = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ApprovedOrder"
    }
    assert makers == {"risk/approval.py"}


def test_an_orders_hash_covers_what_is_approved():
    hashes = {
        ENTRY.hash,
        replace(ENTRY, quantity=ENTRY.quantity + 1).hash,
        replace(ENTRY, price=ENTRY.price + 1).hash,
        replace(ENTRY, protective_stop=None).hash,
        replace(ENTRY, decision_hash="other").hash,
    }
    assert len(hashes) == 5
