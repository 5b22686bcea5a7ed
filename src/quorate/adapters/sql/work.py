"""The work queue's items: one row each, moved by its events alone; who lost an item cannot settle it any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, cast

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Index, Table, bindparam, func, select

from quorate.adapters.sql.projection import Place, Projections, number_of, part_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.execution.work_queue.item import ENQUEUED, MOVED, WorkId, WorkItem, WorkOrder, WorkType
from quorate.execution.work_queue.table import WorkState
from quorate.kernel.canonical import JsonValue, canonical_json
from quorate.kernel.ids import BookName, Tenant, TraceId
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of, stamp

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

WORK_ITEMS = Table(
    "work_items",
    metadata,
    tenant_column(),
    text_column("work_id", key=True),
    text_column("type"),
    text_column("book"),
    text_column("work_key"),
    text_column("trace_id"),
    text_column("payload"),
    text_column("state"),
    text_column("owner"),
    text_column("code"),
    text_column("reason"),
    text_column("result"),
    text_column("due_at"),
    text_column("created_at"),
    text_column("changed_at"),
    Column("attempts", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
Index("work_items_due", WORK_ITEMS.c.tenant, WORK_ITEMS.c.state, WORK_ITEMS.c.due_at)
Index("work_items_by_seq", WORK_ITEMS.c.tenant, WORK_ITEMS.c.seq)

OPEN: Final = tuple(
    state.value for state in (WorkState.PENDING, WorkState.RUNNING, WorkState.FAILED)
)
"""States in which a worker may take an item once it is due."""

_CHANGE = ("state", "owner", "code", "reason", "result", "due_at", "changed_at", "attempts")
_ADD = Insert(WORK_ITEMS)
_MOVE = GuardedUpdate(
    WORK_ITEMS, where=("tenant", "work_id", "version"), change=(*_CHANGE, "version")
)
_NAMES = tuple(column.name for column in WORK_ITEMS.columns)
_ONE = Statement(
    select(*WORK_ITEMS.columns).where(
        WORK_ITEMS.c.tenant == bindparam("tenant"), WORK_ITEMS.c.work_id == bindparam("work_id")
    )
)
_DUE = Statement(
    select(*WORK_ITEMS.columns)
    .where(
        WORK_ITEMS.c.tenant == bindparam("tenant"),
        WORK_ITEMS.c.state.in_([bindparam(f"open_{place}") for place in range(len(OPEN))]),
        WORK_ITEMS.c.due_at <= bindparam("now"),
    )
    .order_by(WORK_ITEMS.c.due_at, WORK_ITEMS.c.seq)
    .limit(bindparam("most"))
)


class SqlWork:
    """One tenant's work; the port `WorkItems` says what it promises."""

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant

    async def item(self, work_id: WorkId) -> WorkItem | None:
        """Return the item; see the port."""
        return await self._database.look_up(partial(_item, tenant=self._tenant, work_id=work_id))

    async def due(self, now: datetime, limit: int) -> Sequence[WorkItem]:
        """Return what may be taken; see the port."""
        return await self._database.look_up(
            partial(_due, tenant=self._tenant, now=stamp(now), limit=limit)
        )

    async def listing(
        self, limit: int, after: int | None = None, state: WorkState | None = None
    ) -> Sequence[tuple[int, WorkItem]]:
        """Return at most `limit` items with their places, newest first, those before the place `after`."""
        return await self._database.read(
            partial(_listing, tenant=self._tenant, limit=limit, after=after, state=state)
        )

    async def counts(self) -> Mapping[WorkState, int]:
        """Return how many items are in each state; a state without any is absent."""
        return await self._database.read(partial(_counts, tenant=self._tenant))


def work_item(session: Session, tenant: Tenant, work_id: WorkId) -> WorkItem | None:
    """Return the item as it stands, inside the writer's transaction."""
    rows = session.read(_ONE, {"tenant": tenant, "work_id": work_id})
    return _read(rows[0]) if rows else None


