"""Facts: the one tree that rules, acceptance criteria and gates look at. It holds what was told, never a guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import Task
from quorate.kernel.account import Account
from quorate.kernel.redaction import redacted


def facts_before(task: Task, spec: TaskSpec) -> dict[str, object]:
    """Return what is known before the work: the task and its spec."""
    return {
        "task": {
            "taskId": task.task_id,
            "type": task.type.value,
            "subject": task.subject,
            "traceId": task.trace_id,
            "book": task.book,
            "priority": task.priority,
            "attempts": task.attempts,
        },
        "spec": spec.payload(),
    }


def facts_after(
    task: Task, spec: TaskSpec, account: Account, broken: Sequence[str]
) -> dict[str, object]:
    """Return the same with what the work made and used; a cost that nobody knows is not there."""
    told: dict[str, object] = {
        "subjects": [{"name": each.name, "sha256": each.sha256} for each in account.subjects],
        "powerCalls": account.power_calls,
        "wallMs": account.wall_ms,
        "facts": account.facts,
        "secrets": list(_secrets(account.facts, "facts")),
    }
    if account.cost is not None:
        told["costUsd"] = account.cost.amount
    return {**facts_before(task, spec), "account": told, "broken": list(broken)}


def _secrets(value: object, where: str) -> Iterator[str]:
    """Yield the places of texts that look like a secret."""
    if isinstance(value, str):
        named = f"{where.rpartition('.')[2]}: {value}"
        if len(value) >= _SHORTEST and redacted(named) != named:
            yield where
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _secrets(each, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _secrets(each, f"{where}[{place}]")


_SHORTEST: Final = 8
"""No secret is shorter. In characters; see `kernel.redaction`."""
