"""The breaker's table, transition by transition."""

import pytest

from quorate.kernel.errors import RejectedError
from quorate.resilience.breaker import CLOSED, TASK_WEIGHTS, BreakerPolicy, Circuit, FailureSource

POLICY = BreakerPolicy(threshold=3.0, window_s=60.0, open_s=30.0, trial_s=20.0)


def after_failures(*moments, weight=1.0, breaker=CLOSED):
    for now in moments:
        breaker = breaker.failed(POLICY, generation=breaker.generation, weight=weight, now=now)
    return breaker


def half_open():
    """A breaker that opened at 2 and let its trial through at 40."""
    return after_failures(0, 1, 2).admitted(POLICY, 40)


def test_a_closed_breaker_lets_everybody_through():
    assert CLOSED.admits(0)
    assert CLOSED.admitted(POLICY, 0) is CLOSED
    assert CLOSED.worked(CLOSED.generation) is CLOSED


def test_the_third_failure_of_a_window_opens_it():
    assert after_failures(0, 1).circuit is Circuit.CLOSED
    opened = after_failures(0, 1, 2)
    assert (opened.circuit, opened.until) == (Circuit.OPEN, 32)


def test_a_failure_counts_for_one_window_only():
    assert after_failures(0, 30, 60).circuit is Circuit.CLOSED
    assert after_failures(0, 30, 59.9).circuit is Circuit.OPEN


def test_a_success_does_not_wipe_out_the_failures_before_it():
    breaker = after_failures(0, 1)
    assert after_failures(2, breaker=breaker.worked(breaker.generation)).circuit is Circuit.OPEN


def test_an_open_breaker_lets_nobody_through_until_its_time():
    opened = after_failures(0, 1, 2)
    assert [opened.admits(now) for now in (2, 31.9, 32)] == [False, False, True]


def test_after_its_time_one_passes_and_the_next_waits():
    trial = half_open()
    assert trial.circuit is Circuit.HALF_OPEN
    assert not trial.admits(41)


def test_a_trial_that_works_closes_it():
    trial = half_open()
    closed = trial.worked(trial.generation)
    assert (closed.circuit, closed.failures) == (Circuit.CLOSED, ())


def test_a_trial_that_fails_opens_it_again():
    trial = half_open()
    opened = trial.failed(POLICY, generation=trial.generation, weight=1.0, now=45)
    assert (opened.circuit, opened.until) == (Circuit.OPEN, 75)


def test_a_trial_that_says_nothing_lets_the_next_one_try():
    trial = half_open()
    assert trial.silent(trial.generation, 45).admits(45)
    assert trial.failed(POLICY, generation=trial.generation, weight=0.0, now=45).admits(45)


def test_a_trial_that_is_never_heard_of_again_is_given_up():
    trial = half_open()
    assert [trial.admits(now) for now in (59.9, 60)] == [False, True]
    assert trial.admitted(POLICY, 60).generation == trial.generation + 1


def test_an_outcome_from_before_does_not_spoil_the_trial():
    trial = half_open()
    assert trial.failed(POLICY, generation=CLOSED.generation, weight=1.0, now=41) is trial
    assert trial.worked(CLOSED.generation) is trial
    assert trial.silent(CLOSED.generation, 41) is trial


def test_a_late_failure_does_not_keep_an_open_breaker_open():
    opened = after_failures(0, 1, 2)
    assert opened.failed(POLICY, generation=CLOSED.generation, weight=1.0, now=20) is opened


@pytest.mark.parametrize(
    ("source", "failures"),
    [
        pytest.param(FailureSource.AGENT_CRASH, 3, id="three crashes"),
        pytest.param(FailureSource.NETWORK_ERROR, 6, id="six lost connections"),
    ],
)
def test_fm_taw_010_tasks_stop_after_enough_failures_of_their_own(source, failures):
    weight = TASK_WEIGHTS[source]
    assert after_failures(*range(failures - 1), weight=weight).circuit is Circuit.CLOSED
    assert after_failures(*range(failures), weight=weight).circuit is Circuit.OPEN


def test_fm_taw_010_slow_models_never_stop_the_tasks():
    weight = TASK_WEIGHTS[FailureSource.LLM_TIMEOUT]
    assert after_failures(*range(1000), weight=weight) is CLOSED


@pytest.mark.parametrize("name", ["threshold", "window_s", "open_s", "trial_s"])
@pytest.mark.parametrize("value", [0.0, -1.0, 86_401.0, float("nan")])
def test_a_breaker_that_never_opens_or_never_closes_is_refused(name, value):
    with pytest.raises(RejectedError, match="breaker policy"):
        BreakerPolicy(**{name: value})
