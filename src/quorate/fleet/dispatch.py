"""Dispatch: which waiting task goes to which worker. A rule over plain values; who carries it out claims each task.

capability -> priority, raised by waiting -> the parent with the least in hand -> age; the worker with the least trouble
and load
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from quorate.fleet.capability import is_capable

MOST_PRIORITY: Final = 10
"""The highest priority. Source: R-049 (0 to 10)."""

SECONDS_A_STEP: Final = 60.0
"""A waiting task gains a step of priority in each minute, so that none waits for ever. Ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A task that waits: `family` is whose it is (its parent, else itself), `place` its row in the journal."""

    task: str
    task_type: str
    family: str
    priority: int
    waited_s: float
    place: int

    @property
    def urgency(self) -> int:
        """Return the priority that it has by now."""
        raised = self.priority + int(max(self.waited_s, 0.0) // SECONDS_A_STEP)
        return min(raised, max(MOST_PRIORITY, self.priority))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A worker that may be given tasks: `free` slots of `slots`, `failures` in a row, `turn` when it last got one."""

    worker: str
    capabilities: Mapping[str, bool]
    free: int
    slots: int = 1
    failures: int = 0
    turn: int = 0

    @property
    def load(self) -> float:
        """Return what part of its slots is taken."""
        return 1.0 - self.free / self.slots


class Choice(NamedTuple):
    """A task for a worker."""

    task: str
    worker: str


def choices(
    waiting: Iterable[Waiting], workers: Iterable[Candidate], in_hand: Mapping[str, int]
) -> Sequence[Choice]:
    """Return who should get what, in the order in which it should be claimed; what nobody can do stays.

    `in_hand` counts the tasks of each family that workers have already.
    """
    left, able = list(waiting), {each.worker: each for each in workers if each.free > 0}
    counts, made = Counter(in_hand), list[Choice]()
    while left and able:
        task = min(left, key=lambda each: _rank(each, counts))
        left.remove(task)
        chosen = worker_for(task.task_type, able.values())
        if chosen is None:
            continue
        made.append(Choice(task.task, chosen.worker))
        counts[task.family] += 1
        latest = max(each.turn for each in able.values()) + 1
        able[chosen.worker] = replace(chosen, free=chosen.free - 1, turn=latest)
        if able[chosen.worker].free <= 0:
            del able[chosen.worker]
    return made


def worker_for(task_type: str, workers: Iterable[Candidate]) -> Candidate | None:
    """Return the worker that a task of this type goes to, None where nobody with a slot free is capable of it."""
    capable = [
        each for each in workers if each.free > 0 and is_capable(task_type, each.capabilities)
    ]
    return min(
        capable, key=lambda each: (each.failures, each.load, each.turn, each.worker), default=None
    )


def _rank(task: Waiting, counts: Mapping[str, int]) -> tuple[int, int, int]:
    return (-task.urgency, counts.get(task.family, 0), task.place)
