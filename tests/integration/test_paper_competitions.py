"""Paper competitions on both databases: a round when its session is over, none decided too late, no order anywhere."""

from __future__ import annotations

import asyncio
import signal
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from quorate.adapters.sql.writer import unharmed
from quorate.arena.competition.contest import CompetitionRequest, CompetitionStatus
from quorate.bootstrap.competing import Competitions
from quorate.bootstrap.live_market import LiveMarket
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.market import RawBar
from quorate.portfolio.book import BookMode
from tests.fakes.live_sources import FakeSource
from tests.integration.children import dies, ended
from tests.integration.homes import opened_home
from tests.integration.stores import LONGEST, SYSTEM
from tests.integration.test_competitions import books
from tests.integration.test_opening import home, seeded, store_of

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

AAPL = Symbol("AAPL")
FRIDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (20, 23, 24, 25))
WANTED = CompetitionRequest(
    name="as they come",
    symbols=(AAPL,),
    profiles=(ProfileName("trend"), ProfileName("momentum")),
    mode=BookMode.PAPER,
    rounds=3,
)


class ToldClock:
    """A clock that a test sets: no two looks see the same time, and who sleeps sleeps a moment.

    The monotonic time goes on by what was wanted.
    """

    def __init__(self, now):
        self.time = now
        self.passed = 0.0

    def now(self):
        self.time += timedelta(microseconds=1)
        return self.time

    def monotonic(self):
        return self.passed

    async def sleep(self, seconds):
        await SYSTEM.sleep(0.002)
        self.passed += seconds


