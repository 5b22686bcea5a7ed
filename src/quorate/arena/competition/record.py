"""A competition's journal: what is written about it, and how it is read back: terms, rounds, where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.agents.registry import from_payload, to_payload
from quorate.arena.competition.bookkeeping import read_book_round, round_payload
from quorate.arena.competition.contest import CompetitionId, CompetitionStatus, Terms
from quorate.arena.competition.entrant import (
    entrant_payload,
    portfolio_payload,
    read_entrant,
    read_portfolio,
)
from quorate.arena.competition.trading import BookRound, first_books
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts, money, usd
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, RunId, Symbol
from quorate.kernel.journal import Event, JournalEntry
from quorate.kernel.money import Usd
from quorate.portfolio import VirtualBook
from quorate.portfolio.book import BookMode


class CompetitionEvent(StrEnum):
    """The types of the events on a competition's stream."""

    CREATED = "competition.created"
    STARTED = "competition.started"
    BEGUN = "round.begun"
    PLAYED = "round.played"
    FINISHED = "competition.finished"
    STOPPED = "competition.stopped"


_STATUS_AFTER: Final = {
    CompetitionEvent.CREATED: CompetitionStatus.CREATED,
    CompetitionEvent.STARTED: CompetitionStatus.RUNNING,
    CompetitionEvent.FINISHED: CompetitionStatus.FINISHED,
    CompetitionEvent.STOPPED: CompetitionStatus.STOPPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One session as it was played; `run_id` is None for the last one, which only marks the books.

    `counted` is what the round's calls count against the competition's limit: their cost, or the worst case of what
    nobody knows.
    """

    number: int
    session: date
    run_id: RunId | None
    counted: Usd
    books: tuple[BookRound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Competition:
    """A competition as its journal tells it; `begun` is the run of the round that is being played, if one is."""

    competition_id: CompetitionId
    created_at: str
    terms: Terms
    status: CompetitionStatus
    rounds: tuple[Round, ...] = ()
    begun: RunId | None = None
    reason: str = ""
    ended_at: str = ""
    last_seq: int = 0

    @property
    def books(self) -> tuple[VirtualBook, ...]:
        """Return every book as the last round left it, else as it starts."""
        if not self.rounds:
            return first_books(self.terms)
        return tuple(each.book for each in self.rounds[-1].books)

    @property
    def next_session(self) -> date | None:
        """Return the session that the next round plays; None after the last one, and where nobody knows it yet."""
        played = len(self.rounds)
        return self.terms.sessions[played] if played < len(self.terms.sessions) else None

    @property
    def is_complete(self) -> bool:
        """Return whether every round was played."""
        return len(self.rounds) >= self.terms.length

    @property
    def counted(self) -> Usd:
        """Return what all rounds so far count against the competition's limit."""
        return sum((each.counted for each in self.rounds), Usd(Decimal(0)))


def competition_stream(competition_id: CompetitionId) -> str:
    """Return the stream of a competition."""
    return f"competition:{competition_id}"


def book_of(competition_id: CompetitionId) -> BookName:
    """Return the name under which the runs of a competition are booked."""
    return BookName(competition_id)


def created_event(competition_id: CompetitionId, terms: Terms, created_by: str) -> Event:
    """Return the fact that a competition was created."""
    return _event(
        competition_id,
        CompetitionEvent.CREATED,
        {
            "name": terms.name,
            "profiles": [to_payload(profile) for profile in terms.profiles],
            "symbols": list(terms.symbols),
            "sessions": list(terms.sessions),
            "capitalUsd": money(terms.capital),
            "maxCostUsd": money(terms.max_cost),
            "portfolio": portfolio_payload(terms.portfolio),
            "traders": [entrant_payload(each) for each in terms.traders],
            "mode": terms.mode.value,
            "paperRounds": terms.paper_rounds,
            "configHash": terms.config_hash,
            "createdBy": created_by,
        },
    )


def started_event(competition: Competition, token: int) -> Event:
    """Return the fact that the holder of the lease's `token` plays from now on."""
    payload: Payload = {"from": competition.status.value, "token": token}
    return _event(competition.competition_id, CompetitionEvent.STARTED, payload)


def begun_event(
    competition: Competition, run_id: RunId, token: int, session: date | None = None
) -> Event:
    """Return the fact that the next round's run was asked for; of a paper competition `session` says on which day."""
    payload: Payload = {
        "round": len(competition.rounds) + 1,
        "session": session or competition.next_session,
        "runId": run_id,
        "token": token,
    }
    return _event(competition.competition_id, CompetitionEvent.BEGUN, payload)


def played_event(competition_id: CompetitionId, played: Round, token: int) -> Event:
    """Return the fact that a round was played, with every book after it."""
    payload: Payload = {
        "round": played.number,
        "session": played.session,
        "runId": played.run_id,
        "countedUsd": money(played.counted),
        "books": [round_payload(each) for each in played.books],
        "token": token,
    }
    return _event(competition_id, CompetitionEvent.PLAYED, payload)


def ended_event(
    competition: Competition, kind: CompetitionEvent, reason: str, token: int | None = None
) -> Event:
    """Return the fact that a competition is over, played to its end or stopped."""
    payload: Payload = {"from": competition.status.value, "reason": reason, "token": token}
    return _event(competition.competition_id, kind, payload)


def read_competition(entries: Sequence[JournalEntry]) -> Competition:
    """Return the competition that the rows of its stream tell, oldest first.

    Raises:
        InvariantBrokenError: the rows are not those of one competition.
    """
    if not entries or entries[0].type != CompetitionEvent.CREATED:
        raise InvariantBrokenError("a competition's first row is not competition.created")
    created = Facts(entries[0].facts)
    rounds = [
        read_round(Facts(row.facts)) for row in entries if row.type == CompetitionEvent.PLAYED
    ]
    moves = [row for row in entries if row.type in set(_STATUS_AFTER)]
    status = _STATUS_AFTER[CompetitionEvent(moves[-1].type)]
    is_over = status in (CompetitionStatus.FINISHED, CompetitionStatus.STOPPED)
    return Competition(
        competition_id=CompetitionId(created.text("competitionId")),
        created_at=entries[0].ts,
        terms=read_terms(created),
        status=status,
        rounds=tuple(rounds),
        begun=_begun(entries),
        reason=Facts(moves[-1].facts).text("reason") if is_over else "",
        ended_at=moves[-1].ts if is_over else "",
        last_seq=entries[-1].seq,
    )


def read_terms(facts: Facts) -> Terms:
    """Return the terms that `created_event` wrote."""
    told = facts.tree
    return Terms(
        name=facts.text("name"),
        profiles=tuple(from_payload(dict(each.tree)) for each in facts.items("profiles")),
        symbols=tuple(Symbol(symbol) for symbol in facts.texts("symbols")),
        sessions=tuple(date.fromisoformat(day) for day in facts.texts("sessions")),
        capital=facts.value("capitalUsd", usd),
        max_cost=facts.optional("maxCostUsd", usd),
        portfolio=read_portfolio(facts),
        config_hash=facts.text("configHash"),
        traders=tuple(map(read_entrant, facts.items("traders"))) if "traders" in told else (),
        mode=BookMode(facts.text("mode")) if "mode" in told else BookMode.REPLAY,
        paper_rounds=facts.count("paperRounds") if "paperRounds" in told else 0,
    )


def read_round(facts: Facts) -> Round:
    """Return the round that `played_event` wrote."""
    return Round(
        number=facts.count("round"),
        session=facts.value("session", date.fromisoformat),
        run_id=facts.optional("runId", RunId),
        counted=facts.value("countedUsd", usd),
        books=tuple(read_book_round(each) for each in facts.items("books")),
    )


def _begun(entries: Sequence[JournalEntry]) -> RunId | None:
    """Return the run of the round that was begun last and not played yet."""
    rounds = [
        row for row in entries if row.type in (CompetitionEvent.BEGUN, CompetitionEvent.PLAYED)
    ]
    if not rounds or rounds[-1].type == CompetitionEvent.PLAYED:
        return None
    return RunId(Facts(rounds[-1].facts).text("runId"))


def _event(competition_id: CompetitionId, kind: CompetitionEvent, payload: Payload) -> Event:
    return Event(
        stream=competition_stream(competition_id),
        type=kind.value,
        payload={"competitionId": competition_id, **payload},
        book=book_of(competition_id),
    )