def _item(connection: Connection, *, tenant: Tenant, work_id: WorkId) -> WorkItem | None:
    rows = rows_of(connection, _ONE, {"tenant": tenant, "work_id": work_id})
    return _read(rows[0]) if rows else None


def _due(connection: Connection, *, tenant: Tenant, now: str, limit: int) -> Sequence[WorkItem]:
    states: Values = {f"open_{place}": state for place, state in enumerate(OPEN)}
    values: Values = {"tenant": tenant, "now": now, "most": limit, **states}
    return [_read(row) for row in rows_of(connection, _DUE, values)]


def _listing(
    connection: Connection,
    *,
    tenant: Tenant,
    limit: int,
    after: int | None,
    state: WorkState | None,
) -> Sequence[tuple[int, WorkItem]]:
    kept = WORK_ITEMS.c
    wanted = [kept.tenant == tenant]
    wanted += [kept.seq < after] if after is not None else []
    wanted += [kept.state == state.value] if state is not None else []
    rows = connection.execute(
        select(*WORK_ITEMS.columns).where(*wanted).order_by(kept.seq.desc()).limit(limit)
    )
    return [(row.seq, _read(tuple(row))) for row in rows]


def _counts(connection: Connection, *, tenant: Tenant) -> Mapping[WorkState, int]:
    rows = connection.execute(
        select(WORK_ITEMS.c.state, func.count())
        .where(WORK_ITEMS.c.tenant == tenant)
        .group_by(WORK_ITEMS.c.state)
    )
    return {WorkState(state): count for state, count in rows}


def _read(row: Row) -> WorkItem:
    told = dict(zip(_NAMES, row, strict=True))
    return WorkItem(
        order=WorkOrder(
            type=WorkType(str(told["type"])),
            book=BookName(str(told["book"])),
            key=str(told["work_key"]),
            payload=_object(told["payload"]),
            trace_id=TraceId(str(told["trace_id"])),
        ),
        state=WorkState(str(told["state"])),
        attempts=int(told["attempts"] or 0),
        owner=str(told["owner"]),
        due_at=moment_of(str(told["due_at"])),
        created_at=moment_of(str(told["created_at"])),
        changed_at=moment_of(str(told["changed_at"])),
        version=int(told["version"] or 0),
        code=str(told["code"]),
        reason=str(told["reason"]),
        result=_object(told["result"]),
    )


def _object(text: object) -> Mapping[str, JsonValue]:
    return cast("Mapping[str, JsonValue]", msgspec.json.decode(str(text), type=dict[str, object]))


def _enqueued(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "work_id": text_of(event, "workId"),
            "type": text_of(event, "type"),
            "book": event.book,
            "work_key": text_of(event, "key"),
            "trace_id": event.trace_id,
            "payload": canonical_json(part_of(event, "order")),
            "state": text_of(event, "state"),
            "owner": "",
            "code": "",
            "reason": "",
            "result": "{}",
            "due_at": text_of(event, "dueAt"),
            "created_at": place.ts,
            "changed_at": place.ts,
            "attempts": 0,
            "version": 1,
            "seq": place.seq,
        },
    )


def _moved(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    session.update(
        _MOVE,
        {
            "was_tenant": place.tenant,
            "was_work_id": text_of(event, "workId"),
            "was_version": version - 1,
            "state": text_of(event, "to"),
            "owner": text_of(event, "owner"),
            "code": text_of(event, "code"),
            "reason": text_of(event, "reason"),
            "result": canonical_json(part_of(event, "result")),
            "due_at": text_of(event, "dueAt"),
            "changed_at": place.ts,
            "attempts": number_of(event, "attempts"),
            "version": version,
        },
        otherwise="another worker moved the item first",
    )


PROJECTIONS: Projections = {ENQUEUED: _enqueued, MOVED: _moved}
