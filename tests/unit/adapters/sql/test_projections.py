"""What each event does to the state tables, and that every table has its events."""

import pkgutil
from importlib import import_module

import pytest

import quorate.adapters.sql
from quorate.adapters.sql.projection import Place
from quorate.adapters.sql.projections import ALL, STATE_TABLES, metadata, project
from quorate.kernel.errors import ConflictError, InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event
from tests.integration import facts, result_facts
from tests.unit.adapters.sql.sessions import FakeSession

PLACE = Place(Tenant("t"), 7, "2026-11-20T12:00:00.000000Z")


def projected(event, **about):
    session = FakeSession(**about)
    project(session, PLACE, event)
    return session


def test_every_table_is_refolded_but_the_chain_and_what_stands_under_its_digest():
    beside = {"journal", "checkpoints", "blobs"}
    assert {table.name for table in STATE_TABLES} == set(metadata.tables) - beside


def declared():
    """Return, for each event, the projections that the files of the rooms declare of it."""
    found = {}
    for module in pkgutil.iter_modules(quorate.adapters.sql.__path__, "quorate.adapters.sql."):
        if not module.ispkg and "postgres" not in module.name:
            for kind, projection in getattr(import_module(module.name), "PROJECTIONS", {}).items():
                found.setdefault(kind, []).append(projection)
    return found


def test_every_file_with_projections_has_them_in_use():
    found = declared()
    assert set(found) == set(ALL)
    assert [kind for kind, ways in found.items() if ALL[kind] not in ways] == []


@pytest.mark.parametrize(
    "event",
    [
        *(event for event in result_facts.result_events() if event.type == "run.completed"),
        facts.agent_answered("run_1", "bars"),
    ],
    ids=lambda event: event.type,
)
def test_an_event_that_two_rooms_follow_changes_the_tables_of_both(event):
    written = []
    for way in declared()[event.type]:
        session = FakeSession()
        way(session, PLACE, event)
        written.append({table for table, _ in (*session.inserts, *session.updates)})
    used = projected(event)
    assert len(written) > 1
    assert set().union(*written) == {table for table, _ in (*used.inserts, *used.updates)}


def test_no_other_event_is_followed_by_two_rooms():
    assert {kind for kind, ways in declared().items() if len(ways) > 1} == {
        *("run.completed", "agent.answered")
    }


def test_every_table_begins_its_key_with_the_tenant():
    for table in metadata.tables.values():
        assert next(iter(table.primary_key)).name == "tenant", table.name
        assert next(iter(table.columns)).name == "tenant", table.name


def test_an_event_that_no_table_follows_changes_nothing():
    session = projected(facts.noted("a"))
    assert (session.inserts, session.updates) == ([], [])


def test_a_step_is_recorded_at_its_row():
    (step,) = projected(facts.noted("a", step_key="k")).inserts
    assert step == ("step_ledger", {"tenant": "t", "step_key": "k", "seq": 7})


@pytest.mark.parametrize("event", facts.one_of_each(), ids=lambda event: event.type)
def test_a_row_is_added_with_every_column_and_its_tenant(event):
    session = projected(event)
    assert session.inserts or session.updates
    for table, values in session.inserts:
        assert set(values) == set(metadata.tables[table].columns.keys())
        assert values["tenant"] == "t"


def test_a_first_holding_adds_the_lease_and_a_later_one_moves_it_from_the_token_before():
    first = projected(facts.lease_taken("l", token=1))
    later = projected(facts.lease_taken("l", owner="b", token=5))
    assert (len(first.inserts), first.updates) == (1, [])
    ((table, values),) = later.updates
    assert (table, values["was_token"], values["token"]) == ("leases", 4, 5)
    assert (values["was_name"], values["owner"]) == ("l", "b")


@pytest.mark.parametrize("kind", ["renewed", "released"])
def test_a_lease_is_kept_under_its_own_token(kind):
    event = facts.lease_renewed("l", token=3)
    event = Event(stream=event.stream, type=f"lease.{kind}", payload=event.payload)
    ((_table, values),) = projected(event).updates
    assert (values["was_token"], values["token"]) == (3, 3)


def test_a_task_moves_from_the_state_and_in_the_hands_that_its_event_names():
    ((table, values),) = projected(facts.task_moved("x", "RECEIVED", "ROUTED", token=2)).updates
    assert (table, values["was_state"], values["was_token"]) == ("tasks", "RECEIVED", 2)
    assert values["state"] == "ROUTED"


