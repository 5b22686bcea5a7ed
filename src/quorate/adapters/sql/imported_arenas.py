"""The arenas of others: one row each, written once; its books, findings and scores are read from its stream."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Connection, Index, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, list_of, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Statement, rows_of
from quorate.arena.competition.contest import CompetitionLine
from quorate.arena.imported.record import ArenaEvent
from quorate.arena.imported.shown import KIND
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

IMPORTED_ARENAS = Table(
    "imported_arenas",
    metadata,
    tenant_column(),
    text_column("arena_id", key=True),
    text_column("name"),
    text_column("participants"),
    text_column("currency"),
    text_column("bar_size"),
    text_column("first_session"),
    text_column("last_session"),
    text_column("imported_at"),
    Column("sessions", BigInteger, nullable=False),
    Column("symbols", BigInteger, nullable=False),
    Column("findings", BigInteger, nullable=False),
)
Index("imported_arenas_listed", IMPORTED_ARENAS.c.tenant, IMPORTED_ARENAS.c.imported_at)

_SEPARATOR = "\n"
"""Between names of participants, which may hold spaces."""

_ADD = Insert(IMPORTED_ARENAS)
_ARENA = IMPORTED_ARENAS.c
_KNOWN = Statement(
    select(_ARENA.arena_id).where(
        _ARENA.tenant == bindparam("tenant"), _ARENA.arena_id == bindparam("arena_id")
    )
)
_LISTED = Statement(
    select(
        _ARENA.arena_id,
        _ARENA.name,
        _ARENA.participants,
        _ARENA.first_session,
        _ARENA.last_session,
        _ARENA.sessions,
        _ARENA.imported_at,
    ).where(_ARENA.tenant == bindparam("tenant"))
)


def knows_arena(session: Session, tenant: Tenant, arena_id: str) -> bool:
    """Return whether the arena is there, inside the writer's transaction."""
    return bool(session.read(_KNOWN, {"tenant": tenant, "arena_id": arena_id}))


def arena_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[str]:
    """Return the arena id that `prefix` is, or up to two that begin with it."""
    matching = select(_ARENA.arena_id).where(
        _ARENA.tenant == tenant, _ARENA.arena_id.startswith(prefix, autoescape=True)
    )
    found = list(connection.execute(matching.order_by(_ARENA.arena_id).limit(2)).scalars())
    return [prefix] if prefix in found else found


def arena_lines(connection: Connection, tenant: Tenant) -> Sequence[CompetitionLine]:
    """Return every imported arena as a line of the list of competitions, in no order."""
    return [
        CompetitionLine(
            competition_id=str(arena_id),
            name=str(name),
            status="finished",
            profiles=tuple(str(participants).split(_SEPARATOR)),
            symbols=(),
            first=str(first),
            last=str(last),
            sessions=int(sessions or 0),
            rounds=int(sessions or 0),
            created_at=str(imported_at),
            ended_at=str(imported_at),
            playing=False,
            mode="",
            kind=KIND,
        )
        for arena_id, name, participants, first, last, sessions, imported_at in rows_of(
            connection, _LISTED, {"tenant": tenant}
        )
    ]


def _imported(session: Session, place: Place, event: Event) -> None:
    days = [str(day) for day in list_of(event, "days")]
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "arena_id": text_of(event, "arenaId"),
            "name": text_of(event, "name"),
            "participants": _SEPARATOR.join(map(str, list_of(event, "participants"))),
            "currency": text_of(event, "currency"),
            "bar_size": text_of(event, "barSize"),
            "first_session": days[0],
            "last_session": days[-1],
            "imported_at": place.ts,
            "sessions": len(days),
            "symbols": number_of(event, "symbols"),
            "findings": number_of(event, "findings"),
        },
    )


PROJECTIONS: Projections = {ArenaEvent.IMPORTED: _imported}
