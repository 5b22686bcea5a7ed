"""Competitions in memory: enough of them to see what the command line makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.arena.competition.contest import (
    CompetitionId,
    CompetitionLine,
    CompetitionStatus,
    checked_terms,
)
from quorate.arena.competition.record import Competition, Round
from quorate.arena.competition.trader import RegisteredTrader, edited, new_trader
from quorate.arena.competition.trader_history import (
    CHANGED,
    CREATED,
    archived_event,
    trader_event,
    trader_steps,
)
from quorate.arena.competition.trading import BookRound
from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd
from quorate.portfolio import PortfolioPolicy
from tests.fakes.registry import entry

SESSIONS = [date(2012, 1, 2) + timedelta(days=number) for number in range(4)]


@dataclass
class Found:
    """A competition as an application shows or changes it."""

    competition: Competition
    playing: bool = False
    applied: bool = True


@dataclass
class FakeTraders:
    """Traders in memory; nobody else is there to change them."""

    known: dict[str, RegisteredTrader] = field(default_factory=dict)
    rows: dict = field(default_factory=dict)

    async def roster(self):
        return [self.known[name] for name in sorted(self.known)]

    async def show(self, name):
        if name not in self.known:
            raise RejectedError(f"there is no trader '{name}'", slug="not-found")
        return self.known[name]

    async def history(self, name):
        told = enumerate(self.rows[name], start=1)
        return trader_steps(entry(event, seq) for seq, event in told)

    async def add(self, asked, *, by):
        return self._kept(CREATED, RegisteredTrader(new_trader(asked), 1), by)

    async def edit(self, name, asked, *, by):
        before = await self.show(name)
        after = RegisteredTrader(edited(before.trader, asked), before.version + 1)
        if after.trader == before.trader:
            return TraderWish(before, applied=False)
        return self._kept(CHANGED, after, by)

    async def archive(self, name, *, by):
        before = await self.show(name)
        self.rows[name].append(archived_event(name, by))
        gone = replace(before, trader=replace(before.trader, archived=True))
        self.known[name] = gone
        return TraderWish(gone, applied=not before.trader.archived)

    def _kept(self, kind, registered, by):
        name = registered.trader.name
        self.rows.setdefault(name, []).append(trader_event(kind, registered, by))
        self.known[name] = registered
        return TraderWish(registered)


@dataclass
class TraderWish:
    """What became of a wish."""

    registered: RegisteredTrader
    applied: bool = True


@dataclass
class FakeCompetitions:
    """Competitions of four sessions, in which nobody ever trades."""

    known: dict[str, Competition] = field(default_factory=dict)
    wanted: list = field(default_factory=list)
    traders: FakeTraders = field(default_factory=FakeTraders)

    async def lines(self):
        return [
            CompetitionLine(
                competition_id=name,
                name=each.terms.name,
                status=each.status.value,
                profiles=each.terms.participants,
                symbols=each.terms.symbols,
                first=each.terms.sessions[0].isoformat() if each.terms.sessions else "",
                last=each.terms.sessions[-1].isoformat() if each.terms.sessions else "",
                sessions=each.terms.length,
                rounds=len(each.rounds),
                created_at=each.created_at,
                ended_at=each.ended_at,
                playing=False,
                mode=each.terms.mode.value,
            )
            for name, each in reversed(self.known.items())
        ]

    async def create(self, wanted, _created_by):
        self.wanted.append(wanted)
        terms = checked_terms(
            wanted, DEFAULT_PROFILES, SESSIONS, portfolio=PortfolioPolicy(), config_hash="c0"
        )
        made = Competition(
            competition_id=CompetitionId(f"cmp_{len(self.known) + 1}"),
            created_at="2026-11-21T12:00:00.000000Z",
            terms=terms,
            status=CompetitionStatus.CREATED,
        )
        self.known[made.competition_id] = made
        return made

    async def show(self, competition_id):
        if competition_id not in self.known:
            raise RejectedError(f"there is no competition '{competition_id}'", slug="not-found")
        return Found(self.known[competition_id])

    async def play(self, competition_id, *, on_round, is_enough):
        present = self.known[competition_id]
        while present.next_session is not None and not is_enough():
            played = Round(
                number=len(present.rounds) + 1,
                session=present.next_session,
                run_id=None,
                counted=Usd(0 * present.terms.capital.amount),
                books=tuple(BookRound(book=book) for book in present.books),
            )
            present = replace(present, rounds=(*present.rounds, played))
            on_round(present)
        present = replace(present, status=CompetitionStatus.FINISHED)
        self.known[competition_id] = present
        return present

    async def stop(self, competition_id, reason):
        before = (await self.show(competition_id)).competition
        after = replace(before, status=CompetitionStatus.STOPPED, reason=reason)
        self.known[competition_id] = after
        return Found(after, applied=before.status is not CompetitionStatus.STOPPED)