def at(day, hour=22, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def bar(day, close):
    price = Decimal(str(close))
    return RawBar(day, price, price + 1, price - 1, price, Decimal(1_000_000), price)


def history(last, count=300):
    """A stock that rises a little every weekday."""
    days = [last - timedelta(days=n) for n in range(2 * count)]
    sessions = sorted([day for day in days if day.weekday() < 5][:count])
    return [bar(day, 100 + n / 4) for n, day in enumerate(sessions)]


class Stage:
    """A home whose clock and market a test sets."""

    def __init__(self, app, clock, source):
        self.app, self.clock, self.source = app, clock, source
        self.desk = Competitions(app._store, app._runner, self._market)

    @asynccontextmanager
    async def _market(self):
        yield LiveMarket(self.app._store, self.source)

    async def created(self, **changes):
        fields = {name: getattr(WANTED, name) for name in WANTED.__slots__}
        return await self.desk.create(CompetitionRequest(**(fields | changes)), "the test")

    async def rounds(self, name, count):
        """Wait until so many rounds are played."""
        async with asyncio.timeout(LONGEST):
            while len(found := (await self.desk.show(name)).competition.rounds) < count:
                await SYSTEM.sleep(0.005)
        return found

    def closes(self, day, close):
        """Let a session end: its bar is there, and the clock stands an hour after the close."""
        self.source.rows[AAPL] = [*self.source.rows[AAPL], bar(day, close)]
        self.clock.time = at(day)


@asynccontextmanager
async def staged(home, now=None, source=None, failpoint=unharmed):
    clock = ToldClock(now or at(FRIDAY))
    async with opened_home(*home, clock=clock, failpoint=failpoint) as app:
        stage = Stage(app, clock, source or FakeSource(rows={AAPL: history(FRIDAY)}))
        try:
            yield stage
        finally:
            await stage.desk.close()


async def test_each_round_waits_for_its_session_and_the_last_one_ends_it(home):
    async with staged(home) as stage:
        name = (await stage.created()).competition_id
        await stage.desk.start(name)
        (first,) = await stage.rounds(name, 1)
        assert (first.session, first.run_id is not None) == (FRIDAY, True)
        await SYSTEM.sleep(0.1)
        assert len((await stage.desk.show(name)).competition.rounds) == 1
        asked = stage.source.requests
        stage.clock.time = at(MONDAY, 15)
        await SYSTEM.sleep(0.1)
        assert stage.source.requests == asked, "before the close nobody is asked"
        stage.closes(MONDAY, 176)
        await stage.rounds(name, 2)
        stage.closes(TUESDAY, 177)
        played = await stage.rounds(name, 3)
        assert [each.session for each in played] == [FRIDAY, MONDAY, TUESDAY]
        assert played[2].run_id is None
        async with asyncio.timeout(LONGEST):
            while (line := (await stage.desk.lines())[0]).playing or line.status != "finished":
                await SYSTEM.sleep(0.005)
        assert (line.mode, line.rounds, line.sessions, line.first) == ("PAPER", 3, 3, "")
        rows = store_of(stage.app).rows()
        assert not [row for row in rows if row.type.startswith("order.")]
        opened = [row for row in rows if row.stream == f"book:{name}"]
        assert [row.facts["mode"] for row in opened] == ["PAPER"]
        verified = await stage.app.verify(projections=True, against=None)
        assert verified.ok, verified.problems


async def test_what_is_bought_is_filled_at_the_next_open(home):
    async with staged(home) as stage:
        name = (await stage.created()).competition_id
        await stage.desk.start(name)
        await stage.rounds(name, 1)
        stage.closes(MONDAY, 176)
        played = await stage.rounds(name, 2)
        held = played[1].books[-2]
        assert held.book.name == "buy_and_hold"
        assert [(fill.session, str(fill.price)) for fill in held.fills] == [(MONDAY, "176.0880")]


async def test_a_session_that_nobody_was_there_for_is_played_and_not_decided(home):
    async with staged(home) as stage:
        name = (await stage.created(rounds=4)).competition_id
        await stage.desk.start(name)
        await stage.rounds(name, 1)
        await stage.desk.close()
        rows = [*stage.source.rows[AAPL], bar(MONDAY, 176), bar(TUESDAY, 177)]
    async with staged(home, at(TUESDAY), FakeSource(rows={AAPL: rows})) as stage:
        assert not (await stage.desk.show(name)).playing or stage.clock.time > at(FRIDAY)
        (said,) = await stage.desk.recover()
        assert "goes on from round 2" in said
        played = await stage.rounds(name, 3)
        assert [(each.session, each.run_id is None) for each in played] == [
            (FRIDAY, False),
            (MONDAY, True),
            (TUESDAY, False),
        ]
        assert {each.decisions for each in played[1].books} == {0}
        bought = [each for each in played[1].books if each.book.name == "buy_and_hold"]
        assert [fill.session for fill in bought[0].fills] == [MONDAY]


async def test_one_that_is_late_waits_for_the_next_close_to_begin(home):
    async with staged(home, at(MONDAY, 14)) as stage:
        name = (await stage.created()).competition_id
        await stage.desk.start(name)
        await SYSTEM.sleep(0.15)
        assert (await stage.desk.show(name)).competition.rounds == ()
        stage.closes(MONDAY, 176)
        (first,) = await stage.rounds(name, 1)
        assert first.session == MONDAY


async def test_a_stop_is_noticed_while_the_market_is_awaited(home):
    async with staged(home) as stage:
        name = (await stage.created()).competition_id
        playing = asyncio.create_task(stage.desk.play(name))
        await stage.rounds(name, 1)
        await stage.desk.stop(name, "enough")
        async with asyncio.timeout(LONGEST):
            assert (await playing).status is CompetitionStatus.STOPPED
        with pytest.raises(ConflictError):
            await stage.desk.start(name)


async def test_who_has_had_enough_leaves_it_to_be_gone_on_with(home):
    async with staged(home) as stage:
        name = (await stage.created()).competition_id
        leave = asyncio.Event()
        playing = asyncio.create_task(stage.desk.play(name, is_enough=leave.is_set))
        await stage.rounds(name, 1)
        leave.set()
        async with asyncio.timeout(LONGEST):
            left = await playing
        assert (left.status, len(left.rounds)) == (CompetitionStatus.RUNNING, 1)
        assert not (await stage.desk.show(name)).playing


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"symbols": (Symbol("BTC/USD"),)}, "trades around the clock"),
        ({"first": FRIDAY}, "has no first or last one"),
        ({"rounds": 1}, "1 rounds are not 2 to 252"),
        ({"rounds": 253}, "253 rounds are not 2 to 252"),
    ],
)
async def test_terms_that_no_session_to_come_can_hold_are_refused(home, changes, said):
    async with staged(home) as stage:
        with pytest.raises(RejectedError, match=said):
            await stage.created(**changes)


