"""What the events of money do to the call rows, the balances and the limits."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.adapters.sql.batch import as_stored
from quorate.adapters.sql.projection import Place
from quorate.adapters.sql.projections import project
from quorate.kernel.errors import ConflictError, InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from quorate.llm.balance import Balance
from quorate.llm.budget import CallStatus
from quorate.llm.call_record import recalled_event, reserved_event, settled_event
from quorate.llm.nanos import Nanos
from quorate.llm.tier import Tier
from tests.fakes.clock import NOON
from tests.fakes.money import charge, wanted
from tests.integration import facts
from tests.unit.adapters.sql.sessions import FakeSession

PLACE = Place(Tenant("t"), 7, "2026-11-20T12:00:00.000000Z")
CENT = 10_000_000
WORST = CENT


def projected(event, **about):
    session = FakeSession(**about)
    project(session, PLACE, as_stored(event)[0])
    return session


def call_row(status="reserved", worst=WORST, cost=None, counted=WORST, held=(CENT, 0, 3, 0, 0, 1)):
    return (status, worst, cost, counted, "2026-11-20", "analyst", *held)


def test_the_first_call_of_a_day_begins_a_balance():
    balance, call = projected(facts.call_reserved("call_1")).inserts
    assert balance == (
        "budget_days",
        {
            "tenant": "t",
            "day": "2026-11-20",
            "profile": "analyst",
            "reserved": CENT,
            "spent": 0,
            "calls": 1,
            "unpriced": 0,
            "power_calls": 0,
            "open_calls": 1,
        },
    )
    table, row = call
    assert (table, row["status"], row["reserved"], row["counted"]) == (
        *("llm_calls", "reserved", CENT, CENT),
    )
    assert (row["reserved_at"], row["settled_at"], row["cost"]) == (PLACE.ts, "", None)


def test_a_later_call_moves_the_balance_that_it_was_decided_on():
    request = facts.call("call_2")
    request = replace(request, request=wanted("0.01", call_id="call_2", tier=Tier.POWER))
    after = Balance(Nanos(3 * CENT), Nanos(5 * CENT), 8, 1, 3, 2)
    session = projected(reserved_event(request, role="", balance=after))
    ((table, values),) = session.updates
    assert table == "budget_days"
    assert {name: values[f"was_{name}"] for name in Balance._fields} == {
        "reserved": 2 * CENT,
        "spent": 5 * CENT,
        "calls": 7,
        "unpriced": 1,
        "power_calls": 2,
        "open_calls": 1,
    }
    assert {name: values[name] for name in Balance._fields} == after._asdict()


def test_a_balance_that_moved_meanwhile_undoes_the_reservation():
    after = Balance(Nanos(CENT), Nanos(0), 2, 0, 0, 1)
    event = reserved_event(facts.call("call_2"), role="", balance=after)
    with pytest.raises(ConflictError, match="the budget of analyst has moved"):
        projected(event, guards_hold=False)


def test_a_settlement_replaces_what_was_set_aside():
    balance, call = projected(facts.call_settled("call_1"), rows=[call_row()]).updates
    assert (balance[1]["was_reserved"], balance[1]["reserved"]) == (CENT, 0)
    assert (balance[1]["was_spent"], balance[1]["spent"]) == (0, 2_000_000)
    assert (balance[1]["calls"], balance[1]["open_calls"]) == (3, 0)
    table, row = call
    assert (table, row["was_status"], row["status"]) == ("llm_calls", "reserved", "answered")
    assert (row["cost"], row["counted"], row["cost_source"]) == (2_000_000, 2_000_000, "provider")
    assert (row["prompt_tokens"], row["cached_tokens"], row["latency_ms"]) == (900, 10, "12.5")
    assert row["settled_at"] == PLACE.ts


def settled(status, cost):
    return settled_event(facts.call("call_1"), charge(cost, status))


def test_a_true_end_after_a_guess_corrects_the_balance():
    guessed = call_row("abandoned", held=(0, CENT, 3, 0, 0, 0))
    balance, call = projected(settled(CallStatus.LATE, "0.004"), rows=[guessed]).updates
    assert (balance[1]["was_spent"], balance[1]["spent"]) == (CENT, 4_000_000)
    assert (balance[1]["reserved"], balance[1]["open_calls"]) == (0, 0)
    assert (call[1]["was_status"], call[1]["status"]) == ("abandoned", "late")


@pytest.mark.parametrize("status", [CallStatus.ANSWERED, CallStatus.ABANDONED])
def test_a_call_that_has_ended_stays_as_it_is(status):
    ended = call_row("answered", cost=5, counted=5)
    session = projected(settled(status, "0.004"), rows=[ended])
    assert (session.inserts, session.updates) == ([], [])


def test_a_call_without_a_price_is_unpriced_until_its_cost_is_known():
    unpriced = call_row(worst=None, counted=0, held=(0, 0, 1, 1, 0, 1))
    known, _ = projected(settled(CallStatus.ANSWERED, "0.004"), rows=[unpriced]).updates
    assert (known[1]["unpriced"], known[1]["spent"]) == (0, 4_000_000)


def test_a_settlement_of_what_nobody_set_aside_is_refused():
    with pytest.raises(ConflictError, match="no money was set aside for the call call_1"):
        projected(facts.call_settled("call_1"))


def test_a_call_that_somebody_settled_meanwhile_is_said():
    with pytest.raises(ConflictError, match="has moved meanwhile"):
        projected(facts.call_settled("call_1"), rows=[call_row()], guards_hold=False)


def test_an_answer_from_the_cache_touches_no_balance():
    hit = replace(charge("0"), cache_hit=True)
    event = recalled_event(wanted(call_id="call_3"), hit, role="", day=NOON.date())
    ((table, row),) = projected(event).inserts
    assert (table, row["cache_hit"], row["counted"], row["reserved"]) == (
        "llm_calls",
        True,
        0,
        None,
    )


def test_a_limit_is_set_first_and_moved_from_the_version_before_later():
    ((table, first),) = projected(facts.budget_set("daily", "2")).inserts
    assert (table, first["size"], first["version"]) == ("budget_limits", 2_000_000_000, 1)
    ((_, later),) = projected(facts.budget_set("daily", None, version=4)).updates
    assert (later["was_version"], later["version"], later["size"]) == (3, 4, None)


def test_a_limit_of_calls_is_a_number():
    payload = {"limit": "power-calls", "sizeUsd": None, "sizeCalls": 30, "version": 1}
    event = Event(stream="budget:power-calls", type="budget.set", payload=payload)
    ((_, row),) = projected(event).inserts
    assert row["size"] == 30


@pytest.mark.parametrize(
    ("event", "change"),
    [
        pytest.param(facts.call_reserved("c"), {"balance": {"reserved": 1}}, id="half a balance"),
        pytest.param(facts.call_reserved("c"), {"balance": 7}, id="no balance"),
        pytest.param(facts.call_reserved("c"), {"tier": "huge"}, id="no tier"),
        pytest.param(facts.call_reserved("c"), {"reservedUsd": "much"}, id="no amount"),
        pytest.param(facts.call_settled("c"), {"status": "lost"}, id="no status"),
        pytest.param(facts.budget_set("daily", "2"), {"limit": "hourly"}, id="no limit"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused(event, change):
    with pytest.raises(InvariantBrokenError):
        projected(replace(event, payload={**event.payload, **change}), rows=[call_row()])


def test_amounts_are_exact():
    event = settled_event(facts.call("c"), charge("0.0000123456789"))
    assert Decimal(str(event.payload["costUsd"])) == Decimal("0.000012346")
