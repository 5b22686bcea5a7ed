"""The leaderboard and calibration over real runs, on both databases."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, select, update

from quorate.adapters.sql.calibrations import SqlCalibrations
from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.vote_outcomes import VOTE_OUTCOMES, SqlAwaitedRuns
from quorate.arena.request import RunRequest
from quorate.arena.rerun import WhatIfRequest
from quorate.bootstrap.planning import NOTHING_LEARNED
from quorate.bootstrap.scoring_desk import ScoringDesk
from quorate.bootstrap.trading.facade import ReplayTerms
from quorate.cycle.book_keeping.hindsight import Hindsight
from quorate.kernel.calibration import UNKNOWN_SKILL
from quorate.kernel.confidence import Confidence
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, ProfileName, Symbol
from quorate.kernel.vote import StepKind
from quorate.scoring.leaderboard import GroupBy, LeaderboardFilter, Window
from tests.integration.homes import opened_home

pytestmark = pytest.mark.integration

BOOK = BookName("replay")
SYMBOLS = tuple(map(Symbol, ("AAPL", "GOOG", "IBM", "MSFT")))
EVERY = 21
"""Sessions between two runs: their views, of 20 sessions, do not overlap."""


async def runs(app, first, count, every=EVERY):
    """Run the arena every so many sessions from one on, each once the views of those before it are known."""
    series = await app._store.market.series(SYMBOLS)
    sessions = series["IBM"].sessions
    begin = series["IBM"].index_at(first)
    chosen = [sessions[begin + number * every] for number in range(count)]
    for session in chosen:
        await resolved(app, session)
        await app.run_arena(RunRequest(symbols=SYMBOLS, as_of=session))
    return chosen


async def resolved(app, session):
    store = app._store
    waiting = SqlAwaitedRuns(store.database, store.tenant)
    return await Hindsight(BOOK, store.journal, waiting, store.market).resolved(session)


def told(app):
    query = select(VOTE_OUTCOMES).order_by(VOTE_OUTCOMES.c.resolved_at, VOTE_OUTCOMES.c.seq)
    return app._store.database.read_now(lambda connection: connection.execute(query).all())


def fresh(app):
    return ScoringDesk(app._store, app.registry)


async def answers(desk, **wanted):
    board = await desk.leaderboard(LeaderboardFilter(book=BOOK, **wanted))
    agreed = await desk.agreement(LeaderboardFilter(book=BOOK, **wanted))
    return board.as_json(), agreed.as_json()


def by_hand(rows):
    """Add the stored rows up without any of the product's arithmetic."""
    lines = defaultdict(Counter)
    last = {}
    for row in rows:
        for vote in json.loads(row.payload)["votes"]:
            if vote["action"] not in ("BUY", "SELL"):
                continue
            lines[vote["profile"]]["of"] += 1
            key = vote["profile"], row.symbol
            if row.as_of < last.get(key, ""):
                continue
            last[key] = row.resolved_at
            lines[vote["profile"]]["n"] += 1
            lines[vote["profile"]]["hits"] += vote["hit"]
            sign = 1 if vote["action"] == "BUY" else -1
            micros = round(Decimal(row.moved) * sign * 1000 * 10**6)
            lines[vote["profile"]]["micros"] += micros
    return lines


async def test_a_replayed_book_has_the_board_that_its_rows_add_up_to(migrated_url, tmp_path):
    terms = ReplayTerms(first=date(2012, 3, 1), last=date(2012, 4, 20), symbols=SYMBOLS)
    async with opened_home(tmp_path, migrated_url) as app:
        replayed = await app.trading.replay(terms)
        book = BookName(replayed.book)
        board = await app.scoring.leaderboard(LeaderboardFilter())
        assert board.book == book
        assert board.book_mode == "REPLAY"
        rows = told(app)
        assert board.as_of == date.fromisoformat(rows[-1].resolved_at)
        wanted = by_hand(rows)
        assert {line.name for line in board.items} >= set(wanted)
        for line in board.items:
            expected = wanted[line.name]
            assert (line.n, line.of, line.hits) == tuple(
                expected[name] for name in ("n", "of", "hits")
            )
            assert abs(line.pnl_usd * 10**6 - expected["micros"]) <= line.n
            assert (line.cost_usd, line.unpriced, line.cost_note in ("free", "no gain")) == (
                0,
                0,
                True,
            )
        assert [line.name for line in board.baselines][:4] == [
            "arena",
            "buy_and_hold",
            "no_trade",
            "random",
        ]
        assert {line.rank_low for line in board.items} == {None}
        week = await app.scoring.leaderboard(LeaderboardFilter(window=Window.WEEK))
        assert week.of == sum(
            vote["action"] in ("BUY", "SELL")
            for row in rows
            if row.resolved_at > (board.as_of - timedelta(days=7)).isoformat()
            for vote in json.loads(row.payload)["votes"]
        )
        other = await app.scoring.leaderboard(LeaderboardFilter(book=BOOK))
        assert (other.of, other.choices.books) == (0, ("replay", str(book)))


