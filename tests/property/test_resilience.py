"""What holds for every history: attempts within the budget, no try too early, nobody through an open breaker."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from quorate.resilience import (
    CLOSED,
    AttemptBudget,
    BreakerPolicy,
    Circuit,
    Deadline,
    RetryPolicy,
    backoff_s,
    next_try_at,
    parse_retry_after,
    waited_s,
)

POLICY = BreakerPolicy(threshold=3.0, window_s=60.0, open_s=30.0, trial_s=20.0)
CHANCE = st.floats(0, 1, exclude_max=True)
SECONDS = st.floats(0.001, 1000)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Calls(RuleBasedStateMachine):
    """Callers come, and what became of the earlier ones is told, in any order and late."""

    def __init__(self):
        super().__init__()
        self.now, self.breaker, self.opened_at = 0.0, CLOSED, None
        self.inside = []

    def _becomes(self, after):
        before, self.breaker = self.breaker, after
        if after.circuit is Circuit.OPEN and before.circuit is not Circuit.OPEN:
            self.opened_at = self.now
        if before.circuit is Circuit.OPEN:
            assert after.circuit is not Circuit.CLOSED, "it closed without a trial"

    @rule(seconds=st.floats(0, 25))
    def time_passes(self, seconds):
        self.now += seconds

    @rule()
    def somebody_wants_to_pass(self):
        admits = self.breaker.admits(self.now)
        if self.breaker.circuit is Circuit.OPEN:
            assert admits == (self.now >= self.opened_at + POLICY.open_s)
        if not admits:
            return
        self._becomes(self.breaker.admitted(POLICY, self.now))
        self.inside.append(self.breaker.generation)
        if self.breaker.circuit is Circuit.HALF_OPEN:
            assert not self.breaker.admits(self.now), "a second one passed beside the trial"

    @precondition(lambda self: self.inside)
    @rule(which=st.integers(0, 99))
    def it_worked(self, which):
        self._becomes(self.breaker.worked(self._of(which)))

    @precondition(lambda self: self.inside)
    @rule(which=st.integers(0, 99))
    def it_said_nothing(self, which):
        self._becomes(self.breaker.silent(self._of(which), self.now))

    @precondition(lambda self: self.inside)
    @rule(which=st.integers(0, 99), weight=st.sampled_from([0.0, 0.5, 1.0]))
    def it_failed(self, which, weight):
        generation = self._of(which)
        self._becomes(
            self.breaker.failed(POLICY, generation=generation, weight=weight, now=self.now)
        )

    @invariant()
    def a_closed_one_has_not_failed_enough(self):
        if self.breaker.circuit is Circuit.CLOSED:
            assert sum(weight for _, weight in self.breaker.failures) < POLICY.threshold

    def _of(self, which):
        return self.inside.pop(which % len(self.inside))


TestBreaker = Calls.TestCase


@given(
    attempts=st.integers(1, 20),
    asked_for=st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=40),
    draw=CHANCE,
    seconds=SECONDS,
)
def test_tries_stay_within_budget_and_deadline_and_never_come_before_they_may(
    attempts, asked_for, draw, seconds
):
    policy, now = RetryPolicy(), 0.0
    budget, deadline = AttemptBudget(attempts), Deadline.after(seconds, now=now)
    tries = 0
    for retry_after in asked_for:
        if budget.is_spent:
            break
        budget, tries = budget.spend(), tries + 1
        if retry_after is None:
            wait = backoff_s(policy, tries, draw)
            assert policy.base_s <= wait <= policy.ceiling_s * (1 + policy.jitter)
        else:
            wait = waited_s(policy, timedelta(seconds=retry_after), draw)
            assert wait >= timedelta(seconds=retry_after).total_seconds()
        moment = next_try_at(wait, deadline, now=now)
        if moment is None:
            assert now + wait >= deadline.at
            break
        assert now <= moment < deadline.at
        now = moment
    assert tries <= attempts


@given(st.text(max_size=60))
def test_whatever_a_retry_after_says_it_is_a_wait_or_nothing(text):
    wait = parse_retry_after(text, NOW)
    assert wait is None or wait >= timedelta(0)


@given(st.integers(0, 10**6))
def test_seconds_and_the_same_moment_as_a_date_ask_for_the_same(seconds):
    moment = NOW + timedelta(seconds=seconds)
    date = moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert parse_retry_after(date, NOW) == parse_retry_after(str(seconds), NOW)
