"""Waivers: for a time, with a reason, and never of what nobody may let pass."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.arbiter.constitution import Delta, Waiver, WaiverState
from quorate.arbiter.constitution.waiver import (
    LONGEST_LIFE,
    added_event,
    delta_in,
    next_waiver_id,
    revoked_event,
)
from quorate.kernel.canonical import as_json
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from tests.fakes.clock import NOON
from tests.fakes.courts import WISH

END = WISH.expires_at
TICK = timedelta(microseconds=1)
WAIVER = Waiver(waiver_id="WV-0001", wish=WISH, created_at=NOON)


@pytest.mark.parametrize(
    ("now", "state", "counts"),
    [
        pytest.param(NOON - TICK, WaiverState.ACTIVE, False, id="before it was made"),
        pytest.param(NOON, WaiverState.ACTIVE, True, id="from its first moment"),
        pytest.param(END - TICK, WaiverState.ACTIVE, True, id="to its last"),
        pytest.param(END, WaiverState.EXPIRED, False, id="not at its expiry"),
    ],
)
def test_a_waiver_counts_from_its_creation_to_its_expiry(now, state, counts):
    assert WAIVER.state(now) is state
    assert WAIVER.counts_for("arena_run", now) is counts


def test_a_revoked_waiver_counts_no_more():
    revoked = replace(WAIVER, revoked_at=NOON, revoked_by="bert")
    assert revoked.state(NOON) is WaiverState.REVOKED
    assert not revoked.counts_for("arena_run", NOON)


def test_a_waiver_is_for_the_operations_that_match_its_patterns():
    assert not WAIVER.counts_for("order", NOON)
    assert WAIVER.waives("budget_adherence.usd")
    assert not WAIVER.waives("budget_adherence.power_calls")
    assert not WAIVER.waives("budget_adherence")
    whole = replace(WAIVER, wish=replace(WISH, gates=("quality_gates",)))
    assert whole.waives("quality_gates.coverage")
    assert not whole.waives("quality_gatesx.coverage")


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        pytest.param(replace(WISH, title=" "), "a title has", id="no title"),
        pytest.param(replace(WISH, reason="too short"), "a reason has 10", id="9 characters"),
        pytest.param(replace(WISH, reason="x" * 501), "a reason has 10", id="501 characters"),
        pytest.param(replace(WISH, approved_by=""), "names who approves", id="no approver"),
        pytest.param(replace(WISH, expires_at=NOON), "a waiver ends", id="no life"),
        pytest.param(
            replace(WISH, expires_at=NOON + LONGEST_LIFE + TICK), "within 90 days", id="too long"
        ),
        pytest.param(replace(WISH, gates=()), "names the gates", id="no gate"),
        pytest.param(replace(WISH, operations=()), "patterns of task types", id="no operation"),
        pytest.param(replace(WISH, operations=("a b",)), "patterns", id="no pattern"),
        pytest.param(replace(WISH, delta=Delta()), "by how much", id="a budget without a raise"),
        pytest.param(replace(WISH, delta=Delta(usd=Decimal(-1))), "does not lower", id="less"),
        pytest.param(replace(WISH, gates=("quality_gates",)), "by how much", id="a raise of none"),
        *(
            pytest.param(replace(WISH, gates=(gate,)), "cannot be waived", id=gate)
            for gate in (
                *("invariants", "working_spec_validity", "scope_adherence.symbols", "signature"),
                *("risk_tier_appropriateness", "constitution", "waiver_requirements", "x", ""),
                *("acceptance_criteria.A1", "budget_adherence.", "*", "budget_adherencex"),
            )
        ),
    ],
)
def test_there_is_no_such_waiver(wish, said):
    with pytest.raises(RejectedError, match=said):
        added_event("WV-0001", wish, NOON)


def test_at_its_limits_a_waiver_is_possible():
    at_limits = replace(
        WISH, reason="x" * 10, expires_at=NOON + LONGEST_LIFE, delta=Delta(tokens=1)
    )
    assert added_event("WV-0001", at_limits, NOON).payload["approvedBy"] == "anna"


def test_a_revocation_has_a_reason_too():
    with pytest.raises(RejectedError):
        revoked_event("WV-0001", by="bert", reason="why not  ", now=NOON)


def test_ids_have_four_digits_and_end():
    assert (next_waiver_id(0), next_waiver_id(9998)) == ("WV-0001", "WV-9999")
    with pytest.raises(RejectedError):
        next_waiver_id(9999)


def test_raises_read_back_as_they_were_written():
    assert delta_in(as_json(WISH.delta.payload())) == WISH.delta
    with pytest.raises(InvariantBrokenError):
        delta_in({"usd": "1"})
