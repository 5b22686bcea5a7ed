"""A competition's journal reads back without loss."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arena.competition.bookkeeping import read_book_round, round_payload
from quorate.arena.competition.contest import CompetitionId, CompetitionStatus
from quorate.arena.competition.record import (
    CompetitionEvent,
    begun_event,
    created_event,
    ended_event,
    played_event,
    read_competition,
    started_event,
)
from quorate.arena.competition.trading import BookRound
from quorate.arena.record.facts import Facts
from quorate.kernel.canonical import as_json, canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import RunId, Tenant, TraceId
from quorate.kernel.journal import JournalEntry
from quorate.kernel.money import Usd
from quorate.portfolio import CheckCode, Refusal, Side, with_orders
from tests.unit.arena.competition.contests import DEC, outcome, played, terms, worth
from tests.unit.portfolio.markets import AAPL, holding, market, order, split
from tests.unit.portfolio.markets import played as session

NAME = CompetitionId("cmp_1")


def rows(*events):
    return [
        JournalEntry(
            seq=seq,
            ts=f"2026-11-21T12:00:0{seq}.000000Z",
            tenant=Tenant("local"),
            book=event.book,
            trace_id=TraceId(""),
            stream=event.stream,
            type=event.type,
            payload=canonical_json(event.payload),
            prev_hash="",
            hash="",
        )
        for seq, event in enumerate(events, start=1)
    ]


def facts(payload):
    return Facts(as_json(payload))


def test_a_book_with_everything_in_it_reads_back():
    bought = holding(target="130", horizon=5)
    moved = session(bought.book, market(2, (50, 51, 49, 50), actions=[split(2, 2)]))
    book = with_orders(moved.book, [order(Side.SELL, quantity="20")])
    made = BookRound(
        book=book,
        fills=bought.fills,
        outcomes=(outcome("1.25"),),
        refusals=(Refusal(decision_id=DEC, symbol=AAPL, code=CheckCode.MAX_DRAWDOWN),),
        cost=None,
        decisions=3,
        errors=1,
    )
    assert read_book_round(facts(round_payload(made))) == made


def test_the_terms_read_back_whatever_the_profiles_become():
    made = terms(max_cost=Usd(Decimal("2.5")))
    (read,) = [read_competition(rows(created_event(NAME, made, "operator"))).terms]
    assert read == made


def test_a_competition_is_as_far_as_its_last_round():
    before = played({"trend": worth("trend", lost="1.5")})
    created = created_event(NAME, before.terms, "operator")
    fresh = read_competition(rows(created))
    started = started_event(fresh, 1)
    begun = begun_event(fresh, RunId("run_0"), 1)
    assert read_competition(rows(created, started, begun)).begun == "run_0"
    one = played_event(NAME, before.rounds[0], 1)
    read = read_competition(rows(created, started, begun, one))
    assert (read.status, read.begun, len(read.rounds)) == (CompetitionStatus.RUNNING, None, 1)
    assert read.books == before.books
    assert read.next_session == before.terms.sessions[1]


def test_a_stopped_one_says_why_and_when():
    created = created_event(NAME, terms(), "operator")
    fresh = read_competition(rows(created))
    ended = ended_event(fresh, CompetitionEvent.STOPPED, "enough")
    read = read_competition(rows(created, ended))
    assert (read.status, read.reason) == (CompetitionStatus.STOPPED, "enough")
    assert read.ended_at.endswith("02.000000Z")


def test_what_counts_against_the_limit_is_the_sum_of_the_rounds():
    before = played({}, {})
    rounds = tuple(replace(each, counted=Usd(Decimal("0.25"))) for each in before.rounds)
    assert replace(before, rounds=rounds).counted == Usd(Decimal("0.50"))


def test_rows_that_begin_otherwise_are_no_competition():
    with pytest.raises(InvariantBrokenError):
        read_competition([])
