"""`/tasks`: every unit of work, where it stands and why; acts on orders asked for, tasks tried again and stopped."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from quorate.access import Scope
from quorate.arbiter.record import TaskFilter, TaskLine
from quorate.arbiter.task import TaskState, TaskType
from quorate.bootstrap.tasking import TaskChange
from quorate.bootstrap.tasking.wishes import NAMED, act_wish
from quorate.execution.acts import ActType
from quorate.hub.api import asking
from quorate.hub.api.competition_shapes import Nothing
from quorate.hub.api.counting import Count
from quorate.hub.api.headers import IdempotencyKey
from quorate.hub.api.starting import request_key
from quorate.hub.api.task_shapes import (
    NewAct,
    TaskAccepted,
    TaskChanged,
    TaskCount,
    TaskDetailsShape,
    TaskList,
    TaskShape,
    TaskWish,
)
from quorate.hub.cursors import row_below, row_cursor
from quorate.hub.parts import AnyRequest, app_in
from quorate.hub.problems import RefusedError
from quorate.hub.security.principal import require
from quorate.kernel.ids import BookName, is_like_an_id, is_name
from quorate.kernel.stamps import stamp

BASE: Final = "/tasks"
REPLAYED: Final = {"Idempotency-Replayed": "true"}
ALWAYS: Final = frozenset({ActType.ORDER_CANCEL, ActType.POSITION_CLOSE, ActType.KILL_SWITCH})
"""What takes risk away is never turned away. Source: RELIABILITY 4.2 (13)."""

LONGEST: Final = 200
"""Of a worker's name, and of a reason."""

Text = Annotated[str | None, QueryParameter()]


@get(BASE, guards=[require(Scope.READ)], summary="List tasks")
async def tasks(  # noqa: PLR0913  (one parameter per filter)
    request: AnyRequest,
    *,
    limit: Annotated[int, QueryParameter(ge=1, le=asking.MAX_LIMIT)] = 25,
    cursor: Text = None,
    type_: Annotated[str | None, QueryParameter(name="type")] = None,
    state_: Annotated[str | None, QueryParameter(name="state")] = None,
    worker: Text = None,
    book: Text = None,
    stuck: Annotated[bool, QueryParameter()] = False,
    count: Count = False,
) -> TaskList:
    """List the tasks, newest first, with how many of each type are in each state."""
    app = app_in(request)
    if book is not None and not is_name(book):
        raise asking.wrong("?book", "is no book's name")
    wanted = TaskFilter(
        type=asking.word(type_, TaskType, "?type"),
        state=asking.word(state_, TaskState, "?state"),
        worker=worker,
        book=None if book is None else BookName(book),
        stuck=stuck,
    )
    below = None if cursor is None else row_below(app.hub_secret, cursor, wanted)
    found = await app.tasks.lines(wanted, limit + 1, below)
    shown = found[:limit]
    counts = await app.tasks.counts(wanted)
    more = len(found) > limit
    return TaskList(
        read_at=stamp(app.clock.now()),
        counts=tuple(
            TaskCount(type=kind.value, state=place.value, count=number)
            for (kind, place), number in sorted(counts.items())
        ),
        stuck=sum((await app.tasks.counts(TaskFilter(stuck=True))).values()),
        items=tuple(map(_task, shown)),
        next_cursor=row_cursor(app.hub_secret, shown[-1].seq, wanted) if more else None,
        total=sum(counts.values()) if count else None,
    )


@post(BASE, guards=[require(Scope.TRADE)], status_code=202, summary="Have an act on orders done")
async def add_task(
    request: AnyRequest, data: JSONBody[NewAct], key: IdempotencyKey = None
) -> Response[TaskAccepted]:
    """Have an act on orders done as soon as it can be, and tried again while that may help.

    `Idempotency-Key` is needed; it tells one comparison or halt from another. The same order's cancellation is one act.
    While no task is taken (503) what takes risk away is taken all the same: a cancellation, a sale, a halt.
    """
    app = app_in(request)
    accepted = request_key(request, key, data, about=BASE)
    if data.act not in NAMED:
        raise asking.wrong("/act", f"is one of {', '.join(NAMED)}")
    wish = act_wish(
        data.act, data.about, data.reason, told_apart=f"{accepted.principal} {accepted.key}"
    )
    if wish.type not in ALWAYS:
        await app.coordination.admit()
    name = None if data.book is None else BookName(data.book)
    taken = await app.order_desk.enqueue(wish.type, name, wish.key, wish.payload)
    body = TaskAccepted(
        task_id=taken.item.task_id,
        act=taken.item.act.type.value,
        state=taken.item.task.state.value,
        replayed=not taken.added,
    )
    headers = {"Location": f"/api/admin{BASE}/{body.task_id}"}
    return Response(body, status_code=202, headers=headers | ({} if taken.added else REPLAYED))


@get(BASE + "/{task_id:str}", guards=[require(Scope.READ)], summary="A task")
async def task(request: AnyRequest, task_id: FromPath[str]) -> TaskDetailsShape:
    """Return a task with each state that it came into, when and for how long, its parts, and who holds it."""
    details = await app_in(request).tasks.show(_task_id(task_id))
    return msgspec.convert(details.as_json(), TaskDetailsShape)


@post(
    BASE + "/{task_id:str}/retry",
    guards=[require(Scope.TRADE)],
    status_code=200,
    summary="Try a task again",
)
async def retry_task(
    request: AnyRequest, task_id: FromPath[str], key: IdempotencyKey = None
) -> Response[TaskChanged]:
    """Try a task again that ended without its result: a new task that names it. `Idempotency-Key` is needed.

    A run or a backtest is tried again only while tasks are taken, as it is begun.
    """
    app, name = app_in(request), _task_id(task_id)
    accepted = request_key(request, key, Nothing(), about=f"{BASE}/{name}/retry")
    if (await app.tasks.show(name)).line.type is not TaskType.ORDER:
        await app.coordination.admit()
    return _changed(await app.tasks.retry(name, accepted))


@post(
    BASE + "/{task_id:str}/cancel",
    guards=[require(Scope.TRADE)],
    status_code=200,
    summary="Stop a task",
)
async def cancel_task(
    request: AnyRequest,
    task_id: FromPath[str],
    data: JSONBody[TaskWish],
    key: IdempotencyKey = None,
) -> Response[TaskChanged]:
    """Stop a task and its parts, where its state allows it. `Idempotency-Key` is needed."""
    name = _task_id(task_id)
    if len(data.reason) > LONGEST:
        raise asking.wrong("/reason", f"has at most {LONGEST} characters")
    accepted = request_key(request, key, data, about=f"{BASE}/{name}/cancel")
    return _changed(await app_in(request).tasks.cancel(name, data.reason, accepted))


def _changed(change: TaskChange) -> Response[TaskChanged]:
    body = TaskChanged(
        target=change.target, applied=change.applied, dry_run=False, task=_task(change.line)
    )
    return Response(body, headers=REPLAYED if change.replayed else {})


def _task(line: TaskLine) -> TaskShape:
    return msgspec.convert(line.as_json(), TaskShape)


def _task_id(text: str) -> str:
    if not is_like_an_id(text):
        raise RefusedError("there is no such task", slug="not-found")
    return text
