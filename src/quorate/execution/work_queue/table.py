"""The table of a work item's states: which event leads from which state to which. Source: R-105.

PENDING -> RUNNING -> SUCCEEDED, or FAILED for a while and RUNNING again, or DEAD_LETTER until a person has looked.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from quorate.kernel.transition import TransitionTable


class WorkState(StrEnum):
    """Where an item is."""

    PENDING = "PENDING"
    """It waits for a worker."""
    RUNNING = "RUNNING"
    """A worker has it, until its lease ends."""
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    """It failed in a way that may pass, and waits until it is tried again."""
    DEAD_LETTER = "DEAD_LETTER"
    """It is not tried any more: a person must look."""


class WorkEvent(StrEnum):
    """What happens to an item."""

    CLAIMED = "claimed"
    """A worker took it: a new one, one whose wait is over, or one whose worker fell silent."""
    DEFERRED = "deferred"
    """What it waits for has not happened yet; that is no attempt."""
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """A transient failure, with attempts left."""
    BURIED = "buried"
    """A permanent failure, or the last attempt."""
    REVIVED = "revived"
    """A person has it tried again, with all attempts anew."""


WORK_TABLE: Final = TransitionTable(
    name="work item",
    moves=MappingProxyType(
        {
            WorkState.PENDING: MappingProxyType({WorkEvent.CLAIMED: WorkState.RUNNING}),
            WorkState.RUNNING: MappingProxyType(
                {
                    WorkEvent.CLAIMED: WorkState.RUNNING,
                    WorkEvent.DEFERRED: WorkState.PENDING,
                    WorkEvent.SUCCEEDED: WorkState.SUCCEEDED,
                    WorkEvent.FAILED: WorkState.FAILED,
                    WorkEvent.BURIED: WorkState.DEAD_LETTER,
                }
            ),
            WorkState.FAILED: MappingProxyType({WorkEvent.CLAIMED: WorkState.RUNNING}),
            WorkState.DEAD_LETTER: MappingProxyType({WorkEvent.REVIVED: WorkState.PENDING}),
            WorkState.SUCCEEDED: MappingProxyType({}),
        }
    ),
)


def work_table_page() -> str:
    """Return the table in Markdown, as `docs/concepts/work.md` shows it."""
    head = "| State | " + " | ".join(event.value for event in WorkEvent) + " |"
    line = "|---" * (len(WorkEvent) + 1) + "|"
    return "\n".join([head, line, *map(_row, WorkState)])


def _row(state: WorkState) -> str:
    moves = WORK_TABLE.moves[state]
    cells = (f"`{moves[event]}`" if event in moves else "-" for event in WorkEvent)
    return f"| `{state}` | " + " | ".join(cells) + " |"
