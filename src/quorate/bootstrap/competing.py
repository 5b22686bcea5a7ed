"""Competitions: created, played round by round by whoever holds the lease, listed, stopped.

terms frozen -> lease -> rounds, each durable before the next begins, from wherever the last one ended -> finished
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from quorate.adapters.sql.competitions import (
    competition_ids_like,
    competition_lines,
    lease_name_of,
)
from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.transaction import Transaction
from quorate.arena.acceptance import RequestKey, acceptance_event, last_acceptance, standing
from quorate.arena.competition.contest import (
    COMPETITION_TABLE,
    CompetitionAct,
    CompetitionId,
    CompetitionLine,
    CompetitionRequest,
    CompetitionStatus,
    Terms,
    checked_terms,
)
from quorate.arena.competition.record import (
    Competition,
    CompetitionEvent,
    book_of,
    competition_stream,
    created_event,
    ended_event,
    read_competition,
    started_event,
)
from quorate.bootstrap.background import Background
from quorate.bootstrap.planning import known_series
from quorate.bootstrap.rounds import RoundTable
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.kernel.errors import ConflictError, RejectedError, UnavailableError
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, acquired, lease_event
from quorate.kernel.stamps import stamp
from quorate.portfolio import BookMode
from quorate.resilience.leasing import renewing

COMPETITION_PREFIX: Final = "cmp_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitionView:
    """A competition and whether a process plays it now."""

    competition: Competition
    playing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetitionChange:
    """What became of a wish; not `applied` when it was so already."""

    competition: Competition
    applied: bool


def _nothing(_competition: Competition) -> None:
    return


class Competitions:
    """One home's competitions."""

    def __init__(self, store: Store, runner: Runner) -> None:
        self._store = store
        self._runner = runner
        self._background = Background()
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}"
        self._lease_time = timedelta(seconds=store.settings.journal.lease_seconds)

    async def lines(self) -> Sequence[CompetitionLine]:
        """Return every competition, newest first."""
        now = stamp(self._store.clock.now())
        return await self._store.database.read(
            partial(competition_lines, tenant=self._store.tenant, now=now)
        )

    async def show(self, competition_id: str) -> CompetitionView:
        """Return the competition with this id, or the only one whose id begins so.

        Raises:
            RejectedError: there is none (slug `not-found`), or there are several.
        """
        name = await self._named(competition_id)
        entries = await self._store.journal.entries(competition_stream(name))
        playing = any(line.playing for line in await self.lines() if line.competition_id == name)
        return CompetitionView(competition=read_competition(entries), playing=playing)

    async def create(self, wanted: CompetitionRequest, created_by: str) -> Competition:
        """Freeze the terms of a competition.

        Raises:
            RejectedError: it cannot be held; nothing was written.
        """
        terms = await self._terms(wanted)
        name = CompetitionId(self._store.ids.ulid(COMPETITION_PREFIX))
        opened = Event(
            stream=f"book:{book_of(name)}",
            type="book.opened",
            payload={"name": name, "mode": BookMode.REPLAY, "cash": terms.capital.amount},
            book=book_of(name),
        )
        created = created_event(name, terms, created_by)
        await self._store.journal.commit(lambda _tx: [created, opened])
        return (await self.show(name)).competition

    async def play(
        self,
        competition_id: str,
        *,
        on_round: Callable[[Competition], None] = _nothing,
        is_enough: Callable[[], bool] = lambda: False,
    ) -> Competition:
        """Play round after round to the end, or until it is stopped or enough; a begun one goes on where it was.

        Raises:
            RejectedError: there is none, or what it rests on changed since it was created.
            ConflictError: it is over, or another process plays it.
        """
        competition = await self._playable(competition_id)
        lease = await self._held(competition)
        return await self._played(competition, lease, on_round, is_enough)

    async def start(self, competition_id: str, key: RequestKey | None = None) -> CompetitionChange:
        """Begin to play beside the caller; the same `key` again starts nothing; raises as `play`."""
        last = last_acceptance(await self._store.journal.entries(key.stream)) if key else None
        now = self._store.clock.now()
        if key is not None and standing(key, last, now) is not None:
            found = (await self.show(competition_id)).competition
            return CompetitionChange(competition=found, applied=False)
        competition = await self._playable(competition_id)
        name = competition.competition_id
        beside = []
        if key is not None:
            trace = self._store.ids.trace_id()
            beside = [acceptance_event(key, RunId(name), trace, last=last, now=now)]
        lease = await self._held(competition, *beside)
        self._background.start(self._played_quietly(competition, lease), competition_id=name)
        return CompetitionChange(competition=competition, applied=True)

    async def stop(self, competition_id: str, reason: str) -> CompetitionChange:
        """End a competition for good; the round under way is not counted.

        Raises:
            RejectedError: there is none.
            ConflictError: it was played to its end.
        """
        competition = (await self.show(competition_id)).competition
        if competition.status is CompetitionStatus.STOPPED:
            return CompetitionChange(competition=competition, applied=False)
        COMPETITION_TABLE.target(competition.status, CompetitionAct.STOP)
        stopped = ended_event(competition, CompetitionEvent.STOPPED, reason)
        await self._store.journal.commit(lambda _tx: [stopped])
        after = (await self.show(competition.competition_id)).competition
        return CompetitionChange(competition=after, applied=True)

    async def close(self) -> None:
        """Leave what is played in the background: starting it again goes on from the last finished round."""
        await self._background.close(patience=0)

    async def _named(self, competition_id: str) -> CompetitionId:
        found = await self._store.database.read(
            partial(competition_ids_like, tenant=self._store.tenant, prefix=competition_id)
        )
        if len(found) != 1 or not competition_id:
            what = (
                f"no competition '{competition_id}'" if not found else "several such competitions"
            )
            raise RejectedError(
                f"there is {what}" if not found else f"there are {what}",
                effect="nothing was done",
                fix="quorate compete list",
                slug="not-found" if not found else "",
            )
        return CompetitionId(found[0])

    async def _terms(self, wanted: CompetitionRequest) -> Terms:
        tenant, settings = self._store.tenant, self._store.settings
        registered = await self._store.database.read(partial(registered_profiles, tenant=tenant))
        symbols = tuple(Symbol(symbol.strip().upper()) for symbol in wanted.symbols)
        series = await known_series(self._store, symbols)
        sessions = {session for one in series.values() for session in one.sessions}
        return checked_terms(
            wanted,
            registered,
            sessions,
            portfolio=settings.portfolio,
            config_hash=settings.config_hash,
        )

    async def _playable(self, competition_id: str) -> Competition:
        competition = (await self.show(competition_id)).competition
        COMPETITION_TABLE.target(competition.status, CompetitionAct.START)
        if competition.terms.config_hash != self._store.settings.config_hash:
            raise RejectedError(
                "the configuration changed since the competition was created",
                effect="it cannot go on, its rounds would not be on equal terms",
                fix="put the configuration back, or create another competition",
                slug="conflict",
            )
        return competition

    async def _held(self, competition: Competition, *beside: Event) -> Lease:
        """Take the competition's lease; from here on only its token may play a round."""
        name, taken = lease_name_of(competition.competition_id), list[Lease]()

        def decide(tx: Transaction) -> Sequence[Event]:
            now = self._store.clock.now()
            lease = acquired(
                tx.lease(name), name=name, owner=self._owner, now=now, duration=self._lease_time
            )
            taken[:] = [lease]
            started = started_event(competition, lease.token)
            return [*beside, lease_event("acquired", lease), started]

        try:
            await self._store.journal.commit(decide)
        except ConflictError as error:
            raise ConflictError(
                f"competition {competition.competition_id} is being played: {error.cause}",
                effect="it was not started twice",
                fix=f"quorate compete show {competition.competition_id}",
            ) from error
        return taken[0]

    async def _played_quietly(self, competition: Competition, lease: Lease) -> None:
        await self._played(competition, lease, _nothing, lambda: False)

    async def _played(
        self,
        competition: Competition,
        lease: Lease,
        on_round: Callable[[Competition], None],
        is_enough: Callable[[], bool],
    ) -> Competition:
        present = replace(competition, status=CompetitionStatus.RUNNING)
        series = await known_series(self._store, present.terms.symbols)
        try:
            async with renewing(lease, self._store.journal, self._store.clock, self._lease_time):
                while present.next_session is not None and not is_enough():
                    present = await RoundTable(self._store, self._runner, series, lease).round(
                        present
                    )
                    on_round(present)
        except ConflictError:
            after = (await self.show(present.competition_id)).competition
            if after.status is not CompetitionStatus.STOPPED:
                raise
        finally:
            await self._let_go(lease)
        return (await self.show(present.competition_id)).competition

    async def _let_go(self, lease: Lease) -> None:
        released = lease_event("released", replace(lease, expires_at=self._store.clock.now()))
        with suppress(ConflictError, UnavailableError):
            await self._store.journal.commit(lambda _tx: [released])