@pytest.mark.parametrize("on", [True, False], ids=["on", "off"])
def test_a_profile_is_switched_from_the_other_position(on):
    ((_table, values),) = projected(facts.profile_switched("trend", on=on)).updates
    assert (values["was_enabled"], values["enabled"]) == (not on, on)


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled"])
def test_a_run_ends_once_and_in_one_way(status):
    event = Event(stream="run:run_1", type=f"run.{status}", payload={})
    ((_table, values),) = projected(event).updates
    assert (values["was_status"], values["status"]) == ("running", status)
    assert (values["was_run_id"], values["finished_at"]) == ("run_1", PLACE.ts)
    assert (values["cost_usd"], values["final_actions"]) == (None, "{}")


def test_a_run_is_listed_under_the_profiles_that_it_asks():
    ((_table, values),) = projected(facts.run_requested("run_1")).inserts
    assert (values["profiles"], values["outcome"]) == (" trend wyckoff ", "")


@pytest.mark.parametrize(
    ("actions", "outcome"),
    [({"A": "HOLD", "B": "SELL"}, "traded"), ({"A": "HOLD"}, "held"), ({}, "no_trade")],
    ids=["traded", "held", "no trade"],
)
def test_a_completed_run_is_listed_under_what_it_came_to(actions, outcome):
    event = Event(stream="run:run_1", type="run.completed", payload={"finalActions": actions})
    ((_table, values),) = projected(event).updates
    assert values["outcome"] == outcome


def test_the_triggers_that_fired_are_kept_in_their_own_order():
    names = ("high_volatility", "portfolio_delta", "disagreement")
    triggers = [{"name": name, "fired": name != "portfolio_delta"} for name in names]
    (made,) = [event for event in facts.one_of_each() if event.type == "decision.made"]
    event = Event(
        stream=made.stream, type=made.type, payload={**made.payload, "triggers": triggers}
    )
    ((_table, values),) = projected(event).inserts
    assert values["triggers"] == "disagreement high_volatility"


def test_a_session_uses_its_link_up():
    opened = projected(facts.session_opened("s1", link="l1"))
    ((table, used),) = opened.updates
    assert (table, used["was_link_hash"], used["was_used_at"]) == ("sign_in_links", "l1", "")
    assert used["used_at"] == PLACE.ts
    assert [name for name, _ in opened.inserts] == ["hub_sessions"]


@pytest.mark.parametrize(
    ("event", "guard", "change"),
    [
        (facts.session_closed("s1"), "was_closed_at", "closed_at"),
        (facts.token_revoked("tok_1"), "was_revoked_at", "revoked_at"),
    ],
    ids=["session", "token"],
)
def test_what_was_granted_is_taken_back_once(event, guard, change):
    ((_table, values),) = projected(event).updates
    assert (values[guard], values[change]) == ("", PLACE.ts)


def test_bars_are_added_first_and_replaced_under_the_digest_in_use_later():
    assert projected(facts.series_imported("AAPL", b"a")).inserts
    ((table, values),) = projected(facts.series_imported("AAPL", b"b", replaces="old")).updates
    assert (table, values["was_digest"], values["was_symbol"]) == ("market_series", "old", "AAPL")


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (facts.task_moved("x", "ROUTED", "EXECUTING"), "no longer ROUTED in this holder's hands"),
        (facts.task_adopted("x", token=2), "took the task over first"),
        (facts.lease_renewed("l"), "the lease on l was lost"),
        (facts.profile_switched("trend", on=True), "profile trend is enabled already"),
        (facts.run_completed("run_1"), "run_1 has ended already"),
        (facts.series_imported("AAPL", b"b", replaces="old"), "replaced AAPL first"),
        (facts.session_opened("s1", link="l1"), "the sign-in link was used already"),
        (facts.session_closed("s1"), "the session is closed already"),
        (facts.token_revoked("tok_1"), "token tok_1 is revoked already"),
    ],
    ids=lambda value: getattr(value, "type", ""),
)
def test_a_guard_that_fails_says_who_was_quicker(event, says):
    with pytest.raises(ConflictError, match=says):
        projected(event, guards_hold=False)


ENDS = {"run.completed", "run.failed", "run.cancelled"}
"""They need no facts beside their stream."""


@pytest.mark.parametrize("kind", sorted(set(ALL) - ENDS))
def test_an_event_without_its_facts_is_refused(kind):
    with pytest.raises(InvariantBrokenError):
        projected(Event(stream="x:1", type=kind, payload={}))