async def test_what_came_since_gives_the_same_board_as_everything_from_scratch(
    migrated_url, tmp_path
):
    async with opened_home(tmp_path, migrated_url) as app:
        sessions = await runs(app, date(2011, 1, 3), 4, every=7)
        for session in (sessions[-1], date(2011, 2, 14), date(2011, 3, 4)):
            await resolved(app, session)
            for wanted in (
                {},
                {"group_by": GroupBy.MODEL, "window": Window.MONTH},
                {"market": SYMBOLS[0], "strategy": "", "role": "trend"},
            ):
                assert await answers(app.scoring, **wanted) == await answers(fresh(app), **wanted)
        await runs(app, date(2010, 3, 1), 2)
        await resolved(app, date(2011, 6, 1))
        board, _ = await answers(app.scoring)
        assert (board, _) == await answers(fresh(app))
        assert board["of"] > 20
        assert board["items"][0]["decisions"] > 0


async def test_tables_that_were_folded_again_are_read_again(migrated_url, tmp_path):
    async with opened_home(tmp_path, migrated_url) as app:
        await runs(app, date(2011, 1, 3), 2)
        await resolved(app, date(2011, 6, 1))
        whole = await answers(app.scoring)
        lost = told(app)[0]
        gone = delete(VOTE_OUTCOMES).where(
            VOTE_OUTCOMES.c.run_id == lost.run_id, VOTE_OUTCOMES.c.symbol == lost.symbol
        )
        with app._store.database.engine.begin() as connection:
            connection.execute(gone)
        less = await answers(app.scoring)
        assert less == await answers(fresh(app)) != whole


async def test_a_retired_agent_stays_on_the_board(migrated_url, tmp_path):
    async with opened_home(tmp_path, migrated_url) as app:
        await runs(app, date(2011, 1, 3), 1)
        await resolved(app, date(2011, 6, 1))
        await app.registry.switch(ProfileName("momentum"), enabled=False, by="test")
        board = await app.scoring.leaderboard(LeaderboardFilter(book=BOOK))
        assert {line.name: line.retired for line in board.items}["momentum"]


async def test_thirty_known_outcomes_calibrate_the_runs_that_come_after_them_and_no_other(
    migrated_url, tmp_path
):
    async with opened_home(tmp_path, migrated_url) as app:
        sessions = await runs(app, date(2010, 1, 4), 12)
        later, earlier = [
            await app.run_arena(RunRequest(symbols=SYMBOLS, as_of=as_of))
            for as_of in (date(2012, 6, 29), sessions[4])
        ]
        curves = later.header.fact.curves
        assert curves
        assert all(curve.outcomes >= 30 for curve in curves.values())
        assert later.header.fact.learned_state_hash != NOTHING_LEARNED
        assert not earlier.header.fact.curves
        assert earlier.header.fact.learned_state_hash == NOTHING_LEARNED
        steps = {
            vote.fact.profile: {step.kind: step for step in vote.fact.steps}
            for vote in later.votes
            if vote.fact.steps
        }
        for name, curve in curves.items():
            raw, calibrated = steps[name][StepKind.RAW], steps[name][StepKind.CALIBRATED]
            assert calibrated.value == curve.of(Confidence(raw.value)).value
            assert calibrated.reason == f"what it was worth in {curve.outcomes} outcomes"
        uncalibrated = steps.keys() - curves.keys()
        assert all(
            steps[name][StepKind.CALIBRATED].value == steps[name][StepKind.RAW].value
            for name in uncalibrated
        )
        weights = {vote.fact.profile: vote.fact.skill_weight for vote in later.votes}
        assert {name: weight for name, weight in weights.items() if weight != UNKNOWN_SKILL} == {
            name: 2 * (curve.right + 2) / (curve.outcomes + 4) for name, curve in curves.items()
        }
        assert all(vote.fact.skill_weight == UNKNOWN_SKILL for vote in earlier.votes)
        shown = await app.scoring.calibration(next(iter(curves)), BOOK)
        assert shown.curve == curves[ProfileName(shown.name)]
        assert shown.outcomes == shown.curve.outcomes
        found = await app.reruns.replay(later.run_id)
        assert (found.identical, found.differences) == (True, ())
        swapped = WhatIfRequest(run_id=later.run_id, swaps=("threshold=quorum:3",))
        made = (await app.reruns.what_if(swapped)).b
        assert made.header.fact.curves == curves
        assert (await app.verify(projections=True, against=None)).ok


