from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.record.facts import Facts
from quorate.arena.record.header import (
    completed_payload,
    ended_payload,
    read_header,
    requested_payload,
    stream_of,
    total_cost,
)
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.money import Usd
from tests.unit.arena.casts import BUY, HOLD, PROFILES, RUN, ballot, decided, header
from tests.unit.arena.record.test_answers import stored


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(header("AAPL", "IBM"), id="by hand"),
        pytest.param(replace(header(), requested_as_of=None, cycle_id="cyc_1"), id="by the cycle"),
    ],
)
def test_a_header_reads_back_as_it_was(begun):
    payload = requested_payload(begun, [PROFILES["trend"]])
    assert read_header(stored(payload)) == begun


def test_a_run_records_its_profiles_in_full():
    (recorded,) = requested_payload(header(), [PROFILES["rule_risk_manager"]])["profiles"]
    assert recorded["model"] == "risk_manager/1"
    assert recorded["voter"] is False
    assert recorded["role"] == "risk_manager"


def test_a_header_without_its_session_is_corrupt():
    payload = stored(requested_payload(header(), DEFAULT_PROFILES)).tree
    with pytest.raises(InvariantBrokenError, match="asOf"):
        read_header(Facts({**payload, "asOf": None}))


def test_a_completed_run_names_what_it_concluded():
    payload = completed_payload(
        [decided(ballot(HOLD, HOLD))], cost=Usd(Decimal(0)), latency_ms=12.5
    )
    assert payload == {
        "costUsd": "0",
        "latencyMs": "12.5",
        "finalActions": {"AAPL": "HOLD"},
        "escalated": False,
    }


def test_a_run_that_ended_otherwise_says_why():
    assert ended_payload(reason="abandoned", detail="the process was killed") == {
        "reason": "abandoned",
        "detail": "the process was killed",
    }


@pytest.mark.parametrize(
    ("costs", "total"),
    [
        pytest.param([], "0", id="no call"),
        pytest.param(["0.001", "0.02"], "0.021", id="summed exactly"),
        pytest.param(["0.001", None], None, id="one unknown makes all unknown"),
    ],
)
def test_a_runs_cost_is_the_sum_of_its_calls(costs, total):
    known = [Usd(Decimal(cost)) if cost else None for cost in costs]
    assert total_cost(known) == (Usd(Decimal(total)) if total else None)


def test_a_run_has_a_stream_of_its_own():
    assert stream_of(RUN) == "run:run_1"
    assert decided(ballot(BUY, BUY)).decision_id.startswith("dec_")