async def test_without_a_brokers_keys_there_is_no_market(home):
    async with opened_home(*home) as app:
        with pytest.raises(RejectedError, match="no keys are set"):
            await app.competitions.create(WANTED, "the test")


async def test_a_source_that_is_silent_at_first_is_waited_for(home):
    async with staged(home) as stage:
        stage.source.silence = "503"
        name = (await stage.created()).competition_id
        await stage.desk.start(name)
        await SYSTEM.sleep(0.15)
        shown = await stage.desk.show(name)
        assert (shown.playing, shown.competition.rounds) == (True, ())
        stage.source.silence = ""
        stage.clock.passed += 3600
        await stage.rounds(name, 1)


async def test_a_symbol_that_the_broker_does_not_know_is_left_to_a_person(home):
    async with staged(home) as stage:
        name = (await stage.created(symbols=(Symbol("NONE"),))).competition_id
        with pytest.raises(RejectedError, match="no bars of NONE"):
            await stage.desk.play(name)
        await stage.desk.recover()
        async with asyncio.timeout(LONGEST):
            while (await stage.desk.show(name)).playing:
                await SYSTEM.sleep(0.005)
        assert await stage.desk.recover() == []


async def test_a_source_that_falls_silent_delays_a_round_and_ends_nothing(home):
    async with staged(home) as stage:
        name = (await stage.created()).competition_id
        await stage.desk.start(name)
        await stage.rounds(name, 1)
        stage.source.silence = "503"
        stage.closes(MONDAY, 176)
        await SYSTEM.sleep(0.15)
        assert len((await stage.desk.show(name)).competition.rounds) == 1
        stage.source.silence = ""
        stage.clock.passed += 3600
        await stage.rounds(name, 2)
        with suppress(ConflictError):
            await stage.desk.stop(name, "done")


def dies_playing(path, url, passes):
    """Play a paper competition and die at the `passes`th commit after it was started."""
    left = [None]

    def count(name):
        if name == "after_commit" and left[0] is not None:
            left[0] -= 1
            if left[0] == 0:
                dies()

    async def play():
        async with staged((path, url), failpoint=count) as stage:
            name = (await stage.created()).competition_id
            left[0] = passes
            await stage.desk.play(name)

    asyncio.run(play())


@pytest.mark.parametrize("passes", [2, 4, 6, 8])
def test_a_killed_player_leaves_a_round_that_ends_the_same(home, passes):
    assert ended(dies_playing, [(*home, passes)]) == [-signal.SIGKILL]
    asyncio.run(gone_on_with(home))


async def gone_on_with(home):
    async with staged(home, at(FRIDAY, 22, 10)) as stage:
        (line,) = await stage.desk.lines()
        assert (line.status, line.playing) == ("running", False)
        assert len(await stage.desk.recover()) == 1
        found = await stage.rounds(line.competition_id, 1)
        other = (await stage.created(name="never killed")).competition_id
        await stage.desk.start(other)
        whole = await stage.rounds(other, 1)
        left, same = (await stage.desk.show(line.competition_id)).competition, whole
        assert books(left) == books(replace(left, rounds=same))
        begun = [
            row
            for row in store_of(stage.app).rows()
            if row.type == "round.begun" and row.facts["competitionId"] == line.competition_id
        ]
        assert [row.facts["runId"] for row in begun] == [found[0].run_id]
        await stage.desk.close()
        verified = await stage.app.verify(projections=True, against=None)
        assert verified.ok, verified.problems
