import pytest

from quorate.fleet.session import SESSION_TABLE, Session, SessionEvent, SessionState
from quorate.kernel.errors import ConflictError

CONNECTED = Session(worker="w1")
_S, _E = SessionState, SessionEvent

LEADS_TO = {
    _S.CONNECTED: {_E.REGISTERED: _S.REGISTERED},
    _S.REGISTERED: {
        _E.READY: _S.IDLE,
        _E.DRAIN: _S.DRAINING,
        _E.QUARANTINE: _S.QUARANTINED,
        _E.LEAVE: _S.LEFT,
    },
    _S.IDLE: {
        _E.FILLED: _S.BUSY,
        _E.DRAIN: _S.DRAINING,
        _E.QUARANTINE: _S.QUARANTINED,
        _E.LEAVE: _S.LEFT,
    },
    _S.BUSY: {_E.FREED: _S.IDLE, _E.DRAIN: _S.DRAINING, _E.QUARANTINE: _S.QUARANTINED},
    _S.DRAINING: {
        _E.STOP_DRAIN: _S.REGISTERED,
        _E.QUARANTINE: _S.QUARANTINED,
        _E.LEAVE: _S.LEFT,
    },
    _S.QUARANTINED: {
        _E.RESTORE: _S.REGISTERED,
        _E.DRAIN: _S.DRAINING,
        _E.LEAVE: _S.LEFT,
    },
    _S.LOST: {},
    _S.LEFT: {},
}
"""Written down a second time, on purpose: a change of the table is a change of both."""
GONE = {_E.SILENT, _E.DISCONNECTED, _E.SUPERSEDED}
ENDED = {_S.LOST, _S.LEFT}


def registered(slots=1, held=None):
    return CONNECTED.registered(1, {"llm": True}, slots, held or {})


@pytest.mark.parametrize("event", list(SessionEvent))
@pytest.mark.parametrize("state", list(SessionState))
def test_every_state_and_every_event(state, event):
    wanted = LEADS_TO[state].get(event)
    if event in GONE and state not in ENDED:
        wanted = _S.LOST
    if wanted is None:
        with pytest.raises(ConflictError):
            SESSION_TABLE.target(state, event)
    else:
        assert SESSION_TABLE.target(state, event) is wanted


def test_a_session_ends_lost_or_left_and_nowhere_else():
    assert {state for state in SessionState if SESSION_TABLE.is_terminal(state)} == ENDED


def test_a_worker_is_given_nothing_before_it_said_that_it_is_ready():
    before = registered()
    assert (before.state, before.free) == (SessionState.REGISTERED, 0)
    after = before.ready()
    assert (after.state, after.free) == (SessionState.IDLE, 1)


def test_a_worker_that_comes_back_with_all_its_slots_taken_is_busy():
    after = registered(slots=1, held={"tsk_1": 3}).ready()
    assert (after.state, after.free) == (SessionState.BUSY, 0)


def test_a_worker_is_idle_while_it_has_a_slot_free():
    one = registered(slots=2).ready().given("tsk_1", 1)
    full = one.given("tsk_2", 1)
    assert [one.state, full.state] == [SessionState.IDLE, SessionState.BUSY]
    assert full.without("tsk_1").free == 1


def test_a_task_that_it_did_not_have_can_be_taken_from_it():
    idle = registered().ready()
    assert idle.without("tsk_9") == idle


def test_a_draining_worker_stays_so_as_its_tasks_end():
    draining = registered(slots=2).ready().given("tsk_1", 1).moved(SessionEvent.DRAIN)
    assert (draining.without("tsk_1").state, draining.free) == (SessionState.DRAINING, 0)


def test_a_restored_worker_is_ready_again_and_its_failures_are_forgotten():
    aside = registered().ready().failed().failed().moved(SessionEvent.QUARANTINE)
    back = aside.restored()
    assert (back.state, back.failures, back.free) == (SessionState.IDLE, 0, 1)


def test_a_worker_that_was_set_aside_before_it_was_ready_waits_for_that_when_restored():
    aside = registered().moved(SessionEvent.QUARANTINE)
    assert aside.restored().state is SessionState.REGISTERED
    assert aside.ready().state is SessionState.QUARANTINED
    assert aside.ready().restored().state is SessionState.IDLE


def test_a_drain_that_is_taken_back_leaves_a_full_worker_busy():
    full = registered().ready().given("tsk_1", 1).moved(SessionEvent.DRAIN)
    assert full.undrained().state is SessionState.BUSY
