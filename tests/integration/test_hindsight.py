"""Runs held against what the market did, and a book that was walked through cycles, on both databases."""

import json
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from quorate.adapters.sql.book_marks import BOOK_MARKS
from quorate.adapters.sql.books import BOOKS
from quorate.adapters.sql.orders import ORDERS
from quorate.adapters.sql.outcomes import OUTCOMES
from quorate.adapters.sql.runs import CONSENSUS
from quorate.adapters.sql.vote_outcomes import VOTE_OUTCOMES, SqlAwaitedRuns
from quorate.bootstrap.trading.facade import ReplayTerms
from quorate.cycle.book_keeping.hindsight import Hindsight
from quorate.kernel.ids import BookName, Symbol
from tests.integration.homes import REQUEST, opened_home

pytestmark = pytest.mark.integration

BOOK = BookName("replay")
HORIZON = 20
SYMBOLS = tuple(map(Symbol, ("AAPL", "GOOG", "IBM", "MSFT")))


def hindsight_of(app):
    store = app._store
    return Hindsight(
        BOOK, store.journal, SqlAwaitedRuns(store.database, store.tenant), store.market
    )


def rows(app, table):
    query = select(table).order_by(*table.primary_key)
    return app._store.database.read_now(lambda connection: connection.execute(query).all())


async def test_a_run_is_held_against_the_market_when_its_horizon_is_over(migrated_url, tmp_path):
    async with opened_home(tmp_path, migrated_url) as app:
        await app.run_arena(REQUEST)
        series = await app._store.market.series(REQUEST.symbols)
        hindsight = hindsight_of(app)
        place = series["AAPL"].index_at(REQUEST.as_of)
        sessions = series["AAPL"].sessions
        assert await hindsight.resolved(sessions[place + HORIZON - 1]) == 0
        assert await hindsight.resolved(sessions[place + HORIZON]) > 0
        assert await hindsight.resolved(sessions[place + HORIZON + 1]) == 0
        assert await hindsight_of(app).resolved(sessions[-1]) == 0
        found = rows(app, VOTE_OUTCOMES)
        assert [(row.symbol, row.horizon, row.last) for row in found] == [
            ("AAPL", HORIZON, 0),
            ("IBM", HORIZON, 1),
        ]
        for row in found:
            bars = series[row.symbol].bars
            moved = bars[place + HORIZON].close / bars[place + 1].open - 1
            assert float(row.moved) == pytest.approx(float(moved))
            told = json.loads(row.payload)
            assert told["decision"]["action"]
            assert {arm["arm"] for arm in told["shadows"]} >= {"random", "buy_and_hold"}
            hold = next(arm for arm in told["shadows"] if arm["arm"] == "buy_and_hold")
            assert hold["hit"] is (moved > 0)
        assert (await app.verify(projections=True, against=None)).ok


async def test_a_run_that_asks_what_if_waits_for_nothing(migrated_url, tmp_path):
    async with opened_home(tmp_path, migrated_url) as app:
        run = await app.run_arena(REQUEST)
        hindsight = hindsight_of(app)
        await hindsight.resolved(REQUEST.as_of)
        await app.run_arena(REQUEST)
        waiting = await SqlAwaitedRuns(app._store.database, app._store.tenant).waiting(BOOK)
        assert len(waiting.runs) == 2
        assert run.run_id in {each.run_id for each in waiting.runs}
        assert await hindsight.resolved(date(2013, 1, 2)) > 0
        assert len(rows(app, VOTE_OUTCOMES)) == 4


async def test_a_walked_book_balances_in_every_cycle_and_loses_no_decision(migrated_url, tmp_path):
    terms = ReplayTerms(first=date(2012, 3, 1), last=date(2012, 3, 16), symbols=SYMBOLS)
    async with opened_home(tmp_path, migrated_url) as app:
        replayed = await app.trading.replay(terms)
        marks = [json.loads(row.payload) for row in rows(app, BOOK_MARKS)]
        assert [mark["number"] for mark in marks] == [*range(1, len(replayed.cycles) + 1)]
        assert {mark["session"] for mark in marks} >= {"2012-03-02", "2012-03-19"}
        for mark in marks:
            assert mark["cash"] == mark["brokerCash"]
            assert sum(map(Decimal, mark["ledger"].values())) == 0
            worth = sum(Decimal(held["value"]) for held in mark["positions"].values())
            assert Decimal(mark["equity"]) == Decimal(mark["cash"]) + worth
        lots = [lot for mark in marks for lot in mark["lots"]]
        assert lots
        assert all(lot["target"] and lot["stop"] and lot["horizon"] == HORIZON for lot in lots)
        wanted = {
            row.decision_id for row in rows(app, CONSENSUS) if row.final_action in {"BUY", "SELL"}
        }
        outcomes = {row.decision_id: row for row in rows(app, OUTCOMES)}
        ordered = {row.decision_id for row in rows(app, ORDERS)}
        assert set(outcomes) == wanted
        assert all(
            (row.status == "rejected" and json.loads(row.payload)["reason"] != "")
            for id_, row in outcomes.items()
            if id_ not in ordered
        )
        book = next(row for row in rows(app, BOOKS) if row.name == replayed.book)
        assert (book.cash, json.loads(book.positions)) == (
            marks[-1]["cash"],
            {symbol: held["quantity"] for symbol, held in marks[-1]["positions"].items()},
        )
        assert (await app.verify(projections=True, against=None)).ok
