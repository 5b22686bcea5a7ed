"""FM-TAW-010, circuit cascade: a model that is slow or down opens its own circuit and never that of tasks."""

from __future__ import annotations

import pytest

from quorate.arbiter.coordination.intake import TASK_BREAKER, CircuitOpenError, Gate, Pressure
from quorate.arbiter.coordination.shutdown import Switch
from quorate.kernel.errors import UnavailableError
from quorate.resilience import CLOSED, TASK_WEIGHTS, BreakerPolicy, Circuit, FailureSource
from quorate.resilience.boundary import BreakerOpenError
from quorate.resilience.bounding import Boundaries

pytestmark = pytest.mark.fault

LLM = BreakerPolicy()
WELL = Pressure(able=1, queued=0)
TEN_MINUTES = 600


def failed(gate: Gate, source: FailureSource, now: float) -> Gate:
    return gate.failed(source, gate.breaker.generation, now)


def test_fm_taw_010_the_weights_are_those_of_the_seed() -> None:
    assert dict(TASK_WEIGHTS) == {
        FailureSource.LLM_TIMEOUT: 0.0,
        FailureSource.NETWORK_ERROR: 0.5,
        FailureSource.AGENT_CRASH: 1.0,
    }


def test_fm_taw_010_ten_minutes_of_a_slow_model_leave_the_task_circuit_closed() -> None:
    gate, model, opened = Gate(), CLOSED, 0
    for second in range(TEN_MINUTES):
        if model.admits(second):
            model = model.admitted(LLM, second)
            model = model.failed(LLM, generation=model.generation, weight=1.0, now=second)
        opened += model.circuit is Circuit.OPEN
        gate = failed(gate, FailureSource.LLM_TIMEOUT, second)
        gate = gate.passed(WELL, Switch(), second)
    assert gate.breaker.circuit is Circuit.CLOSED
    assert opened > TEN_MINUTES * 0.9, "the model's own circuit does not protect it"


@pytest.mark.parametrize(
    ("source", "needed"),
    [
        pytest.param(FailureSource.AGENT_CRASH, 3, id="crashes of workers weigh 1"),
        pytest.param(FailureSource.NETWORK_ERROR, 6, id="errors of the network weigh half"),
    ],
)
def test_fm_taw_010_what_is_the_fault_of_tasks_opens_their_circuit(
    source: FailureSource, needed: int
) -> None:
    gate = Gate()
    for number in range(needed):
        assert gate.breaker.circuit is Circuit.CLOSED, number
        gate = failed(gate, source, number)
    with pytest.raises(CircuitOpenError) as refused:
        gate.passed(WELL, Switch(), needed)
    assert refused.value.slug == "breaker-open"
    assert refused.value.body()["reason"] == "circuit_open"
    assert 0 < refused.value.retry_after_s <= TASK_BREAKER.open_s


def test_fm_taw_010_one_test_task_closes_the_circuit_again() -> None:
    gate = Gate()
    for number in range(3):
        gate = failed(gate, FailureSource.AGENT_CRASH, number)
    later = 3 + TASK_BREAKER.open_s
    gate = gate.passed(WELL, Switch(), later)
    with pytest.raises(CircuitOpenError):
        gate.passed(WELL, Switch(), later)
    gate = gate.worked(gate.breaker.generation)
    assert gate.passed(WELL, Switch(), later).breaker.circuit is Circuit.CLOSED


async def test_fm_taw_010_a_component_that_is_down_opens_no_other_circuit() -> None:
    now, boundaries, gate = [0.0], Boundaries(lambda: now[0]), Gate()

    async def silent() -> None:
        raise UnavailableError("no answer", source="broker")

    async def answers() -> str:
        return "here"

    for _ in range(50):
        now[0] += 0.1
        with pytest.raises(UnavailableError):
            await boundaries.execute("broker", silent)
        assert await boundaries.execute("market-data", answers) == "here"
        gate = failed(gate, FailureSource.LLM_TIMEOUT, now[0])
    with pytest.raises(BreakerOpenError):
        await boundaries.execute("broker", silent)
    lines = {each.name: each for each in boundaries.listing()}
    assert lines["broker"].is_open
    assert not lines["market-data"].is_open
    assert gate.breaker.circuit is Circuit.CLOSED
