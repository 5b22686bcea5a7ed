"""An act on orders: what is to be done, about what, and the id that makes two wishes for the same act one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from quorate.kernel.canonical import JsonValue, sha256_hex
from quorate.kernel.ids import BookName, TaskId, TraceId, crockford

FORMER: Final = "wrk_"
"""How the ids of acts began before they were tasks; what follows is the same."""

PREFIX: Final = "tsk_"


class ActType(StrEnum):
    """What is to be done. Source: R-105."""

    ORDER_SUBMIT = "ORDER_SUBMIT"
    """Carry out what an arena run decided: a cycle on the run's book whose analysis is that run."""
    ORDER_CANCEL = "ORDER_CANCEL"
    POSITION_CLOSE = "POSITION_CLOSE"
    ORDER_SYNC = "ORDER_SYNC"
    """Bring every order up to what the broker says."""
    KILL_SWITCH = "KILL_SWITCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAct:
    """An act that somebody wants done once: the same type, book and key are the same act, however often it is wished.

    `key` is the client order id that it is about; of a run's orders, whose ids follow from it, the run's id; of a
    comparison or a halt what tells one from another.
    """

    type: ActType
    book: BookName
    key: str
    payload: Mapping[str, JsonValue]
    trace_id: TraceId

    @property
    def task_id(self) -> TaskId:
        """Return the id of the task that does it first."""
        return _named(f"{self.type}\n{self.book}\n{self.key}")


def successor(task_id: str) -> TaskId:
    """Return the id of the task that tries again what another one ended without: asked for twice, it is one task."""
    return _named(f"again\n{task_id}")


def carried_over(work_id: str) -> TaskId:
    """Return the id of the task that a former item of the work queue is now."""
    return TaskId(PREFIX + work_id.removeprefix(FORMER))


def _named(text: str) -> TaskId:
    return TaskId(PREFIX + crockford(int(sha256_hex(text)[:32], 16), 26))
