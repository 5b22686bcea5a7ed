import pytest

from quorate.arbiter.coordination import CircuitOpenError, Gate, Pressure, Switch
from quorate.resilience.breaker import Circuit, FailureSource

OPEN = Switch()
CALM = Pressure(able=1, queued=0)


def test_below_the_limit_tasks_wait_their_turn():
    Gate().passed(Pressure(able=1, queued=999), OPEN, 0.0)


@pytest.mark.parametrize(
    ("pressure", "why"),
    [
        (Pressure(able=0, queued=0), "no worker is able"),
        (Pressure(able=4, queued=1000), "1000 tasks wait"),
    ],
)
def test_with_nobody_to_work_or_too_many_that_wait_nothing_is_taken(pressure, why):
    gate = Gate().pressed(pressure, 10.0)
    assert gate.breaker.circuit is Circuit.OPEN
    with pytest.raises(CircuitOpenError, match=why) as refusal:
        gate.passed(pressure, OPEN, 10.0)
    assert refusal.value.body() == {
        "reason": "circuit_open",
        "retry_after": 30,
        "open_reason": refusal.value.open_reason,
    }


def test_after_thirty_seconds_one_test_task_comes_in_and_closes_it():
    gate = Gate().pressed(Pressure(able=0, queued=0), 0.0)
    with pytest.raises(CircuitOpenError):
        gate.passed(CALM, OPEN, 29.0)
    trial = gate.passed(CALM, OPEN, 30.0)
    assert trial.breaker.circuit is Circuit.HALF_OPEN
    with pytest.raises(CircuitOpenError):
        trial.passed(CALM, OPEN, 31.0)
    closed = trial.worked(trial.breaker.generation)
    assert closed.breaker.circuit is Circuit.CLOSED
    closed.passed(CALM, OPEN, 32.0)


def test_a_test_task_that_fails_opens_it_again():
    trial = Gate().pressed(Pressure(able=0, queued=0), 0.0).passed(CALM, OPEN, 30.0)
    failed = trial.failed(FailureSource.AGENT_CRASH, trial.breaker.generation, 33.0)
    with pytest.raises(CircuitOpenError):
        failed.passed(CALM, OPEN, 60.0)
    failed.passed(CALM, OPEN, 63.0)


@pytest.mark.parametrize(
    ("source", "stays_closed"),
    [
        (FailureSource.AGENT_CRASH, 2),
        (FailureSource.NETWORK_ERROR, 5),
        (FailureSource.LLM_TIMEOUT, 500),
    ],
)
def test_fm_taw_010_failures_weigh_by_whose_they_are(source, stays_closed):
    gate = Gate()
    for _ in range(stays_closed):
        gate = gate.failed(source, 0, 1.0)
    assert gate.breaker.circuit is Circuit.CLOSED
    after = gate.failed(source, 0, 1.0).breaker.circuit
    assert after is (Circuit.CLOSED if source is FailureSource.LLM_TIMEOUT else Circuit.OPEN)


def test_after_a_shutdown_nothing_is_taken_however_calm_it_is():
    with pytest.raises(CircuitOpenError, match="tsk_1"):
        Gate().passed(CALM, Switch("shut", "tsk_1 has no verdict"), 0.0)
