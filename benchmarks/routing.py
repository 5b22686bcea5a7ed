"""Routing: a choice among 1000 agents, a query and a registration, and what a turn's row costs whoever records it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median
from time import perf_counter, thread_time
from types import MappingProxyType

from benchmarks.measure import Figure
from quorate.adapters.sql.routing import call_columns
from quorate.arbiter.routing import (
    ANALYSIS,
    Arm,
    Directory,
    RoutedAgent,
    RoutingPolicy,
    Wanted,
    directory_of,
    routed,
)
from quorate.bootstrap.collector import collect_less_often

AGENTS = 1000
WANTED = Wanted(task_type=ANALYSIS)
POLICY = RoutingPolicy()
ANSWERED = {
    "profile": "trend",
    "role": "trend",
    "model": "trend/1",
    "purpose": "answer",
    "failure": None,
    "fallbackUsed": False,
    "latencyMs": "1.25",
    "costUsd": "0.00",
    "answers": [{"action": "BUY"}],
}


def agents() -> Sequence[RoutedAgent]:
    """Return a thousand agents that were asked up to fifty times each."""
    return [
        RoutedAgent(
            name=f"agent_{place:04}",
            version=1,
            identity="bench",
            role="trend",
            tier="cheap",
            provider="bench",
            model="bench",
            capabilities=MappingProxyType({"llm": True, ANALYSIS: True}),
            arms={
                ANALYSIS: Arm(pulls=place % 50, closed=place % 40, reward_sum=place % 40 * 600_000)
            },
        )
        for place in range(AGENTS)
    ]


def timed(act: Callable[[int], object], rounds: int) -> dict[str, float]:
    """Return the median and the 95th and 99th percentile of so many rounds, in milliseconds, and that of CPU time.

    What others do on the same cores is in the first three; none of these acts waits for anything.
    """
    times, cpu = [], []
    for place in range(rounds):
        began, worked = perf_counter(), thread_time()
        act(place)
        cpu.append((thread_time() - worked) * 1000)
        times.append((perf_counter() - began) * 1000)
    ordered = sorted(times)
    return {
        "p50": round(median(ordered), 4),
        "p95": round(ordered[int(rounds * 0.95)], 4),
        "p99": round(ordered[int(rounds * 0.99)], 4),
        "CPU p95": round(sorted(cpu)[int(rounds * 0.95)], 4),
    }


def choice(directory: Directory, place: int) -> object:
    """Route one task."""
    return routed(
        directory, WANTED, count=1, task_id=f"tsk_{place}", purpose="voters", policy=POLICY
    )


def choices_after_turns(pool: Sequence[RoutedAgent]) -> Callable[[int], object]:
    """Return what routes a task after one more agent was asked something, which moves everybody's score."""
    known = directory_of(pool)

    def chosen(place: int) -> object:
        nonlocal known
        told = known.agent(pool[place % AGENTS].name)
        arm = told.arm(ANALYSIS).asked(
            views=1, abstained=0, failed=0, cost_nanos=1_000, latency_us=900
        )
        known = known.replaced(replace(told, arms={ANALYSIS: arm}))
        return choice(known, place)

    chosen(0)
    return chosen


def choices_of_a_new_process(pool: Sequence[RoutedAgent]) -> Callable[[int], object]:
    """Return what routes a task with nothing known of the registry but its agents."""
    return lambda place: choice(directory_of(pool), place)


def measured() -> Mapping[str, Mapping[str, float]]:
    """Return every figure, in milliseconds; garbage is collected as often as in an opened application."""
    collect_less_often()
    pool = agents()
    known = directory_of(pool)
    fewer = directory_of(pool[:-1])
    return {
        "route among 1000 agents": timed(lambda place: choice(known, place), 2000),
        "the same, of a registry that just changed": timed(choices_after_turns(pool), 1000),
        "the same, by a process that just began": timed(choices_of_a_new_process(pool), 30),
        "query 1000 agents": timed(lambda _place: known.found(WANTED), 100),
        "register the 1000th agent": timed(lambda _place: fewer.registered(pool[-1]), 500),
        "a turn's row, in the caller": timed(lambda _place: call_columns(dict(ANSWERED)), 2000),
    }


BARS_MS: Mapping[str, float] = MappingProxyType(
    {
        "route among 1000 agents": 1.0,
        "the same, of a registry that just changed": 1.0,
        "the same, by a process that just began": 100.0,
        "query 1000 agents": 50.0,
        "register the 1000th agent": 10.0,
        "a turn's row, in the caller": 0.05,
    }
)
"""The p95 that each is held against. Source: DESIGN 13, the ARBITER facts (100 ms for a choice, whatever was kept)."""


def figures() -> Iterator[Figure]:
    """Yield every figure with its bar."""
    for what, took in measured().items():
        yield Figure(
            what=what,
            figure=", ".join(f"{name} {value:.3f} ms" for name, value in took.items()),
            bar=f"p95 < {BARS_MS[what]:g} ms",
            reached=took["p95"] < BARS_MS[what],
        )


if __name__ == "__main__":
    json.dump(measured(), sys.stdout, indent=1)
    print()
