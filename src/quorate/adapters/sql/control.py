"""The control plane's own state: whether tasks are taken at all, and what people decided of single ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Index, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import (
    GuardedUpdate,
    Insert,
    Row,
    Statement,
    Value,
    Values,
    rows_of,
)
from quorate.arbiter.coordination.override import OVERRIDDEN, RecordedOverride
from quorate.arbiter.coordination.shutdown import SWITCH_ROWS, Switch
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

CONTROL_SWITCHES = Table(
    "control_switches",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("state"),
    text_column("reason"),
    text_column("set_by"),
    text_column("changed_at"),
    Column("version", BigInteger, nullable=False),
)

TASK_OVERRIDES = Table(
    "task_overrides",
    metadata,
    tenant_column(),
    text_column("override_id", key=True),
    text_column("task_id"),
    text_column("act"),
    text_column("justification"),
    text_column("approver"),
    text_column("made_at"),
    Column("seq", BigInteger, nullable=False),
)
Index("task_overrides_by_seq", TASK_OVERRIDES.c.tenant, TASK_OVERRIDES.c.seq)

_ADD_SWITCH: Final = Insert(CONTROL_SWITCHES)
_SWITCH: Final = GuardedUpdate(
    CONTROL_SWITCHES,
    where=("tenant", "name", "version"),
    change=("state", "reason", "set_by", "changed_at", "version"),
)
_ADD_OVERRIDE: Final = Insert(TASK_OVERRIDES)
_SWITCHES: Final = Statement(
    select(
        CONTROL_SWITCHES.c.state,
        CONTROL_SWITCHES.c.reason,
        CONTROL_SWITCHES.c.set_by,
        CONTROL_SWITCHES.c.changed_at,
        CONTROL_SWITCHES.c.version,
    ).where(
        CONTROL_SWITCHES.c.tenant == bindparam("tenant"),
        CONTROL_SWITCHES.c.name == bindparam("name"),
    )
)
_OVERRIDES: Final = Statement(
    select(
        TASK_OVERRIDES.c.override_id,
        TASK_OVERRIDES.c.task_id,
        TASK_OVERRIDES.c.act,
        TASK_OVERRIDES.c.justification,
        TASK_OVERRIDES.c.approver,
        TASK_OVERRIDES.c.made_at,
    )
    .where(TASK_OVERRIDES.c.tenant == bindparam("tenant"))
    .order_by(TASK_OVERRIDES.c.seq.desc())
    .limit(bindparam("most"))
)


def switch_held(session: Session, tenant: Tenant, name: str) -> Switch:
    """Return how a switch stands, inside the writer's transaction."""
    return _switch(session.read(_SWITCHES, {"tenant": tenant, "name": name}))


def switch_in(connection: Connection, tenant: Tenant, name: str) -> Switch:
    """Return how a switch stands."""
    return _switch(rows_of(connection, _SWITCHES, {"tenant": tenant, "name": name}))


def overrides_in(connection: Connection, tenant: Tenant, most: int) -> Sequence[RecordedOverride]:
    """Return what people decided of tasks against the rule, newest first."""
    rows = rows_of(connection, _OVERRIDES, {"tenant": tenant, "most": most})
    return [RecordedOverride(*map(str, row)) for row in rows]


def _switch(rows: Sequence[Row]) -> Switch:
    if not rows:
        return Switch()
    state, reason, by, at, version = rows[0]
    return Switch(str(state), str(reason), str(by), str(at), int(version or 0))


def _switched(session: Session, place: Place, event: Event) -> None:
    version, turned = number_of(event, "version"), SWITCH_ROWS[event.type]
    values: Values = {
        "state": turned.state,
        "reason": text_of(event, "reason"),
        "set_by": text_of(event, "by"),
        "changed_at": place.ts,
        "version": version,
    }
    if version == 1:
        session.insert(_ADD_SWITCH, {"tenant": place.tenant, "name": turned.name, **values})
        return
    guard: dict[str, Value] = {
        "was_tenant": place.tenant,
        "was_name": turned.name,
        "was_version": version - 1,
    }
    session.update(_SWITCH, {**guard, **values}, otherwise="somebody else switched it first")


def _overridden(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD_OVERRIDE,
        {
            "tenant": place.tenant,
            "override_id": text_of(event, "overrideId"),
            "task_id": text_of(event, "taskId"),
            "act": text_of(event, "act"),
            "justification": text_of(event, "justification"),
            "approver": text_of(event, "approver"),
            "made_at": place.ts,
            "seq": place.seq,
        },
    )


PROJECTIONS: Projections = {**dict.fromkeys(SWITCH_ROWS, _switched), OVERRIDDEN: _overridden}
