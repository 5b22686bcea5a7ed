"""Competitions: created, played round by round by whoever holds the lease, listed, stopped.

terms frozen -> lease -> rounds, each durable before the next begins, from wherever the last one ended -> finished
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Final

from quorate.adapters.sql.competitions import (
    competition_ids_like,
    competition_lines,
    competition_status,
    lease_name_of,
)
from quorate.adapters.sql.imported_arenas import arena_lines
from quorate.adapters.sql.profiles import registered_profiles
from quorate.adapters.sql.transaction import Transaction
from quorate.agents.profile import AgentProfile
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
from quorate.arena.competition.entrant import Entrant
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
from quorate.arena.competition.trader import TraderName
from quorate.arena.imported.assembling import PREFIX
from quorate.bootstrap.background import Background
from quorate.bootstrap.broking import has_broker
from quorate.bootstrap.planning import known_series
from quorate.bootstrap.rounds import RoundTable
from quorate.bootstrap.running import Runner
from quorate.bootstrap.session_feed import OpenMarket, broker_market, no_market, session_feed
from quorate.bootstrap.store import Store
from quorate.bootstrap.traders import Traders
from quorate.kernel.errors import ConflictError, RejectedError, UnavailableError
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.journal import Event
from quorate.kernel.lease import Lease, acquired, lease_event
from quorate.kernel.stamps import stamp
from quorate.portfolio import BookMode, PortfolioPolicy
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

    def __init__(self, store: Store, runner: Runner, open_market: OpenMarket | None = None) -> None:
        self._store = store
        self._runner = runner
        self.traders = Traders(store)
        self._given_market = open_market
        self._gone_on_with: set[str] = set()
        self._background = Background()
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{store.ids.trace_id()[:8]}"
        self._lease_time = timedelta(seconds=store.settings.journal.lease_seconds)

    @property
    def _open_market(self) -> OpenMarket:
        return self._given_market or partial(broker_market, self._store)

    @property
    def _has_market(self) -> bool:
        return self._given_market is not None or has_broker(self._store.settings)

    @property
    def general_limits(self) -> PortfolioPolicy:
        """Return the costs and limits that hold for every book without tighter ones of its own."""
        return self._store.settings.portfolio

    async def lines(self) -> Sequence[CompetitionLine]:
        """Return every competition, newest first, arenas of others among them (`kind` imported)."""
        now, tenant = stamp(self._store.clock.now()), self._store.tenant
        own, others = await self._store.database.read(
            lambda connection: (
                competition_lines(connection, tenant, now),
                arena_lines(connection, tenant),
            )
        )
        return sorted((*own, *others), key=lambda line: line.created_at, reverse=True)

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
            payload={"name": name, "mode": terms.mode, "cash": terms.capital.amount},
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

    async def recover(self) -> Sequence[str]:
        """Go on with the paper competitions whose player ended, and return a sentence on each: their market goes on.

        This process does so once with each: one that it cannot play waits for a person.
        """
        said = []
        for line in await self.lines():
            is_left = line.status == CompetitionStatus.RUNNING and not line.playing
            name = line.competition_id
            if line.mode != BookMode.PAPER or not is_left or name in self._gone_on_with:
                continue
            self._gone_on_with.add(name)
            with suppress(ConflictError, RejectedError):
                await self.start(name)
                said.append(f"competition {line.name} goes on from round {line.rounds + 1}")
        return said

    async def close(self) -> None:
        """Leave what is played in the background: starting it again goes on from the last finished round."""
        await self._background.close(patience=0)

    async def _named(self, competition_id: str) -> CompetitionId:
        if competition_id.startswith(PREFIX):
            raise RejectedError(
                f"{competition_id} is an arena of others, nothing of it is played here",
                effect="nothing was done",
                fix=f"quorate compete show {competition_id}",
                slug="conflict",
            )
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
        if wanted.mode is not BookMode.REPLAY and not self._has_market:
            raise no_market()
        sessions: set[date] = set()
        if wanted.mode is BookMode.REPLAY:
            series = await known_series(self._store, symbols)
            sessions = {session for one in series.values() for session in one.sessions}
        entrants, members = await self._entrants(wanted.traders, registered)
        return checked_terms(
            wanted,
            [members.get(str(profile.name), profile) for profile in registered],
            sessions,
            portfolio=settings.portfolio,
            config_hash=settings.config_hash,
            traders=entrants,
        )

    async def _entrants(
        self, names: Sequence[TraderName], registered: Sequence[AgentProfile]
    ) -> tuple[Sequence[Entrant], Mapping[str, AgentProfile]]:
        """Return the traders as they enter, and their agents as they play there."""
        entrants, members = list[Entrant](), dict[str, AgentProfile]()
        for name in dict.fromkeys(names):
            found = await self.traders.show(name)
            trader = found.trader
            if trader.archived:
                raise RejectedError(
                    f"trader '{name}' is archived",
                    effect="nothing was written",
                    fix="name another one: it enters no competition any more",
                )
            own = self.traders.members_of(trader, registered)
            members |= {str(each.name): each for each in own}
            entrants.append(
                Entrant(
                    name=trader.name,
                    version=found.version,
                    members=tuple(each.name for each in own),
                    strategy=trader.strategy,
                    thresholds=self.traders.thresholds_of(trader),
                    portfolio=trader.limits.over(self._store.settings.portfolio),
                )
            )
        return entrants, members

    async def _playable(self, competition_id: str) -> Competition:
        competition = (await self.show(competition_id)).competition
        COMPETITION_TABLE.target(competition.status, CompetitionAct.START)
        if competition.terms.mode is not BookMode.REPLAY and not self._has_market:
            raise no_market()
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
        table = RoundTable(self._store, self._runner, lease)
        is_over = partial(self._is_over, present, is_enough)
        try:
            async with (
                renewing(lease, self._store.journal, self._store.clock, self._lease_time),
                session_feed(self._store, present, self._open_market) as feed,
            ):
                while not present.is_complete and not is_enough():
                    due = await feed.due(present, is_over)
                    if due is None:
                        break
                    present = await table.round(present, due)
                    on_round(present)
        except ConflictError:
            after = (await self.show(present.competition_id)).competition
            if after.status is not CompetitionStatus.STOPPED:
                raise
        finally:
            await self._let_go(lease)
        return (await self.show(present.competition_id)).competition

    async def _is_over(self, competition: Competition, is_enough: Callable[[], bool]) -> bool:
        """Return whether nobody needs the next session of a paper competition any more."""
        if is_enough():
            return True
        status = await self._store.database.look_up(
            partial(
                competition_status,
                tenant=self._store.tenant,
                competition_id=competition.competition_id,
            )
        )
        return status != CompetitionStatus.RUNNING

    async def _let_go(self, lease: Lease) -> None:
        released = lease_event("released", replace(lease, expires_at=self._store.clock.now()))
        with suppress(ConflictError, UnavailableError):
            await self._store.journal.commit(lambda _tx: [released])
