"""A registry that follows its changes routes as one that was made anew from the agents that it ended with."""

from dataclasses import replace
from itertools import pairwise
from math import log, sqrt

from hypothesis import given
from hypothesis import strategies as st

from quorate.arbiter.routing import (
    ANALYSIS,
    Arm,
    Directory,
    Load,
    RoutingPolicy,
    Standing,
    Strategy,
    Wanted,
    directory_of,
    routed,
)
from quorate.kernel.canonical import digest
from tests.unit.arbiter.routing.agents import ABLE, agent

NAMES = [f"a{place}" for place in range(6)]
WANTED = [Wanted(task_type=ANALYSIS), Wanted(task_type=ANALYSIS, tier="power")]
POLICIES = [
    RoutingPolicy(),
    RoutingPolicy(strategy=Strategy.THOMPSON),
    RoutingPolicy(strategy=Strategy.ROUND_ROBIN),
    RoutingPolicy(epsilon=0.0, epsilon_floor=0.0, max_active=2),
]

arms = st.builds(
    lambda closed, more, gained, cost: Arm(
        pulls=closed + more,
        closed=closed,
        reward_sum=closed * gained,
        reward_squares=closed * gained * gained,
        cost_nanos=cost,
    ),
    st.integers(0, 12),
    st.integers(0, 400),
    st.sampled_from([0, 400_000, 500_000, 900_000]),
    st.sampled_from([0, 5_000_000_000]),
)
agents = st.builds(
    lambda name, arm, active, standing, healthy, tier, able: agent(
        name,
        arm,
        load=Load(active=active),
        standing=standing,
        healthy=healthy,
        tier=tier,
        capabilities=ABLE | {"llm": able},
    ),
    st.sampled_from(NAMES),
    arms,
    st.sampled_from([0, 0, 0, 1, 2, 10]),
    st.sampled_from([Standing.IN_SERVICE, Standing.IN_SERVICE, Standing.DRAINING]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from(["cheap", "power"]),
    st.sampled_from([True, True, False]),
)
changes = st.one_of(
    agents.map(lambda each: ("stands", each)),
    st.sets(st.sampled_from(NAMES)).map(lambda names: ("hold", names)),
    st.lists(agents, unique_by=lambda each: each.name).map(lambda them: ("are", them)),
    st.sampled_from(range(len(POLICIES))).map(lambda place: ("ask", place)),
)


def choice(directory, wanted, policy, count=3):
    return routed(directory, wanted, count=count, task_id="tsk_1", purpose="voters", policy=policy)


def after(directory, change):
    """The directory after a change, through whichever door that change takes."""
    kind, what = change
    if kind == "ask":
        for wanted in WANTED:
            choice(directory, wanted, POLICIES[what])
        return directory
    if kind == "hold":
        return directory.holding([each for each in directory if each.name in what])
    if kind == "are":
        return directory.holding(what)
    if what.name in directory.agents:
        return directory.replaced(what)
    return directory.registered(what)


@given(st.lists(changes, max_size=25))
def test_a_registry_that_followed_its_changes_is_one_made_anew(several):
    followed = Directory()
    for change in several:
        followed = after(followed, change)
        anew = directory_of(followed)
        for wanted in WANTED:
            for policy in POLICIES:
                assert choice(followed, wanted, policy) == choice(anew, wanted, policy)


def score(arm, attempts, policy):
    """The upper confidence bound as the document has it, worked out with nothing kept."""
    mean = arm.believed(policy.usd_per_reward, policy.min_samples)
    return mean + sqrt(2 * log(attempts + 1) / (arm.pulls + 1))


@given(
    st.lists(arms, min_size=2, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.integers(1, 60)), max_size=20),
)
def test_the_order_that_is_kept_is_the_order_of_the_scores(known, turns):
    policy = RoutingPolicy(epsilon=0.0, epsilon_floor=0.0)
    directory = directory_of(agent(f"a{place:02}", arm) for place, arm in enumerate(known))
    choice(directory, WANTED[0], policy)
    for place, views in turns:
        told = directory.agent(f"a{place % len(known):02}")
        asked = told.arm(ANALYSIS).asked(
            views=views, abstained=0, failed=0, cost_nanos=0, latency_us=0
        )
        directory = directory.replaced(replace(told, arms={ANALYSIS: asked}))
        attempts = sum(each.arm(ANALYSIS).pulls for each in directory)
        scores = {each.name: score(each.arm(ANALYSIS), attempts, policy) for each in directory}
        kept = directory.field(WANTED[0], policy).candidates.ranked(())
        order = [scores[each.agent.name] for each in kept]
        assert len(order) == len(known)
        assert all(better >= worse - 1e-9 for better, worse in pairwise(order))


@given(st.lists(agents, unique_by=lambda each: each.name), st.data())
def test_the_hash_of_what_was_learned_is_over_every_arm_by_name(them, data):
    directory = Directory()
    for each in data.draw(st.permutations(them)):
        directory = directory.registered(each)
        directory.learned(ANALYSIS)
    sums = {
        each.name: [
            *(each.arm(ANALYSIS).pulls, each.arm(ANALYSIS).abstained),
            *(each.arm(ANALYSIS).failed, each.arm(ANALYSIS).closed),
            *(each.arm(ANALYSIS).reward_sum, each.arm(ANALYSIS).reward_squares),
            each.arm(ANALYSIS).cost_nanos,
        ]
        for each in them
    }
    assert directory.learned(ANALYSIS) == digest(sums)
