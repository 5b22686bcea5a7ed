"""Rounds: one session of a competition, from the bars on every book to the orders for the next open.

bars of the session -> every book -> one arena run of all participants, each for its own book -> round.played
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Final

import structlog

from quorate.adapters.sql.competitions import counted_cost
from quorate.arena.competition.entrant import decide_together
from quorate.arena.competition.record import (
    Competition,
    CompetitionEvent,
    Round,
    begun_event,
    book_of,
    ended_event,
    played_event,
)
from quorate.arena.competition.trading import Turn, concluded, session_market, traded
from quorate.arena.record import (
    COMPETITION_ROUND,
    Facts,
    RecordedRun,
    RunEvent,
    RunStatus,
    read_run,
    stream_of,
)
from quorate.arena.record.facts import usd
from quorate.arena.request import COMPETITION, RunRequest
from quorate.arena.scene import scene_of
from quorate.arena.service import RunPlan
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.lease import Lease
from quorate.kernel.money import Usd
from quorate.market.series import Series
from quorate.market.snapshot import Snapshot, freeze_snapshot
from quorate.portfolio import PlayedSession

FREE: Final = Usd(Decimal(0))
LOOK_AGAIN_SECONDS: Final = 0.2

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A session that can be played: its bars, and until when what is decided at its close reaches the next open.

    `decides_until` is None where time stands still, as on past bars.
    """

    session: date
    series: Mapping[Symbol, Series]
    decides_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoundTable:
    """Where rounds are played: whoever asks the agents, and the lease that allows it."""

    store: Store
    runner: Runner
    lease: Lease

    async def round(self, competition: Competition, due: Due) -> Competition:
        """Play the session that is due and return the competition after it."""
        session, terms = due.session, competition.terms
        played = traded(competition.books, session_market(due.series, session), terms)
        is_last = len(competition.rounds) + 1 == terms.length
        run = None if is_last else await self._decided(competition, played, due)
        snapshot = freeze_snapshot(due.series, session)
        turns = {} if run is None else await self._turns(competition, played, run, snapshot)
        in_time = self._in_time(due)
        if not in_time:
            turns = {name: replace(turn, decisions=()) for name, turn in turns.items()}
        after = Round(
            number=len(competition.rounds) + 1,
            session=session,
            run_id=None if run is None else run.run_id,
            counted=FREE if run is None else await self._counted(run.run_id),
            books=concluded(
                played,
                turns,
                snapshot if in_time and not is_last else None,
                terms,
                self.store.settings.agents,
            ),
        )
        await self._keep(competition, after, is_last=is_last)
        return replace(competition, rounds=(*competition.rounds, after), begun=None)

    async def _keep(self, competition: Competition, after: Round, *, is_last: bool) -> None:
        events = [played_event(competition.competition_id, after, self.lease.token)]
        if is_last:
            events.append(ended_event(competition, CompetitionEvent.FINISHED, "played to the end"))
        await self.store.journal.commit(lambda _tx: events)
        _LOG.info(
            "round_played",
            competition_id=competition.competition_id,
            round=after.number,
            session=after.session.isoformat(),
        )

    def _in_time(self, due: Due) -> bool:
        """Return whether what is decided now can still be filled at the open that it is for."""
        return due.decides_until is None or self.store.clock.now() < due.decides_until

    async def _decided(
        self, competition: Competition, played: Sequence[PlayedSession], due: Due
    ) -> RecordedRun | None:
        """Return the run of the round, the begun one where a process died over it; None where it is too late."""
        begun = await self._ended(competition.begun) if competition.begun else None
        if begun is not None and begun.status is RunStatus.COMPLETED:
            return begun
        if not self._in_time(due):
            return None
        plan = await self._planned(competition, played, due.session)
        event = begun_event(competition, plan.header.run_id, self.lease.token, due.session)
        return await self.runner.run_plan(plan, event)

    async def _ended(self, run_id: RunId) -> RecordedRun:
        """Return a run once nobody is at it any more: whoever died over it lets its lease run out."""
        while True:
            run = read_run(await self.store.journal.entries(stream_of(run_id)))
            if run.status is not RunStatus.RUNNING:
                return run
            await self.store.clock.sleep(LOOK_AGAIN_SECONDS)
            await self.runner.recover()

    async def _planned(
        self, competition: Competition, played: Sequence[PlayedSession], session: date
    ) -> RunPlan:
        """Return the plan of the round's run: every agent of the terms, each shown the book that it decides for."""
        terms, name = competition.terms, book_of(competition.competition_id)
        wanted = RunRequest(symbols=terms.symbols, as_of=session, book=name, mode=COMPETITION)
        plan = await self.runner.planned(wanted)
        books = {each.book.name: each.book.as_book(name, terms.mode) for each in played}
        seats = terms.seats
        header = replace(
            plan.header,
            profiles=tuple(profile.name for profile in terms.profiles),
            books=tuple(books[seats[profile.name]] for profile in terms.profiles),
            triggered_by=COMPETITION_ROUND,
            max_cost=self._left(competition),
        )
        return replace(plan, header=header, profiles=terms.profiles)

    def _left(self, competition: Competition) -> Usd | None:
        """Return what the rounds to come may cost, None where nobody said."""
        limit = competition.terms.max_cost
        if limit is None:
            return None
        return Usd(max(limit.amount - competition.counted.amount, Decimal(0)))

    async def _turns(
        self,
        competition: Competition,
        played: Sequence[PlayedSession],
        run: RecordedRun,
        snapshot: Snapshot,
    ) -> Mapping[str, Turn]:
        """Return what each participant decided in a run, and what its calls cost."""
        turns, terms = await self._agents_turns(run), competition.terms
        name, arena = book_of(competition.competition_id), self.store.settings.arena
        books = {each.book.name: each.book.as_book(name, terms.mode) for each in played}
        votes = [cited.fact for cited in run.votes]
        for trader in terms.traders:
            own = [turns.pop(str(member), Turn()) for member in trader.members]
            costs = [turn.cost for turn in own if turn.cost is not None]
            members = {str(member) for member in trader.members}
            turns[trader.name] = Turn(
                decisions=tuple(
                    decide_together(
                        scene_of(snapshot, symbol, books[trader.name]),
                        [
                            vote
                            for vote in votes
                            if vote.profile in members and vote.answer.symbol == symbol
                        ],
                        trader,
                        run_id=run.run_id,
                        arena=arena,
                    )
                    for symbol in terms.symbols
                ),
                cost=sum(costs, Decimal(0)) if len(costs) == len(own) else None,
                errors=sum(turn.errors for turn in own),
                together=True,
            )
        return turns

    async def _agents_turns(self, run: RecordedRun) -> dict[str, Turn]:
        entries = await self.store.journal.entries(stream_of(run.run_id))
        answered = [Facts(row.facts) for row in entries if row.type == RunEvent.AGENT_ANSWERED]
        decisions = [cited.fact for cited in run.decisions]
        turns: dict[str, Turn] = {}
        for facts in answered:
            name, cost = facts.text("profile"), facts.optional("costUsd", usd)
            turns[name] = Turn(
                decisions=tuple(made for made in decisions if made.profile == name),
                cost=None if cost is None else cost.amount,
                errors=int(facts.optional("failure", str) is not None),
            )
        return turns

    async def _counted(self, run_id: RunId) -> Usd:
        return await self.store.database.read(
            partial(counted_cost, tenant=self.store.tenant, run_id=run_id)
        )
