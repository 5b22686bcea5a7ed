"""Cycles, one row each, and where every book stands between them: projections and their readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Column, Connection, Index, Table, bindparam, select

from quorate.adapters.sql.projection import (
    Place,
    Projections,
    flag_of,
    number_of,
    optional_text_of,
    text_of,
)
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.cycle.record import BookStage, CycleFact
from quorate.cycle.schedule import SCHEDULED, Schedule, ScheduleState
from quorate.cycle.stage import CycleStage
from quorate.kernel.ids import BookName, CycleId, Tenant
from quorate.kernel.journal import Event
from quorate.kernel.stamps import moment_of

CYCLES = Table(
    "cycles",
    metadata,
    tenant_column(),
    text_column("cycle_id", key=True),
    text_column("book"),
    text_column("stage"),
    text_column("trigger"),
    text_column("session"),
    text_column("run_id"),
    text_column("trace_id"),
    text_column("started_at"),
    text_column("changed_at"),
    text_column("ended_at"),
    text_column("audit"),
    Column("number", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""`audit` is empty until the cycle was audited, then `passed` or `violated`; `session` is empty outside of REPLAY."""
Index("cycles_by_book", CYCLES.c.tenant, CYCLES.c.book, CYCLES.c.number)
Index("cycles_by_seq", CYCLES.c.tenant, CYCLES.c.seq)

