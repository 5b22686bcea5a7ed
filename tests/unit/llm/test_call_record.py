from dataclasses import replace
from datetime import date

from quorate.kernel.canonical import canonical_json
from quorate.llm.balance import Balance
from quorate.llm.budget import CallStatus, Reservation
from quorate.llm.call_record import recalled_event, reserved_event, settled_event
from quorate.llm.tier import Tier
from tests.fakes.money import TRACE, charge, usd, wanted

DAY = date(2026, 11, 20)


def reservation(worst="0.01", **about):
    request = wanted(worst, call_id="call_1", **about)
    return Reservation(id="call_1", request=request, reserved=usd(worst or "0"), day=DAY)


def test_what_was_set_aside_is_said_with_the_balance_it_was_decided_on():
    event = reserved_event(
        reservation(tier=Tier.POWER), role="judge", balance=Balance(10, 20, 3, 1, 2, 1)
    )
    assert (event.stream, event.type) == ("call:call_1", "call.reserved")
    assert (event.trace_id, event.book) == (TRACE, "replay")
    assert event.payload == {
        "callId": "call_1",
        "logicalId": "logical_1",
        "runId": "run_1",
        "profile": "analyst",
        "role": "judge",
        "tier": "power",
        "purpose": "panel",
        "provider": "openrouter",
        "model": "small/model",
        "day": "2026-11-20",
        "reservedUsd": "0.01",
        "balance": {
            "reserved": 10,
            "spent": 20,
            "calls": 3,
            "unpriced": 1,
            "powerCalls": 2,
            "openCalls": 1,
        },
    }


def test_an_unknown_price_and_no_run_are_null():
    event = reserved_event(reservation(None, run_id=None), role="", balance=Balance())
    assert (event.payload["reservedUsd"], event.payload["runId"]) == (None, None)


def test_the_end_of_a_call_is_its_record():
    event = settled_event(reservation(), charge("0.0021"))
    assert (event.stream, event.type, event.trace_id) == ("call:call_1", "call.settled", TRACE)
    assert event.payload == {
        "callId": "call_1",
        "modelAsked": "openrouter/small/model",
        "countedUsd": "0.0021",
        "status": "answered",
        "code": "",
        "costUsd": "0.0021",
        "costSource": "provider",
        "priceVersion": "",
        "promptTokens": 900,
        "completionTokens": 100,
        "cachedTokens": 10,
        "latencyMs": 12.5,
        "modelServed": "small/model",
        "promptHash": "ab" * 32,
        "template": "technical_analyst/1",
        "cacheHit": False,
        "fallbackReason": "",
        "usageEstimated": False,
    }
    assert canonical_json(event.payload)


def test_a_cost_that_nobody_knows_is_null_and_counts_as_the_worst_case():
    event = settled_event(reservation(), charge(None, CallStatus.LATE))
    assert (event.payload["costUsd"], event.payload["countedUsd"]) == (None, "0.01")


def test_a_cost_that_nobody_knows_of_a_call_without_a_price_counts_for_nothing():
    event = settled_event(reservation(None), charge(None))
    assert (event.payload["costUsd"], event.payload["countedUsd"]) == (None, "0")


def test_whole_milliseconds_are_stored_like_any_others():
    event = settled_event(reservation(), replace(charge(), latency_ms=12))
    assert '"latencyMs":"12.0"' in canonical_json(event.payload)


def test_an_answer_from_the_cache_is_no_call():
    hit = replace(charge("0"), cache_hit=True)
    event = recalled_event(wanted(call_id="call_2"), hit, role="judge", day=DAY)
    assert (event.stream, event.type) == ("call:call_2", "call.recalled")
    facts = {key: event.payload[key] for key in ("callId", "cacheHit", "costUsd", "countedUsd")}
    assert facts == {"callId": "call_2", "cacheHit": True, "costUsd": "0", "countedUsd": "0"}
