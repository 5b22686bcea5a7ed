"""Deciding alone: one decision per profile and symbol, and every refusal of DESIGN 15 that can happen there."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.profile import Role
from quorate.arena.competition.deciding import compete, decide_alone, with_own_books
from quorate.arena.record.decisions import decision_payload, read_decision
from quorate.arena.record.facts import Facts
from quorate.arena.voting import AgentReply
from quorate.kernel.ids import BookName, ProfileName, decision_id
from quorate.kernel.money import Usd
from quorate.kernel.vote import Sizing, SizingKind
from quorate.portfolio.book import Book, BookMode
from tests.unit.arena.casts import (
    AAPL,
    ABSTAIN,
    BUY,
    HOLD,
    POLICY,
    RUN,
    SELL,
    answer,
    cast,
    header,
    profile,
    scene,
    vote,
)
from tests.unit.arena.markets import snapshot

NAME = ProfileName("a")


def decided(given, at=None):
    return decide_alone(at or scene(), given, NAME, run_id=RUN, policy=POLICY)


@pytest.mark.parametrize(
    ("given", "at", "ends"),
    [
        pytest.param(vote(BUY, 0.62), scene(), ("BUY", "consensus"), id="believed enough"),
        pytest.param(vote(BUY, 0.6199), scene(), ("NO_TRADE", "low_confidence"), id="too little"),
        pytest.param(vote(SELL, 0.7), scene(held="3"), ("SELL", "consensus"), id="sells"),
        pytest.param(vote(SELL, 0.5), scene(held="3"), ("NO_TRADE", "low_confidence"), id="doubts"),
        pytest.param(vote(SELL, 0.9), scene(), ("NO_TRADE", "nothing_to_sell"), id="holds none"),
        pytest.param(vote(HOLD, 0.1), scene(), ("HOLD", "consensus"), id="a HOLD takes no courage"),
        pytest.param(vote(ABSTAIN), scene(), ("NO_TRADE", "quorum_not_met"), id="abstains"),
        pytest.param(None, scene(), ("NO_TRADE", "quorum_not_met"), id="said nothing"),
        pytest.param(
            vote(BUY, 0.9), scene(bars=251), ("NO_TRADE", "insufficient_history"), id="short"
        ),
        pytest.param(None, scene(bars=0), ("NO_TRADE", "no_data"), id="no bars"),
        pytest.param(
            vote(BUY, 0.9),
            scene(quarantine="GAP"),
            ("NO_TRADE", "symbol_quarantined"),
            id="bad bars",
        ),
    ],
)
def test_a_profile_decides_for_itself(given, at, ends):
    made = decided(given, at)
    assert (made.action, made.reason) == ends
    assert (made.profile, made.escalated, made.triggers) == (NAME, False, ())


def test_a_risk_managers_own_veto_is_final_for_its_own_book():
    vetoed = cast(answer(BUY, 0.9, veto=True), role=Role.RISK_MANAGER)
    assert decided(vetoed).reason == "risk_veto"


def test_an_entry_is_sized_as_asked_else_as_usual():
    asked = Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal("0.03"))
    made = decided(cast(answer(BUY, 0.8, stop="600", target="700", sizing=asked)))
    assert (made.sizing, made.stop, made.target) == (asked, Decimal(600), Decimal(700))
    usual = decided(vote(BUY, 0.8)).sizing
    assert usual == Sizing(kind=SizingKind.PCT_EQUITY, value=POLICY.entry_pct_equity)


def test_a_sale_closes_what_its_own_book_holds():
    made = decided(vote(SELL, 0.8), scene(held="7"))
    assert made.sizing == Sizing(kind=SizingKind.QTY, value=Decimal(7))
    assert made.stop is None


def test_the_confidence_chain_comes_before_the_limit():
    doubted = vote(BUY, 0.7, fallback_used=True)
    assert decided(doubted).reason == "low_confidence"


def test_every_profile_has_a_decision_of_its_own_on_every_symbol():
    book = Book(name=BookName("cmp_1"), mode=BookMode.REPLAY, cash=Usd(Decimal(1000)))
    rich = replace(book, cash=Usd(Decimal(5000)))
    profiles = [profile("a"), profile("b")]
    head = replace(
        with_own_books(header("AAPL", "IBM", "XYZ"), book),
        profiles=tuple(each.name for each in profiles),
        books=(book, rich),
    )
    replies = [
        AgentReply(profile=each, answers=(answer(BUY, 0.8),), model="small") for each in profiles
    ]
    votes, decisions = compete(replies, head, snapshot(), POLICY)
    assert [each.profile for each in votes] == ["a", "b"]
    assert [(each.profile, each.symbol, each.reason) for each in decisions] == [
        (name, symbol, reason)
        for name in ("a", "b")
        for symbol, reason in (
            ("AAPL", "consensus"),
            ("IBM", "symbol_quarantined"),
            ("XYZ", "no_data"),
        )
    ]
    assert len({each.decision_id for each in decisions}) == 6


def test_the_id_of_a_decision_of_its_own_is_not_that_of_the_run():
    assert decided(vote(BUY, 0.8)).decision_id == decision_id(RUN, AAPL, NAME)
    assert decided(vote(BUY, 0.8)).decision_id != decision_id(RUN, AAPL)


def test_a_recorded_decision_names_its_profile_and_reads_back():
    made = decided(vote(BUY, 0.8))
    payload = decision_payload(made)
    assert payload["profile"] == "a"
    assert read_decision(Facts(payload)) == made
