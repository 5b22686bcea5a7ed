from decimal import Decimal

import pytest

from quorate.arbiter.routing import UNTRIED, reward_of
from quorate.arbiter.routing.learning import Outcome, Turn, learned, outcomes_in
from tests.unit.arbiter.routing.agents import arm

DOLLAR = Decimal(1)


@pytest.mark.parametrize(
    ("right", "confidence", "worth"),
    [
        pytest.param(True, 1.0, 1_000_000, id="right and sure"),
        pytest.param(True, 0.6, 800_000, id="right"),
        pytest.param(False, 0.6, 200_000, id="wrong"),
        pytest.param(False, 1.0, 0, id="wrong and sure"),
        pytest.param(None, 0.9, 500_000, id="a hold took no side"),
        pytest.param(True, None, 500_000, id="nothing was staked"),
        pytest.param(True, 7.0, 1_000_000, id="no reward above one"),
    ],
)
def test_a_view_is_worth_what_it_staked(right, confidence, worth):
    assert reward_of(right=right, confidence=confidence) == worth


def test_a_pull_stays_open_until_its_outcome_is_known():
    asked = UNTRIED.asked(views=3, abstained=1, failed=0, cost_nanos=0, latency_us=1500)
    assert (asked.pulls, asked.open, asked.closed, asked.mean(DOLLAR)) == (3, 2, 0, None)
    known = asked.turned_out(right=True, confidence=0.6)
    assert (known.open, known.closed, known.hits) == (1, 1, 1)
    assert known.mean(DOLLAR) == pytest.approx(0.8)
    assert known.turned_out(right=False, confidence=0.6).mean(DOLLAR) == pytest.approx(0.5)


def test_a_failed_call_is_a_reward_of_nothing_at_once():
    failed = UNTRIED.asked(views=2, abstained=0, failed=2, cost_nanos=None, latency_us=0)
    assert (failed.open, failed.closed, failed.mean(DOLLAR), failed.success_rate) == (0, 2, 0, 0)
    assert failed.unpriced == 1


def test_cost_is_taken_off_the_reward():
    dear = arm(10, 0.8, cost_nanos=10 * 100_000_000)
    assert dear.cost_per_view == Decimal("0.1")
    assert dear.mean(DOLLAR) == pytest.approx(0.7)
    assert dear.mean(Decimal(10)) == pytest.approx(0.79)
    assert arm(10, 0.1, cost_nanos=10 * 10**9).mean(DOLLAR) == 0.0


def test_a_hardly_known_arm_leans_on_the_prior():
    assert UNTRIED.believed(DOLLAR, 10) == 0.5
    assert arm(1, 1.0).believed(DOLLAR, 10) == pytest.approx(0.55)
    assert arm(10, 1.0).believed(DOLLAR, 10) == 1.0


def test_the_interval_narrows_with_what_is_known():
    few = learned({}, _outcomes(4))["a"].interval(DOLLAR)
    many = learned({}, _outcomes(400))["a"].interval(DOLLAR)
    assert UNTRIED.interval(DOLLAR) == (0.0, 1.0)
    assert many.high - many.low < few.high - few.low
    assert many.low < 0.5 < many.high


def _outcomes(count):
    yield Turn("a", failed=False, views=count, abstained=0, latency_us=0, cost_nanos=0)
    yield from (Outcome("a", place % 2 == 0, 0.6) for place in range(count))


def test_any_order_of_news_teaches_the_same():
    news = [
        *_outcomes(20),
        Turn("b", failed=True, views=1, abstained=0, latency_us=9, cost_nanos=5),
    ]
    forth = learned({}, news)
    assert learned({}, reversed(news)) == forth
    assert learned(learned({}, news[:7]), news[7:]) == forth


def test_a_resolved_row_tells_of_every_view_in_it():
    row = {
        "votes": [
            {"profile": "trend", "hit": True, "confidence": "0.7"},
            {"profile": "wyckoff", "hit": None, "confidence": None},
        ]
    }
    assert list(outcomes_in(row)) == [Outcome("trend", True, 0.7), Outcome("wyckoff", None, None)]