@pytest.mark.parametrize("which", ["first", "last", "all"])
async def test_a_calibration_follows_tables_that_were_folded_again(migrated_url, tmp_path, which):
    async with opened_home(tmp_path, migrated_url) as app:
        await runs(app, date(2010, 1, 4), 12)
        store, profiles, after = app._store, await app.profiles(), date(2013, 1, 1)
        kept = SqlCalibrations(store.database, store.tenant)
        known = [await kept.known_before(BOOK, each, after) for each in profiles]
        assert max(known) >= 30
        rows = sorted(told(app), key=lambda row: row.seq)
        lost = {"first": rows[:1], "last": rows[-1:], "all": rows}[which]
        with store.database.engine.begin() as connection:
            for row in lost:
                connection.execute(delete(VOTE_OUTCOMES).where(VOTE_OUTCOMES.c.seq == row.seq))
        less = [await kept.known_before(BOOK, each, after) for each in profiles]
        anew = SqlCalibrations(store.database, store.tenant)
        assert less == [await anew.known_before(BOOK, each, after) for each in profiles] != known
        with store.database.engine.begin() as connection:
            for row in lost:
                connection.execute(insert(VOTE_OUTCOMES).values(**row._mapping))
        assert [await kept.known_before(BOOK, each, after) for each in profiles] == known


async def test_outcomes_behind_the_session_of_a_run_do_not_reach_it(migrated_url, tmp_path):
    """The look-ahead test: every later outcome is turned into its opposite, and no curve changes."""
    async with opened_home(tmp_path, migrated_url) as app:
        await runs(app, date(2009, 1, 5), 16)
        store, profiles = app._store, await app.profiles()
        before = date.fromisoformat(sorted({row.resolved_at for row in told(app)})[-4])
        curves = await SqlCalibrations(store.database, store.tenant).curves(BOOK, profiles, before)
        after = date(2013, 1, 1)
        all_of_them = await SqlCalibrations(store.database, store.tenant).curves(
            BOOK, profiles, after
        )
        with store.database.engine.begin() as connection:
            for row in told(app):
                if row.resolved_at >= before.isoformat():
                    payload = json.loads(row.payload)
                    for vote in payload["votes"]:
                        vote["hit"] = None if vote["hit"] is None else not vote["hit"]
                    connection.execute(
                        update(VOTE_OUTCOMES)
                        .where(
                            VOTE_OUTCOMES.c.run_id == row.run_id,
                            VOTE_OUTCOMES.c.symbol == row.symbol,
                        )
                        .values(payload=json.dumps(payload))
                    )
        lied = SqlCalibrations(store.database, store.tenant)
        assert curves
        assert await lied.curves(BOOK, profiles, before) == curves
        assert await lied.curves(BOOK, profiles, after) != all_of_them


async def test_scoring_writes_nothing(migrated_url, tmp_path):
    async with opened_home(tmp_path, migrated_url) as app:
        await runs(app, date(2011, 1, 3), 1)
        await resolved(app, date(2011, 6, 1))
        before = await app._store.head()
        await answers(app.scoring)
        await app.scoring.calibration("trend")
        assert await app._store.head() == before
        types = select(JOURNAL.c.type)
        written = app._store.database.read_now(lambda each: each.execute(types).scalars().all())
        assert not [name for name in written if "calib" in name or "score" in name]


async def test_a_book_or_an_agent_that_does_not_exist_is_not_found(migrated_url, tmp_path):
    async with opened_home(tmp_path, migrated_url) as app:
        with pytest.raises(RejectedError, match="no book") as book:
            await app.scoring.leaderboard(LeaderboardFilter(book=BookName("nowhere")))
        with pytest.raises(RejectedError, match="no agent") as agent:
            await app.scoring.calibration("nobody")
        assert {book.value.slug, agent.value.slug} == {"not-found"}
        empty = await app.scoring.leaderboard(LeaderboardFilter())
        assert (empty.as_of, empty.items) == (None, ())
