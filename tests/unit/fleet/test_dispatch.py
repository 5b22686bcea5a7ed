import random

import pytest

from quorate.fleet.capability import is_capable
from quorate.fleet.dispatch import Candidate, Waiting, choices, worker_for

LLM = {"llm": True, "trading_analysis": True}
SIGNAL = {"llm": True, "trading_signal": True, "wyckoff_validation": True}


def task(name, *, kind="trading_analysis", family="", priority=5, waited=0.0, place=0):
    return Waiting(
        task=name,
        task_type=kind,
        family=family or name,
        priority=priority,
        waited_s=waited,
        place=place or int(name.strip("t") or 0),
    )


def worker(name, *, can=LLM, free=1, slots=1, failures=0, turn=0):
    return Candidate(
        worker=name, capabilities=can, free=free, slots=slots, failures=failures, turn=turn
    )


def given(tasks, workers, in_hand=None):
    return [tuple(choice) for choice in choices(tasks, workers, in_hand or {})]


def test_nobody_without_the_capability_is_given_a_task():
    assert given([task("t1")], [worker("w1", can={"code": True})]) == []
    denied = {"sovereign_access": False, "trading_analysis": True}
    assert given([task("t1")], [worker("w1", can=denied)]) == []
    assert given([task("t1", kind="unheard_of")], [worker("w1")]) == []


def test_a_task_that_nobody_can_do_holds_up_no_other():
    tasks = [task("t1", kind="trading_signal", priority=9), task("t2")]
    assert given(tasks, [worker("w1")]) == [("t2", "w1")]


def test_the_more_urgent_task_goes_first_then_the_older_one():
    tasks = [task("t1", priority=1), task("t2", priority=7), task("t3", priority=7)]
    assert given(tasks, [worker("w1", free=3, slots=3)]) == [
        ("t2", "w1"),
        ("t3", "w1"),
        ("t1", "w1"),
    ]


def test_waiting_raises_a_task_by_a_step_a_minute():
    tasks = [task("t1", priority=5), task("t2", priority=3, waited=181.0)]
    assert given(tasks, [worker("w1")]) == [("t2", "w1")]


def test_waiting_raises_nothing_beyond_the_highest_priority():
    assert task("t1", priority=9, waited=86_400).urgency == 10
    assert task("t1", priority=10, waited=86_400).urgency == 10


def test_families_take_turns():
    tasks = [task(f"t{number}", family="a") for number in range(1, 5)] + [task("t9", family="b")]
    order = [name for name, _ in given(tasks, [worker("w1", free=3, slots=3)])]
    assert order == ["t1", "t9", "t2"]


def test_a_family_that_has_much_in_hand_waits():
    tasks = [task("t1", family="a"), task("t2", family="b")]
    assert given(tasks, [worker("w1")], {"a": 2}) == [("t2", "w1")]


def test_a_worker_in_trouble_comes_last_and_the_least_loaded_first():
    workers = [
        worker("w1", failures=1, free=4, slots=4),
        worker("w2", free=1, slots=4),
        worker("w3", free=3, slots=4),
    ]
    assert worker_for("trading_analysis", workers).worker == "w3"
    assert worker_for("trading_analysis", workers[:2]).worker == "w2"


def test_idle_workers_take_turns():
    workers = [worker("w1", turn=8), worker("w2", turn=3)]
    assert worker_for("trading_analysis", workers).worker == "w2"


@pytest.mark.parametrize("seed", range(200))
def test_whatever_waits_and_whoever_is_there(seed):
    """No slot is given twice, no task goes to the incapable, and nothing that could be given stays."""
    draw = random.Random(seed)  # noqa: S311
    sets = [LLM, SIGNAL, LLM | SIGNAL, {"llm": False, "trading_analysis": True}, {}]
    tasks = [
        task(
            f"t{number}",
            kind=draw.choice(["trading_analysis", "trading_signal", "order"]),
            family=draw.choice("abc"),
            priority=draw.randint(0, 10),
            waited=draw.uniform(0, 600),
        )
        for number in range(1, draw.randint(2, 30))
    ]
    workers = [
        worker(f"w{number}", can=draw.choice(sets), free=draw.randint(0, 3), slots=3)
        for number in range(draw.randint(0, 8))
    ]
    made = choices(tasks, workers, {})
    kinds, able = {each.task: each.task_type for each in tasks}, {w.worker: w for w in workers}
    assert len({choice.task for choice in made}) == len(made)
    for name, each in able.items():
        assert sum(choice.worker == name for choice in made) <= each.free
    assert all(is_capable(kinds[c.task], able[c.worker].capabilities) for c in made)
    left = {w.worker: w.free - sum(c.worker == w.worker for c in made) for w in workers}
    for name in set(kinds) - {choice.task for choice in made}:
        assert not any(
            left[w.worker] > 0 and is_capable(kinds[name], w.capabilities) for w in workers
        )
