"""How the views of runs turned out: one row for each question that they asked; and the runs that wait for theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Table,
    bindparam,
    cast,
    exists,
    func,
    select,
)

from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.projection import Place, Projections, flag_of, number_of, text_of
from quorate.adapters.sql.runs import RUNS
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Row, Statement, Values, rows_of
from quorate.arena.record import RunStatus, RunView
from quorate.arena.record.header import RunEvent, stream_of
from quorate.cycle.book_keeping.hindsight.ports import Awaited
from quorate.cycle.book_keeping.hindsight.views import RESOLVED, AwaitedRun, Said
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import BookName, RunId, Tenant
from quorate.kernel.journal import Event

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

VOTE_OUTCOMES = Table(
    "vote_outcomes",
    metadata,
    tenant_column(),
    text_column("run_id", key=True),
    text_column("symbol", key=True),
    Column("horizon", BigInteger, primary_key=True, autoincrement=False),
    text_column("book"),
    text_column("as_of"),
    text_column("resolved_at"),
    text_column("moved"),
    text_column("payload"),
    Column("views", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
"""`moved` is the return, known since session `resolved_at`; `last` is 1 when nothing of the run waits any more."""
Index(
    "vote_outcomes_by_book",
    VOTE_OUTCOMES.c.tenant,
    VOTE_OUTCOMES.c.book,
    VOTE_OUTCOMES.c.resolved_at,
)

_COMPLETED = RunStatus.COMPLETED.value
_WHAT_IF = RunView.WHAT_IF.value
_ADD = Insert(VOTE_OUTCOMES)
_HEAD = Statement(
    select(func.coalesce(func.max(JOURNAL.c.seq), bindparam("none"))).where(
        JOURNAL.c.tenant == bindparam("tenant")
    )
)
_OURS = (
    RUNS.c.tenant == bindparam("tenant"),
    RUNS.c.book == bindparam("book"),
    RUNS.c.status == bindparam("completed"),
    RUNS.c.outcome != bindparam("what_if"),
)
_WAITING = Statement(
    select(RUNS.c.run_id, RUNS.c.as_of)
    .where(
        *_OURS,
        ~exists().where(
            VOTE_OUTCOMES.c.tenant == RUNS.c.tenant,
            VOTE_OUTCOMES.c.run_id == RUNS.c.run_id,
            VOTE_OUTCOMES.c.last == bindparam("done"),
        ),
    )
    .order_by(RUNS.c.run_id)
)
_COMPLETED_AFTER = Statement(
    select(RUNS.c.run_id, RUNS.c.as_of)
    .join(
        JOURNAL,
        (JOURNAL.c.tenant == RUNS.c.tenant)
        & (RUNS.c.run_id == func.substr(JOURNAL.c.stream, bindparam("id_from"))),
    )
    .where(
        *_OURS,
        JOURNAL.c.tenant == bindparam("tenant"),
        JOURNAL.c.book == bindparam("book"),
        JOURNAL.c.seq > bindparam("after"),
        JOURNAL.c.seq <= bindparam("through"),
        JOURNAL.c.type == bindparam("type"),
    )
    .order_by(JOURNAL.c.seq)
)
_ID_FROM = len("run:") + 1
_SAID = {
    "votes": RunEvent.VOTE_CAST.value,
    "decisions": RunEvent.DECISION_MADE.value,
    "shadows": RunEvent.SHADOWS_DRAWN.value,
}
_RESOLVED_AT = Statement(
    select(cast(func.sum(VOTE_OUTCOMES.c.views), BigInteger)).where(
        VOTE_OUTCOMES.c.tenant == bindparam("tenant"),
        VOTE_OUTCOMES.c.book == bindparam("book"),
        VOTE_OUTCOMES.c.resolved_at == bindparam("session"),
    )
)
_VIEWS = Statement(
    select(JOURNAL.c.type, JOURNAL.c.payload)
    .where(
        JOURNAL.c.stream == bindparam("stream"),
        JOURNAL.c.tenant + bindparam("nothing") == bindparam("tenant"),
        (JOURNAL.c.type + bindparam("nothing")).in_([bindparam(name) for name in sorted(_SAID)]),
    )
    .order_by(JOURNAL.c.seq)
)
"""What a run said; "nothing" as in the chain's own STREAM_ROWS."""


class SqlAwaitedRuns:
    """One tenant's runs that wait for their outcomes; the port says what it promises."""

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant

    async def waiting(self, book: BookName) -> Awaited:
        """Return every run of which some view has no outcome yet."""
        values: Values = {**self._of(book), "done": 1}

        def read(connection: Connection) -> Awaited:
            through = self._head(connection)
            return Awaited(through, _runs(rows_of(connection, _WAITING, values)))

        return await self._database.read(read)

    async def completed_after(self, book: BookName, after: int) -> Awaited:
        """Return the runs that were completed after a row of the journal."""

        def read(connection: Connection) -> Awaited:
            through = self._head(connection)
            values: Values = {
                **self._of(book),
                "after": after,
                "through": through,
                "type": "run.completed",
                "id_from": _ID_FROM,
            }
            return Awaited(through, _runs(rows_of(connection, _COMPLETED_AFTER, values)))

        return await self._database.look_up(read)

    async def resolved_at(self, book: BookName, session: date) -> int:
        """Return how many views turned out at the close of a session."""
        values: Values = {"tenant": self._tenant, "book": book, "session": session.isoformat()}
        rows = await self._database.look_up(
            lambda connection: rows_of(connection, _RESOLVED_AT, values)
        )
        return int(rows[0][0] or 0)

    async def said(self, run_id: RunId) -> Sequence[Said]:
        """Return what the run's votes, decisions and shadow arms said, in the order of its rows."""
        values: Values = {
            "tenant": self._tenant,
            "nothing": "",
            "stream": stream_of(run_id),
            **_SAID,
        }
        rows = await self._database.look_up(lambda connection: rows_of(connection, _VIEWS, values))
        return [Said(str(kind), msgspec.json.decode(str(payload))) for kind, payload in rows]

    def _head(self, connection: Connection) -> int:
        rows = rows_of(connection, _HEAD, {"tenant": self._tenant, "none": 0})
        return int(rows[0][0] or 0)

    def _of(self, book: BookName) -> Values:
        return {
            "tenant": self._tenant,
            "book": book,
            "completed": _COMPLETED,
            "what_if": _WHAT_IF,
        }


def _runs(rows: Sequence[Row]) -> list[AwaitedRun]:
    return [AwaitedRun(RunId(str(id_)), date.fromisoformat(str(as_of))) for id_, as_of in rows]


def _resolved(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "run_id": text_of(event, "runId"),
            "symbol": text_of(event, "symbol"),
            "horizon": number_of(event, "horizon"),
            "book": event.book,
            "as_of": str(event.payload["asOf"]),
            "resolved_at": str(event.payload["resolvedAt"]),
            "moved": str(event.payload["return"]),
            "payload": canonical_json(event.payload),
            "views": number_of(event, "views"),
            "last": int(flag_of(event, "last")),
            "seq": place.seq,
        },
    )


PROJECTIONS: Projections = {RESOLVED: _resolved}
