from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from quorate.arbiter.routing import (
    ANALYSIS,
    UNTRIED,
    Load,
    RoutingPolicy,
    Standing,
    Strategy,
    Wanted,
    directory_of,
    drawn,
    epsilon_after,
    routed,
)
from quorate.arbiter.routing.decision import ROUTED, routed_event
from quorate.kernel.errors import RejectedError
from tests.unit.arbiter.routing.agents import ABLE, agent, arm

POLICY = RoutingPolicy()
WANTED = Wanted(task_type=ANALYSIS)


def chosen(agents, task_id="tsk_1", count=1, policy=POLICY):
    return routed(
        directory_of(agents),
        WANTED,
        count=count,
        task_id=task_id,
        purpose="voters",
        policy=policy,
    )


def test_exploring_never_grows_and_never_ends():
    shares = [epsilon_after(attempts, POLICY) for attempts in range(2000)]
    assert shares[0] == 0.2
    assert all(later <= earlier for earlier, later in pairwise(shares))
    assert shares[-1] == POLICY.epsilon_floor == 0.01


def test_the_same_task_and_the_same_things_learned_choose_the_same():
    agents = [agent(f"a{place}", arm(place, 0.5)) for place in range(8)]
    first = [chosen(agents, f"tsk_{task}", 3) for task in range(50)]
    again = [chosen(list(reversed(agents)), f"tsk_{task}", 3) for task in range(50)]
    assert first == again


def test_drawn_numbers_are_spread_evenly():
    numbers = [drawn("tsk", place) for place in range(4000)]
    assert all(0 < number < 1 for number in numbers)
    assert sum(numbers) / len(numbers) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("strategy", [Strategy.BANDIT, Strategy.THOMPSON])
def test_the_better_arm_is_found(strategy):
    """Two arms whose views are right 70 % and 45 % of the time, rewards known twenty tasks later."""
    policy = RoutingPolicy(strategy=strategy)
    arms = {"better": UNTRIED, "worse": UNTRIED}
    waiting, picks = [], []
    for task in range(800):
        agents = [agent(name, known) for name, known in arms.items()]
        name = chosen(agents, f"tsk_{task}", policy=policy).selected[0]
        picks.append(name)
        arms[name] = arms[name].asked(views=1, abstained=0, failed=0, cost_nanos=0, latency_us=0)
        right = drawn(strategy, name, task) < (0.7 if name == "better" else 0.45)
        waiting.append((name, right))
        if len(waiting) > 20:
            told, was_right = waiting.pop(0)
            arms[told] = arms[told].turned_out(right=was_right, confidence=0.8)
    assert Counter(picks[400:])["better"] > 300
    assert arms["better"].open + arms["worse"].open == 20


def test_a_new_agent_is_tried_soon():
    known = [agent(f"old{place}", arm(200, 0.55)) for place in range(3)]
    assert chosen([*known, agent("new")]).selected == ("new",)


def test_exploring_takes_the_least_tried():
    always = RoutingPolicy(epsilon=1.0, epsilon_decay=1.0, epsilon_floor=1.0)
    agents = [agent("often", arm(50, 0.9)), agent("seldom", arm(3, 0.1))]
    decision = chosen(agents, policy=always)
    assert (decision.selected, decision.choices[0].way) == (("seldom",), "explore")


def test_cost_decides_between_equals():
    dear = agent("a_dear", arm(100, 0.6, cost_nanos=100 * 200_000_000))
    cheap = agent("b_cheap", arm(100, 0.6))
    greedy = RoutingPolicy(epsilon=0.0, epsilon_floor=0.0)
    assert chosen([dear, cheap], policy=greedy).selected == ("b_cheap",)
    careless = RoutingPolicy(epsilon=0.0, epsilon_floor=0.0, usd_per_reward=Decimal(1_000_000))
    assert chosen([dear, cheap], policy=careless).choices[0].score == pytest.approx(
        chosen([cheap, dear], policy=careless).choices[0].alternatives[0].score, abs=1e-6
    )


def test_load_decides_between_equals():
    busy, idle = agent("a", load=Load(active=2)), agent("b", load=Load(queued=1))
    greedy = RoutingPolicy(epsilon=0.0, epsilon_floor=0.0)
    assert chosen([busy, idle], policy=greedy).selected == ("b",)


