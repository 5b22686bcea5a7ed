"""For any script of failures: bounded in tries, time and money, and nothing left unsettled."""

import asyncio
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.llm.call import NO_USAGE, Usage
from quorate.llm.failure import FailureCode, ModelCallError, http_code
from quorate.llm.gateway import GatewayPolicy
from tests.fakes.models import Act, reply
from tests.unit.llm.calls import ELSEWHERE, FIRST, SECOND, Bench, a_call, failure, usd

CODES = [*(code.value for code in FailureCode), *map(http_code, (402, 408, 418, 500, 503, 529))]
WORST = Decimal("0.0026")
"""About what the question costs at worst: a thousand tokens of answer, and its prompt."""

MODELS = (FIRST, SECOND, ELSEWHERE)
DEADLINE = a_call().timeout_s
SECONDS = st.sampled_from([0.0, 0.001, 1.0, 5.0, 19.9, 20.0, 20.1, 49.9, 60.0])
FAILURES = st.builds(
    failure,
    st.sampled_from(CODES),
    retryable=st.booleans(),
    billed=st.sampled_from([True, False, None]),
    retry_after=st.one_of(st.none(), st.builds(timedelta, seconds=SECONDS)),
)
REPLIES = st.builds(
    reply,
    st.sampled_from([b"{}", b"", b" "]),
    finish_reason=st.sampled_from(["stop", "", "length", "content_filter", "error", "odd"]),
    model_served=st.sampled_from(["", "first", "first:free", "another"]),
    usage=st.sampled_from(
        [
            NO_USAGE,
            Usage(prompt_tokens=100, completion_tokens=900),
            Usage(prompt_tokens=-1, completion_tokens=10**12),
        ]
    ),
    reported_cost=st.sampled_from([None, usd("0"), usd("0.001"), usd("-1"), usd("1e12")]),
)
ACTS = st.builds(Act, st.one_of(FAILURES, REPLIES, st.none()), SECONDS)
SCRIPTS = st.fixed_dictionaries(
    {name: st.lists(ACTS, min_size=1, max_size=4) for name in ("first", "second", "spare")}
)
POLICIES = st.builds(
    GatewayPolicy,
    max_attempts=st.integers(1, 6),
    retries=st.integers(0, 3),
    rate_limit_tries=st.integers(1, 3),
    drain_s=st.sampled_from([1.0, 30.0]),
    max_in_flight=st.sampled_from([1, 2, 100]),
)


@dataclass(frozen=True)
class Storm:
    """What befalls a few callers: models that fail by a script, a small budget, one who leaves."""

    script: dict
    policy: GatewayPolicy
    size: Decimal
    callers: int
    leaves_after: float | None
    reserving_s: float
    draw: float
    interim: bool

    def bench(self):
        bench = Bench(self.script, policy=self.policy, draw=self.draw)
        bench.purse.size, bench.purse.takes_s = self.size, self.reserving_s
        return bench


STORMS = st.builds(
    Storm,
    script=SCRIPTS,
    policy=POLICIES,
    size=st.sampled_from([WORST / 2, WORST * 3 / 2, WORST * 3, WORST * 1000]),
    callers=st.integers(1, 4),
    leaves_after=st.one_of(st.none(), SECONDS),
    reserving_s=st.sampled_from([0.0, 0.5]),
    draw=st.floats(0, 1, exclude_max=True),
    interim=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(STORMS)
def test_whatever_models_do_tries_time_and_money_stay_within_their_bounds(storm):
    asyncio.run(played(storm))


async def played(storm):
    bench, ended = storm.bench(), []
    calls = [
        a_call(*MODELS, logical_id=f"logical_{n}", interim=storm.interim)
        for n in range(storm.callers)
    ]
    asking = [asyncio.create_task(asked(bench, call, ended)) for call in calls]
    if storm.leaves_after is not None:
        await bench.clock.advance(storm.leaves_after)
        asking[0].cancel()
    await bench.clock.advance(500.0)
    await bench.gateway.close()
    for task in asking:
        if not task.cancelled() and task.exception() is not None:
            assert isinstance(task.exception(), ModelCallError | RejectedError)
    assert len(ended) == storm.callers
    assert all(moment <= DEADLINE + 1.0 for moment in ended)
    assert bench.clock.sleepers == 0
    require_bounded(bench, storm)
    require_settled(bench.purse)


async def asked(bench, call, ended):
    try:
        answer = await bench.gateway.ask(call)
    finally:
        ended.append(bench.clock.monotonic())
    bench.purse.commit(answer.events)


def require_bounded(bench, storm):
    """No call makes more tries than its budget has, and none without a reservation."""
    tries = Counter(made.request.logical_id for made in bench.purse.reserved.values())
    assert all(count <= storm.policy.max_attempts for count in tries.values())
    assert len(bench.model.asked) <= tries.total()


def require_settled(purse):
    """Every reservation was settled once, for no more than was reserved."""
    assert purse.open == set()
    assert all(len(charges) == 1 for charges in purse.charges.values())
    for call_id, reservation in purse.reserved.items():
        cost = purse.charge(call_id).cost
        assert cost is None or 0 <= cost.amount <= reservation.reserved.amount
    assert purse.committed <= purse.size


@settings(max_examples=100, deadline=None)
@given(waits=st.lists(st.floats(0, 30), min_size=1, max_size=4), callers=st.integers(1, 5))
def test_nobody_asks_a_model_before_the_time_that_it_named(waits, callers):
    asyncio.run(limited(waits, callers))


async def limited(waits, callers):
    acts = [
        Act(failure("RATE_LIMITED", retry_after=timedelta(seconds=wait)), after_s=0.5)
        for wait in waits
    ]
    bench = Bench(
        {"first": [*acts, Act(reply())]}, policy=replace(GatewayPolicy(), max_in_flight=1)
    )
    asking = [asyncio.create_task(bench.gateway.ask(a_call(FIRST))) for _ in range(callers)]
    await bench.clock.advance(500.0)
    for task in asking:
        assert isinstance(task.exception(), UnavailableError | None)
    times, free_from = bench.model.times("first"), 0.0
    for number, moment in enumerate(times):
        assert moment >= free_from - 1e-6
        if number < len(waits):
            free_from = max(free_from, moment + 0.5 + waits[number])
