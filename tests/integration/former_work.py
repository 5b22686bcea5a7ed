"""Rows of acts on orders as programs wrote them before acts were tasks (revision 0016 and earlier)."""

from __future__ import annotations

from quorate.kernel.ids import BookName, TraceId
from quorate.kernel.journal import Event

BOOK = BookName("paper")
TRACE = TraceId("b" * 32)
DUE = "2026-11-20T12:00:00.000000Z"
ORDER = {"clientOrderId": "a1-0"}


def enqueued(work_id: str, key: str = "a1-0", kind: str = "ORDER_CANCEL", order=None) -> Event:
    """Return the row of an act that was asked for."""
    return Event(
        stream=f"work:{work_id}",
        type="work.enqueued",
        book=BOOK,
        trace_id=TRACE,
        payload={
            "workId": work_id,
            "type": kind,
            "key": key,
            "order": order or dict(ORDER),
            "state": "PENDING",
            "dueAt": DUE,
        },
    )


def moved(work_id: str, before: str, after: str, version: int, **told) -> Event:
    """Return the row of a move of such an act."""
    return Event(
        stream=f"work:{work_id}",
        type="work.moved",
        book=BOOK,
        trace_id=TRACE,
        payload={
            "workId": work_id,
            "type": "ORDER_CANCEL",
            "from": before,
            "to": after,
            "attempts": 1,
            "owner": "",
            "dueAt": DUE,
            "code": "",
            "reason": "",
            "result": {},
            "version": version,
            **told,
        },
    )


def lives() -> dict[str, list[Event]]:
    """Return acts that stood in every state that there was, by that state."""
    lost = {"code": "TIMEOUT", "reason": "no answer"}
    no = {"code": "BUYING_POWER", "reason": "the broker refused the order"}
    later = {"attempts": 0, "code": "WAITING", "reason": "the run goes on"}

    def life(state: str, *moves: Event) -> list[Event]:
        return [enqueued(f"wrk_{state}", key=state), *moves]

    def run(state: str) -> Event:
        return moved(f"wrk_{state}", "PENDING", "RUNNING", 2, owner="then")

    def then(state: str, after: str, **told) -> Event:
        return moved(f"wrk_{state}", "RUNNING", after, 3, **told)

    return {
        "PENDING": life("PENDING"),
        "RUNNING": life("RUNNING", run("RUNNING")),
        "FAILED": life("FAILED", run("FAILED"), then("FAILED", "FAILED", **lost)),
        "DEFERRED": life("DEFERRED", run("DEFERRED"), then("DEFERRED", "PENDING", **later)),
        "SUCCEEDED": life(
            "SUCCEEDED",
            run("SUCCEEDED"),
            then("SUCCEEDED", "SUCCEEDED", result={"state": "CANCELED", "applied": True}),
        ),
        "DEAD_LETTER": life(
            "DEAD_LETTER", run("DEAD_LETTER"), then("DEAD_LETTER", "DEAD_LETTER", **no)
        ),
        "REVIVED": life(
            "REVIVED",
            run("REVIVED"),
            then("REVIVED", "DEAD_LETTER", **no),
            moved("wrk_REVIVED", "DEAD_LETTER", "PENDING", 4, attempts=0, **no),
        ),
    }