@pytest.mark.parametrize(
    ("out", "why"),
    [
        pytest.param(agent("x", load=Load(active=10)), "10 calls open", id="full"),
        pytest.param(agent("x", standing=Standing.QUARANTINED), "quarantined", id="quarantined"),
        pytest.param(agent("x", standing=Standing.DRAINING), "draining", id="draining"),
        pytest.param(agent("x", healthy=False), "unhealthy", id="unhealthy"),
        pytest.param(agent("x", capabilities=ABLE | {"llm": 1}), "lacks llm", id="not able"),
    ],
)
def test_who_may_not_be_asked_is_not_and_the_decision_says_why(out, why):
    decision = chosen([out, agent("y", arm(100, 0.1))], count=2)
    assert decision.selected == ("y",)
    assert why in decision.passed_over["x"]


def test_nobody_is_chosen_where_nobody_may_be():
    decision = chosen([agent("x", healthy=False)])
    assert decision.selected == ()
    assert decision.rationale == "none of 1 agents may be asked"


def test_an_unknown_type_of_task_reaches_nobody():
    decision = routed(
        directory_of([agent("a")]),
        Wanted(task_type="dig_a_hole"),
        count=1,
        task_id="t",
        purpose="voters",
        policy=POLICY,
    )
    assert decision.choices == ()


def test_several_are_chosen_without_repeating_one():
    decision = chosen([agent(f"a{place}") for place in range(6)], count=4)
    assert len(set(decision.selected)) == 4
    assert len(chosen([agent("a"), agent("b")], count=9).selected) == 2


def test_the_decision_names_the_best_three_that_were_not_chosen():
    agents = [agent(f"a{place}", arm(100, place / 10)) for place in range(6)]
    choice = chosen(agents, policy=RoutingPolicy(epsilon=0.0, epsilon_floor=0.0)).choices[0]
    assert choice.selected == "a5"
    assert [each.agent.name for each in choice.alternatives] == ["a4", "a3", "a2"]
    assert "100 outcomes" in choice.reason
    assert 0 <= choice.confidence <= 1


def test_the_rollback_asks_each_in_turn():
    policy = RoutingPolicy(strategy=Strategy.ROUND_ROBIN)
    arms = dict.fromkeys("abc", UNTRIED)
    asked = []
    for task in range(6):
        agents = [agent(name, known) for name, known in arms.items()]
        (name,) = chosen(agents, f"t{task}", policy=policy).selected
        arms[name] = arms[name].asked(views=1, abstained=0, failed=0, cost_nanos=0, latency_us=0)
        asked.append(name)
    assert asked == list("abcabc")


def test_what_was_learned_has_a_hash_that_follows_the_arms():
    first, second = agent("a", arm(3, 0.4)), agent("b")
    known = directory_of([first, second]).learned(ANALYSIS)
    assert known == directory_of([second, first]).learned(ANALYSIS)
    assert known != directory_of([agent("a", arm(4, 0.4)), second]).learned(ANALYSIS)


def test_the_row_of_a_decision_holds_all_of_it():
    decision = chosen([agent("a", arm(20, 0.6)), agent("b")], count=1)
    event = routed_event(decision, run_id="run_1", book="replay", trace_id="t" * 32)
    assert (event.type, event.stream) == (ROUTED, "routing:run_1")
    assert event.payload["selected"] == list(decision.selected)
    assert event.payload["choices"][0]["identity"] == f"hash of {decision.selected[0]}"
    assert event.payload["learnedStateHash"] == decision.learned


@pytest.mark.parametrize(
    "wrong",
    [
        {"voters": -1},
        {"epsilon": 1.1},
        {"epsilon_floor": 0.3},
        {"epsilon_decay": 0.0},
        {"min_samples": 0},
        {"usd_per_reward": Decimal(0)},
        {"max_active": 0},
        {"panel_seats": 1001},
    ],
)
def test_a_router_that_could_not_route_is_refused(wrong):
    with pytest.raises(RejectedError, match="routing policy"):
        RoutingPolicy(**wrong)
