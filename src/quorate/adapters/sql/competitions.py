"""The competitions: one row each; its rounds and books are read from its stream."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Connection, Index, Table, Text, func, select

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.leases import LEASES
from quorate.adapters.sql.projection import Place, Projections, list_of, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert
from quorate.arena.competition.contest import CompetitionLine
from quorate.arena.competition.record import CompetitionEvent
from quorate.kernel.ids import RunId, Tenant
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd
from quorate.llm.nanos import Nanos, usd_of
from quorate.portfolio.book import BookMode

COMPETITIONS = Table(
    "competitions",
    metadata,
    tenant_column(),
    text_column("competition_id", key=True),
    text_column("name"),
    text_column("status"),
    text_column("profiles"),
    text_column("symbols"),
    text_column("first_session"),
    text_column("last_session"),
    text_column("created_at"),
    text_column("started_at"),
    text_column("ended_at"),
    text_column("run_id"),
    Column("sessions", BigInteger, nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("mode", Text),
)
Index("competitions_listed", COMPETITIONS.c.tenant, COMPETITIONS.c.created_at)

_ADD = Insert(COMPETITIONS)
_START = GuardedUpdate(
    COMPETITIONS,
    where=("tenant", "competition_id", "status"),
    change=("status", "token", "started_at"),
)
_HELD = ("tenant", "competition_id", "status", "token", "round")
_BEGIN = GuardedUpdate(COMPETITIONS, where=_HELD, change=("run_id",))
_PLAY = GuardedUpdate(COMPETITIONS, where=_HELD, change=("round", "run_id"))
_END = GuardedUpdate(
    COMPETITIONS,
    where=("tenant", "competition_id", "status"),
    change=("status", "ended_at"),
)


def lease_name_of(competition_id: str) -> str:
    """Return the name of the lease that whoever plays a competition holds."""
    return f"competition:{competition_id}"


def competition_lines(
    connection: Connection, tenant: Tenant, now: str
) -> Sequence[CompetitionLine]:
    """Return every competition, newest first; a lease held at `now` means that it is being played."""
    held = select(LEASES.c.name).where(LEASES.c.tenant == tenant, LEASES.c.expires_at > now)
    leases = set(connection.execute(held).scalars())
    query = select(COMPETITIONS).where(COMPETITIONS.c.tenant == tenant)
    newest = query.order_by(COMPETITIONS.c.created_at.desc(), COMPETITIONS.c.competition_id.desc())
    return [
        CompetitionLine(
            competition_id=row.competition_id,
            name=row.name,
            status=row.status,
            profiles=tuple(row.profiles.split()),
            symbols=tuple(row.symbols.split()),
            first=row.first_session,
            last=row.last_session,
            sessions=row.sessions,
            rounds=row.round,
            created_at=row.created_at,
            ended_at=row.ended_at,
            playing=row.status == "running" and lease_name_of(row.competition_id) in leases,
            mode=row.mode or BookMode.REPLAY.value,
        )
        for row in connection.execute(newest)
    ]


def competition_status(connection: Connection, tenant: Tenant, competition_id: str) -> str:
    """Return where a competition is, in a word; empty where there is none."""
    query = select(COMPETITIONS.c.status).where(
        COMPETITIONS.c.tenant == tenant, COMPETITIONS.c.competition_id == competition_id
    )
    return str(connection.execute(query).scalar() or "")


def competition_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[str]:
    """Return the competition id that `prefix` is, or up to two that begin with it."""
    key = COMPETITIONS.c.competition_id
    matching = select(key).where(
        COMPETITIONS.c.tenant == tenant, key.startswith(prefix, autoescape=True)
    )
    found = list(connection.execute(matching.order_by(key).limit(2)).scalars())
    return [prefix] if prefix in found else found


def counted_cost(connection: Connection, tenant: Tenant, run_id: RunId) -> Usd:
    """Return what a run's calls count against a limit: their cost, or the worst case where nobody knows it."""
    total = select(func.sum(LLM_CALLS.c.counted)).where(
        LLM_CALLS.c.tenant == tenant, LLM_CALLS.c.run_id == run_id
    )
    return usd_of(Nanos(int(connection.execute(total).scalar() or 0)))


def _created(session: Session, place: Place, event: Event) -> None:
    sessions = [str(day) for day in list_of(event, "sessions")]
    traders, mode = event.payload.get("traders", ()), event.payload.get("mode", "REPLAY")
    rounds = len(sessions) if sessions else number_of(event, "paperRounds")
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "competition_id": text_of(event, "competitionId"),
            "name": text_of(event, "name"),
            "status": "created",
            "profiles": " ".join(_participants(event, traders)),
            "symbols": " ".join(map(str, list_of(event, "symbols"))),
            "first_session": sessions[0] if sessions else "",
            "last_session": sessions[-1] if sessions else "",
            "created_at": place.ts,
            "started_at": "",
            "ended_at": "",
            "run_id": "",
            "mode": str(mode),
            "sessions": rounds,
            "round": 0,
            "token": 0,
        },
    )


def _participants(event: Event, traders: object) -> Sequence[str]:
    """Return the names of those who have a book: traders, and the agents that play for none."""
    told = [each for each in traders if isinstance(each, dict)] if isinstance(traders, list) else []
    seated = {str(member) for each in told for member in each["members"]}
    agents = [str(each["name"]) for each in list_of(event, "profiles") if isinstance(each, dict)]
    own = [name for name in agents if name not in seated]
    return sorted([*own, *(str(each["name"]) for each in told)])


def _started(session: Session, place: Place, event: Event) -> None:
    session.update(
        _START,
        {
            **_named(place, event),
            "was_status": text_of(event, "from"),
            "status": "running",
            "token": number_of(event, "token"),
            "started_at": place.ts,
        },
        otherwise="the competition was started or stopped by somebody else",
    )


def _begun(session: Session, place: Place, event: Event) -> None:
    run_id = text_of(event, "runId")
    session.update(_BEGIN, {**_held(place, event), "run_id": run_id}, otherwise=_LOST)


def _played(session: Session, place: Place, event: Event) -> None:
    number = number_of(event, "round")
    session.update(_PLAY, {**_held(place, event), "round": number, "run_id": ""}, otherwise=_LOST)


def _ended(session: Session, place: Place, event: Event) -> None:
    session.update(
        _END,
        {
            **_named(place, event),
            "was_status": text_of(event, "from"),
            "status": event.type.removeprefix("competition."),
            "ended_at": place.ts,
        },
        otherwise="the competition has moved on meanwhile",
    )


_LOST = "the competition was stopped, or another process plays it now"


def _named(place: Place, event: Event) -> dict[str, str]:
    return {
        "was_tenant": place.tenant,
        "was_competition_id": text_of(event, "competitionId"),
    }


def _held(place: Place, event: Event) -> dict[str, str | int]:
    """Return the guard of a round: it is the next one, of a running competition, and its holder's token stands."""
    return {
        **_named(place, event),
        "was_status": "running",
        "was_token": number_of(event, "token"),
        "was_round": number_of(event, "round") - 1,
    }


PROJECTIONS: Projections = {
    CompetitionEvent.CREATED: _created,
    CompetitionEvent.STARTED: _started,
    CompetitionEvent.BEGUN: _begun,
    CompetitionEvent.PLAYED: _played,
    CompetitionEvent.FINISHED: _ended,
    CompetitionEvent.STOPPED: _ended,
}