BOOK_CYCLES = Table(
    "book_cycles",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    text_column("stage"),
    text_column("cycle_id"),
    Column("number", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
)
"""`version` counts the moves; `failures` the cycles that failed in a row."""

CYCLE_SKIPS = Table(
    "cycle_skips",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    Column("skipped", BigInteger, nullable=False),
)
"""How many starts of a book's cycles did not come about because one was under way."""

SCHEDULES = Table(
    "schedules",
    metadata,
    tenant_column(),
    text_column("book", key=True),
    text_column("state"),
    text_column("next_start_at"),
    text_column("every_s"),
    Column("version", BigInteger, nullable=False),
)

LOST = "another process moved the book's cycle first"

_ADD = Insert(CYCLES)
_MOVE = GuardedUpdate(
    CYCLES,
    where=("tenant", "cycle_id"),
    change=("stage", "changed_at", "ended_at", "audit", "failed"),
)
_ASK = GuardedUpdate(CYCLES, where=("tenant", "cycle_id"), change=("run_id",))
_FIRST = Insert(BOOK_CYCLES)
_STAND = GuardedUpdate(
    BOOK_CYCLES,
    where=("tenant", "book", "version"),
    change=("stage", "cycle_id", "number", "failures", "version"),
)
_FIRST_SKIP = Insert(CYCLE_SKIPS)
_SKIP = GuardedUpdate(CYCLE_SKIPS, where=("tenant", "book", "skipped"), change=("skipped",))
_STANDING = Statement(
    select(
        BOOK_CYCLES.c.stage,
        BOOK_CYCLES.c.cycle_id,
        BOOK_CYCLES.c.number,
        BOOK_CYCLES.c.failures,
        BOOK_CYCLES.c.version,
    ).where(BOOK_CYCLES.c.tenant == bindparam("tenant"), BOOK_CYCLES.c.book == bindparam("book"))
)
_FIRST_SCHEDULE = Insert(SCHEDULES)
_SCHEDULE = GuardedUpdate(
    SCHEDULES,
    where=("tenant", "book", "version"),
    change=("state", "next_start_at", "every_s", "version"),
)
_SCHEDULED = Statement(
    select(
        SCHEDULES.c.state, SCHEDULES.c.next_start_at, SCHEDULES.c.every_s, SCHEDULES.c.version
    ).where(SCHEDULES.c.tenant == bindparam("tenant"), SCHEDULES.c.book == bindparam("book"))
)
_SKIPPED = Statement(
    select(CYCLE_SKIPS.c.skipped).where(
        CYCLE_SKIPS.c.tenant == bindparam("tenant"), CYCLE_SKIPS.c.book == bindparam("book")
    )
)
_READ = (
    CYCLES.c.cycle_id,
    CYCLES.c.book,
    CYCLES.c.stage,
    CYCLES.c.trigger,
    CYCLES.c.session,
    CYCLES.c.run_id,
    CYCLES.c.trace_id,
    CYCLES.c.started_at,
    CYCLES.c.changed_at,
    CYCLES.c.ended_at,
    CYCLES.c.audit,
    CYCLES.c.number,
    CYCLES.c.failed,
)
_TENANT = CYCLES.c.tenant == bindparam("tenant")
_BY_ID = Statement(select(*_READ).where(_TENANT, CYCLES.c.cycle_id == bindparam("cycle_id")))
_OF_BOOK = Statement(
    select(*_READ)
    .where(_TENANT, CYCLES.c.book == bindparam("book"), CYCLES.c.number < bindparam("below"))
    .order_by(CYCLES.c.number.desc())
    .limit(bindparam("most"))
)
_OPEN = Statement(
    select(*_READ).where(_TENANT, CYCLES.c.ended_at == bindparam("not_yet")).order_by(CYCLES.c.seq)
)
_NEWEST_BOOK = Statement(
    select(CYCLES.c.book).where(_TENANT).order_by(CYCLES.c.seq.desc()).limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleLine:
    """A cycle as a list shows it; `run_id` and `ended_at` are empty while there is none."""

    cycle_id: CycleId
    book: BookName
    stage: CycleStage
    trigger: str
    session: date | None
    run_id: str
    trace_id: str
    started_at: str
    changed_at: str
    ended_at: str
    audit_passed: bool | None
    number: int
    failed: bool


def book_stage(session: Session, tenant: Tenant, book: BookName) -> BookStage:
    """Return where the book's cycles stand, inside the writer's transaction."""
    values: Values = {"tenant": tenant, "book": book}
    return _standing(session.read(_STANDING, values), session.read(_SKIPPED, values))


def stage_of(connection: Connection, tenant: Tenant, book: BookName) -> BookStage:
    """Return where the book's cycles stand."""
    values: Values = {"tenant": tenant, "book": book}
    return _standing(rows_of(connection, _STANDING, values), rows_of(connection, _SKIPPED, values))


def schedule_of(connection: Connection, tenant: Tenant, book: BookName) -> Schedule:
    """Return when the book's cycles are started."""
    return _schedule(rows_of(connection, _SCHEDULED, {"tenant": tenant, "book": book}))


def book_schedule(session: Session, tenant: Tenant, book: BookName) -> Schedule:
    """Return when the book's cycles are started, inside the writer's transaction."""
    return _schedule(session.read(_SCHEDULED, {"tenant": tenant, "book": book}))


def cycle_line(connection: Connection, tenant: Tenant, cycle_id: str) -> CycleLine | None:
    """Return the cycle, None where there is none of that id."""
    rows = rows_of(connection, _BY_ID, {"tenant": tenant, "cycle_id": cycle_id})
    return next(map(_line, rows), None)


def cycles_of(
    connection: Connection, tenant: Tenant, book: BookName, *, most: int, below: int | None = None
) -> Sequence[CycleLine]:
    """Return the newest cycles of a book, those before number `below` where it is given."""
    values: Values = {
        "tenant": tenant,
        "book": book,
        "below": 2**62 if below is None else below,
        "most": most,
    }
    return [_line(row) for row in rows_of(connection, _OF_BOOK, values)]


def open_cycles(connection: Connection, tenant: Tenant) -> Sequence[CycleLine]:
    """Return the cycles that did not end, oldest first."""
    return [_line(row) for row in rows_of(connection, _OPEN, {"tenant": tenant, "not_yet": ""})]


def newest_book(connection: Connection, tenant: Tenant) -> BookName | None:
    """Return the book of the newest cycle, None before the first."""
    rows = rows_of(connection, _NEWEST_BOOK, {"tenant": tenant, "most": 1})
    return next((BookName(str(book)) for (book,) in rows), None)


def _standing(rows: Sequence[Row], skips: Sequence[Row]) -> BookStage:
    skipped = next((int(count or 0) for (count,) in skips), 0)
    for stage, cycle_id, number, failures, version in rows:
        return BookStage(
            stage=CycleStage(str(stage)),
            cycle_id=CycleId(str(cycle_id)),
            number=int(number or 0),
            skipped=skipped,
            failures=int(failures or 0),
            version=int(version or 0),
        )
    return BookStage(skipped=skipped)


def _schedule(rows: Sequence[Row]) -> Schedule:
    for state, next_start, every, version in rows:
        return Schedule(
            state=ScheduleState(str(state)),
            next_start_at=moment_of(str(next_start)) if next_start else None,
            every_s=float(str(every)),
            version=int(version or 0),
        )
    return Schedule()


def _line(row: Row) -> CycleLine:
    words = [str(each) for each in row[:11]]
    id_, book, stage, trigger, session, run_id, trace, started, changed, ended, audit = words
    return CycleLine(
        cycle_id=CycleId(id_),
        book=BookName(book),
        stage=CycleStage(stage),
        trigger=trigger,
        session=date.fromisoformat(session) if session else None,
        run_id=run_id,
        trace_id=trace,
        started_at=started,
        changed_at=changed,
        ended_at=ended,
        audit_passed=(audit == "passed") if audit else None,
        number=int(row[11] or 0),
        failed=bool(row[12]),
    )


def _started(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "cycle_id": text_of(event, "cycleId"),
            "book": event.book,
            "stage": text_of(event, "to"),
            "trigger": text_of(event, "trigger"),
            "session": optional_text_of(event, "session") or "",
            "run_id": "",
            "trace_id": event.trace_id,
            "started_at": place.ts,
            "changed_at": place.ts,
            "ended_at": "",
            "audit": "",
            "number": number_of(event, "number"),
            "failed": 0,
            "token": number_of(event, "token"),
            "seq": place.seq,
        },
    )
    _stand(session, place, event)


def _asked(session: Session, place: Place, event: Event) -> None:
    values: Values = {
        "was_tenant": place.tenant,
        "was_cycle_id": text_of(event, "cycleId"),
        "run_id": text_of(event, "runId"),
    }
    session.update(_ASK, values, otherwise=LOST)


def _stepped(session: Session, place: Place, event: Event) -> None:
    _move(session, place, event, ended_at="", audit="")
    _stand(session, place, event)


def _ended(session: Session, place: Place, event: Event) -> None:
    audit = "passed" if flag_of(event, "auditPassed") else "violated"
    _move(session, place, event, ended_at=place.ts, audit=audit)
    _stand(session, place, event)


def _move(session: Session, place: Place, event: Event, *, ended_at: str, audit: str) -> None:
    session.update(
        _MOVE,
        {
            "was_tenant": place.tenant,
            "was_cycle_id": text_of(event, "cycleId"),
            "stage": text_of(event, "to"),
            "changed_at": place.ts,
            "ended_at": ended_at,
            "audit": audit,
            "failed": int(flag_of(event, "failed")),
        },
        otherwise=LOST,
    )


def _stand(session: Session, place: Place, event: Event) -> None:
    """Bring the book to where its cycle stands; whoever saw an older version is refused."""
    version = number_of(event, "version")
    values: Values = {
        "stage": text_of(event, "to"),
        "cycle_id": text_of(event, "cycleId"),
        "number": number_of(event, "number"),
        "failures": number_of(event, "failures"),
        "version": version,
    }
    if version == 1:
        session.insert(_FIRST, {"tenant": place.tenant, "book": event.book, **values})
        return
    guard: Values = {
        "was_tenant": place.tenant,
        "was_book": event.book,
        "was_version": version - 1,
    }
    session.update(_STAND, {**guard, **values}, otherwise=LOST)


def _skipped(session: Session, place: Place, event: Event) -> None:
    skipped = number_of(event, "skipped")
    if skipped == 1:
        session.insert(
            _FIRST_SKIP, {"tenant": place.tenant, "book": event.book, "skipped": skipped}
        )
        return
    values: Values = {
        "was_tenant": place.tenant,
        "was_book": event.book,
        "was_skipped": skipped - 1,
        "skipped": skipped,
    }
    session.update(_SKIP, values, otherwise="another start was skipped meanwhile")


def _scheduled(session: Session, place: Place, event: Event) -> None:
    version = number_of(event, "version")
    values: Values = {
        "state": text_of(event, "state"),
        "next_start_at": optional_text_of(event, "nextStartAt") or "",
        "every_s": text_of(event, "everySeconds"),
        "version": version,
    }
    if version == 1:
        session.insert(_FIRST_SCHEDULE, {"tenant": place.tenant, "book": event.book, **values})
        return
    guard: Values = {
        "was_tenant": place.tenant,
        "was_book": event.book,
        "was_version": version - 1,
    }
    session.update(_SCHEDULE, {**guard, **values}, otherwise="somebody else set the schedule")


PROJECTIONS: Projections = {
    SCHEDULED: _scheduled,
    CycleFact.STARTED: _started,
    CycleFact.ANALYSIS: _asked,
    CycleFact.STEPPED: _stepped,
    CycleFact.ENDED: _ended,
    CycleFact.SKIPPED: _skipped,
}
