"""Recovery: how the newest task that a worker was lost with went on, told from its own rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Final

from quorate.arbiter.record import TaskDetails, TaskStep
from quorate.arbiter.task import TERMINAL, FailureSource, TaskState
from quorate.fleet.roster import LostHolding
from quorate.hub.pages.tasks.query import LIST as TASKS
from quorate.hub.pages.tasks.rows import FAILURES, words

ENDS: Final = {TaskState.COMPLETED: ("check", "gain")}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStep:
    """One thing that happened, with what it means."""

    icon: str
    tone: str
    text: str
    note: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The way of one task from the worker that was lost with it."""

    href: str
    steps: tuple[RecoveryStep, ...]


def recovery_of(lost: LostHolding, details: TaskDetails) -> Recovery:
    """Return how a task went on after a worker was lost with it."""
    since = list(dropwhile(lambda step: step.at < lost.at, details.path))
    steps = [_gone(lost), *_routed(lost, since), *_taken(since), *_ended(since)]
    return Recovery(href=f"{TASKS}/{lost.task_id}", steps=tuple(steps))


def _gone(lost: LostHolding) -> RecoveryStep:
    source = FAILURES.get(FailureSource(lost.source), "") if lost.source else ""
    return RecoveryStep(
        icon="heart-broken",
        tone="loss",
        text=f"{lost.worker} was lost with it, token {lost.token}",
        note=f"Source: {source}, not the model."
        if source == FAILURES[FailureSource.WORKER_CRASH]
        else "",
        at=lost.at,
    )


def _routed(lost: LostHolding, since: Sequence[TaskStep]) -> list[RecoveryStep]:
    found = next((step for step in since if step.state is TaskState.ROUTING), None)
    if found is None:
        return []
    return [
        RecoveryStep(
            icon="arrows-exchange",
            tone="warn",
            text="The task waits again",
            note=f"A late answer under token {lost.token} is refused.",
            at=found.at,
        )
    ]


def _taken(since: Sequence[TaskStep]) -> list[RecoveryStep]:
    found = next((each for each in since if each.state is TaskState.ROUTED and each.worker), None)
    if found is None:
        return []
    return [
        RecoveryStep(
            icon="arrow-right",
            tone="gain",
            text=f"{found.worker} took it",
            note=f"Attempt {found.attempts}.",
            at=found.at,
        )
    ]


def _ended(since: Sequence[TaskStep]) -> list[RecoveryStep]:
    found = next((step for step in since if step.state in TERMINAL), None)
    if found is None:
        return []
    icon, tone = ENDS.get(found.state, ("alert-triangle", "loss"))
    text = f"It is {words(found.state)}"
    return [RecoveryStep(icon=icon, tone=tone, text=text, note=found.reason, at=found.at)]
