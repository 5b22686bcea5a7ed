"""Rounds: one session of a competition, from the bars on every book to the orders for the next open.

bars of the session -> every book -> one arena run of all participants, each for its own book -> round.played
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Final

import structlog

from quorate.adapters.sql.competitions import counted_cost
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
from quorate.arena.service import RunPlan
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.kernel.ids import RunId, Symbol
from quorate.kernel.lease import Lease
from quorate.kernel.money import Usd
from quorate.market.series import Series
from quorate.market.snapshot import freeze_snapshot
from quorate.portfolio import PlayedSession

FREE: Final = Usd(Decimal(0))
LOOK_AGAIN_SECONDS: Final = 0.2

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RoundTable:
    """Where rounds are played: the bars, whoever asks the agents, and the lease that allows it."""

    store: Store
    runner: Runner
    series: Mapping[Symbol, Series]
    lease: Lease

    async def round(self, competition: Competition) -> Competition:
        """Play the next session and return the competition after it."""
        session, terms = competition.next_session, competition.terms
        if session is None:
            return competition
        played = traded(competition.books, session_market(self.series, session), terms.portfolio)
        is_last = session == terms.sessions[-1]
        run = None if is_last else await self._decided(competition, played)
        turns = {} if run is None else await self._turns(run)
        after = Round(
            number=len(competition.rounds) + 1,
            session=session,
            run_id=None if run is None else run.run_id,
            counted=FREE if run is None else await self._counted(run.run_id),
            books=concluded(
                played,
                turns,
                None if is_last else freeze_snapshot(self.series, session),
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

    async def _decided(
        self, competition: Competition, played: Sequence[PlayedSession]
    ) -> RecordedRun:
        """Return the run of the round, the one that was begun where a process died over it."""
        begun = await self._ended(competition.begun) if competition.begun else None
        if begun is not None and begun.status is RunStatus.COMPLETED:
            return begun
        plan = await self._planned(competition, played)
        event = begun_event(competition, plan.header.run_id, self.lease.token)
        return await self.runner.run_plan(plan, event)

    async def _ended(self, run_id: RunId) -> RecordedRun:
        """Return a run once nobody is at it any more: whoever died over it lets its lease run out."""
        while True:
            run = read_run(await self.store.journal.entries(stream_of(run_id)))
            if run.status is not RunStatus.RUNNING:
                return run
            await self.store.clock.sleep(LOOK_AGAIN_SECONDS)
            await self.runner.recover()

    async def _planned(self, competition: Competition, played: Sequence[PlayedSession]) -> RunPlan:
        """Return the plan of the round's run: the participants of the terms, each with its own book."""
        terms, name = competition.terms, book_of(competition.competition_id)
        wanted = RunRequest(
            symbols=terms.symbols, as_of=competition.next_session, book=name, mode=COMPETITION
        )
        plan = await self.runner.planned(wanted)
        books = [each.book.as_book(name) for each in played[: len(terms.profiles)]]
        header = replace(
            plan.header,
            profiles=terms.participants,
            books=tuple(books),
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

    async def _turns(self, run: RecordedRun) -> Mapping[str, Turn]:
        """Return what each participant decided in a run, and what its calls cost."""
        entries = await self.store.journal.entries(stream_of(run.run_id))
        answered = [Facts(row.facts) for row in entries if row.type == RunEvent.AGENT_ANSWERED]
        decisions = [cited.fact for cited in run.decisions]
        turns = {}
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
