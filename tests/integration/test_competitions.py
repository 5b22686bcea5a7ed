"""Competitions on both databases: played by whoever holds the lease, crash-safe, and foldable from the journal."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.arena.acceptance import RequestKey
from quorate.arena.competition.bookkeeping import round_payload
from quorate.arena.competition.contest import CompetitionRequest, CompetitionStatus
from quorate.arena.competition.scores import scores_of
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd
from tests.fakes.journal import KilledError
from tests.integration.homes import opened_home
from tests.integration.stores import LONGEST, SYSTEM
from tests.integration.test_opening import LaterClock, home, seeded, store_of

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

WANTED = CompetitionRequest(
    name="a week and a half",
    symbols=(Symbol("AAPL"), Symbol("MSFT")),
    first=date(2012, 3, 1),
    last=date(2012, 3, 14),
)
SESSIONS = 10
KEY = RequestKey(principal="operator", key="k-1", fingerprint="f-1")


class Enough:
    """Says that it is enough once so many rounds were played."""

    def __init__(self, rounds):
        self.left = rounds

    def __call__(self):
        self.left -= 1
        return self.left < 0


def books(competition):
    """Return every book of every round, as bytes: what must not depend on who played it, or when."""
    return [
        [canonical_json(without_ids(round_payload(each))) for each in played.books]
        for played in competition.rounds
    ]


def without_ids(payload):
    """Return a payload without decision ids: they name the run, and every run has an id of its own."""
    if isinstance(payload, dict):
        return {key: without_ids(item) for key, item in payload.items() if key != "decisionId"}
    return [without_ids(item) for item in payload] if isinstance(payload, list) else payload


async def created(app, **changes):
    wanted = CompetitionRequest(
        **{name: getattr(WANTED, name) for name in ("name", "symbols", "first", "last")} | changes
    )
    return (await app.competitions.create(wanted, "the test")).competition_id


async def test_a_competition_is_played_to_its_end_and_folds_again(home):
    async with opened_home(*home) as app:
        name = await created(app)
        seen = []
        competition = await app.competitions.play(
            name, on_round=lambda c: seen.append(len(c.rounds))
        )
        assert competition.status is CompetitionStatus.FINISHED
        assert seen == list(range(1, SESSIONS + 1))
        assert [each.session for each in competition.rounds] == list(competition.terms.sessions)
        scores = scores_of(competition)
        assert {score.name for score in scores if not score.baseline} == set(
            competition.terms.participants
        )
        assert any(score.trades for score in scores if not score.baseline)
        (line,) = await app.competitions.lines()
        assert (line.status, line.rounds, line.playing) == ("finished", SESSIONS, False)
        verified = await app.verify(projections=True, against=None)
        assert verified.ok, verified.problems
        with pytest.raises(ConflictError):
            await app.competitions.play(name)


async def test_one_that_was_left_goes_on_with_the_same_bytes(home):
    async with opened_home(*home) as app:
        whole = await app.competitions.play(await created(app))
        left = await created(app)
        part = await app.competitions.play(left, is_enough=Enough(4))
        assert (len(part.rounds), part.status) == (4, CompetitionStatus.RUNNING)
        assert not (await app.competitions.show(left)).playing
    async with opened_home(*home) as app:
        again = await app.competitions.play(left)
        assert books(again) == books(whole)


async def test_a_round_that_was_begun_is_finished_and_not_decided_twice(home):
    async with opened_home(*home) as app:
        name = await created(app)
        await app.competitions.play(name, is_enough=Enough(2))
        table_of = app.competitions._runner.run_plan

        async def dies_after_its_run(plan, *beside):
            await table_of(plan, *beside)
            raise KilledError

        app.competitions._runner.run_plan = dies_after_its_run
        with pytest.raises(KilledError):
            await app.competitions.play(name)
        app.competitions._runner.run_plan = table_of
        left = (await app.competitions.show(name)).competition
        assert (len(left.rounds), left.begun is not None) == (2, True)
        done = await app.competitions.play(name)
        assert done.rounds[2].run_id == left.begun
        assert done.status is CompetitionStatus.FINISHED


async def test_of_two_players_one_is_refused(home):
    async with opened_home(*home) as app:
        name = await created(app)
        first = asyncio.ensure_future(app.competitions.play(name))
        async with asyncio.timeout(LONGEST):
            while not (await app.competitions.show(name)).playing:
                await SYSTEM.sleep(0.005)
        with pytest.raises(ConflictError, match="is being played"):
            await app.competitions.play(name)
        assert (await first).status is CompetitionStatus.FINISHED


async def test_one_whose_player_died_is_free_once_its_lease_ran_out(home):
    async with opened_home(*home) as app:
        name = await created(app)
        competition = (await app.competitions.show(name)).competition
        await app.competitions._held(competition)
        assert (await app.competitions.show(name)).playing
    async with opened_home(*home, clock=LaterClock(timedelta(minutes=5).total_seconds())) as app:
        assert not (await app.competitions.show(name)).playing
        done = await app.competitions.play(name)
        assert done.status is CompetitionStatus.FINISHED


async def test_stopping_ends_it_for_good_and_what_was_played_stays(home):
    async with opened_home(*home) as app:
        name = await created(app)
        await app.competitions.play(name, is_enough=Enough(3))
        change = await app.competitions.stop(name, "enough of it")
        assert (change.applied, change.competition.status) == (True, CompetitionStatus.STOPPED)
        assert len(change.competition.rounds) == 3
        assert not (await app.competitions.stop(name, "again")).applied
        with pytest.raises(ConflictError):
            await app.competitions.play(name)
        assert (await app.verify(projections=True, against=None)).ok


async def test_stopping_while_it_is_played_ends_the_play(home):
    async with opened_home(*home) as app:
        name = await created(app)

        def stop_soon(competition):
            if len(competition.rounds) == 2:
                stops.append(asyncio.ensure_future(app.competitions.stop(name, "now")))

        stops = []
        ended = await app.competitions.play(name, on_round=stop_soon)
        for each in stops:
            await each
        assert ended.status is CompetitionStatus.STOPPED
        assert len(ended.rounds) < SESSIONS


async def test_the_same_key_starts_it_once(home):
    async with opened_home(*home) as app:
        name = await created(app)
        first = await app.competitions.start(name, KEY)
        again = await app.competitions.start(name, KEY)
        assert (first.applied, again.applied) == (True, False)
        async with asyncio.timeout(LONGEST):
            while (
                await app.competitions.show(name)
            ).competition.status is not CompetitionStatus.FINISHED:
                await SYSTEM.sleep(0.02)


async def test_another_configuration_cannot_go_on_with_it(home):
    async with opened_home(*home) as app:
        name = await created(app)
        await app.competitions.play(name, is_enough=Enough(2))
    async with opened_home(*home, ARENA__MIN_CONFIDENCE="0.5") as app:
        with pytest.raises(RejectedError, match="configuration changed"):
            await app.competitions.play(name)


async def test_a_profile_that_is_switched_off_meanwhile_plays_on(home):
    async with opened_home(*home) as app:
        whole = await app.competitions.play(await created(app))
        name = await created(app)
        await app.competitions.play(name, is_enough=Enough(2))
        await app.set_profile_enabled("momentum", False)
        again = await app.competitions.play(name)
        assert books(again) == books(whole)


async def test_what_cannot_be_held_writes_nothing(home):
    async with opened_home(*home) as app:
        before = len(store_of(app).rows())
        for wrong in (
            {"symbols": (Symbol("NONE"),)},
            {"first": date(2030, 1, 1)},
            {"capital": Usd(Decimal(1))},
        ):
            with pytest.raises(RejectedError):
                await created(app, **wrong)
        assert len(store_of(app).rows()) == before
        with pytest.raises(RejectedError, match="no competition"):
            await app.competitions.show("cmp_nobody")


async def test_a_round_records_each_decision_with_its_profile_and_the_book_it_was_made_for(home):
    async with opened_home(*home) as app:
        competition = await app.competitions.play(await created(app), is_enough=Enough(3))
        run = await app.recorded_run(competition.rounds[-1].run_id)
        tree = run.as_json()
        assert (tree["mode"], tree["book"], tree["bookMode"]) == (
            "competition",
            competition.competition_id,
            "REPLAY",
        )
        made = {(each["profile"], each["symbol"]) for each in tree["decisions"]}
        assert made == {
            (profile, symbol)
            for profile in competition.terms.participants
            for symbol in competition.terms.symbols
        }
        held = {book.name: book for book in competition.books}
        for name, book in run.header.fact.own_books.items():
            assert book.cash.amount == held[name].cash
