"""Competitions made of plain values: two profiles over the small made-up market."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from quorate.arena.competition.contest import CompetitionId, CompetitionStatus, Terms
from quorate.arena.competition.record import Competition, Round
from quorate.arena.competition.trading import BookRound, first_books
from quorate.kernel.ids import DecisionId, RunId, Symbol
from quorate.kernel.money import Usd
from quorate.portfolio import Fill, FillReason, Outcome, PortfolioPolicy, Side, charged
from tests.unit.arena.casts import PROFILES

AAPL = Symbol("AAPL")
MONDAY = date(2012, 1, 2)
DEC = DecisionId("dec_1")


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def terms(sessions: int = 3, **other) -> Terms:
    usual = {
        "name": "winter",
        "profiles": (PROFILES["momentum"], PROFILES["trend"]),
        "symbols": (AAPL,),
        "sessions": tuple(day(number) for number in range(sessions)),
        "capital": Usd(Decimal(1000)),
        "max_cost": None,
        "portfolio": PortfolioPolicy(),
        "config_hash": "c0",
    }
    return Terms(**(usual | other))


def outcome(pnl: str, sessions: int = 2) -> Outcome:
    return Outcome(
        decision_id=DEC,
        symbol=AAPL,
        opened=day(0),
        closed=day(1),
        sessions=sessions,
        reason=FillReason.SALE,
        pnl=Decimal(pnl),
    )


def entry() -> Fill:
    return Fill(
        session=day(1),
        decision_id=DEC,
        symbol=AAPL,
        side=Side.BUY,
        reason=FillReason.ENTRY,
        quantity=Decimal(1),
        price=Decimal(10),
        notional=Decimal(10),
        fee=Decimal(0),
    )


def played(*steps: dict[str, BookRound], sessions: int | None = None) -> Competition:
    """A competition with a round per step; a book that a step does not name stays as it was."""
    made = terms(sessions or max(len(steps), 2))
    books, rounds = {book.name: BookRound(book=book) for book in first_books(made)}, []
    for number, step in enumerate(steps):
        books = {name: BookRound(book=before.book) for name, before in books.items()} | step
        rounds.append(
            Round(
                number=number + 1,
                session=made.sessions[number],
                run_id=RunId(f"run_{number}"),
                counted=Usd(Decimal(0)),
                books=tuple(books[book.name] for book in first_books(made)),
            )
        )
    return Competition(
        competition_id=CompetitionId("cmp_1"),
        created_at="2026-11-21T12:00:00.000000Z",
        terms=made,
        status=CompetitionStatus.RUNNING,
        rounds=tuple(rounds),
    )


def worth(name: str, *, lost: str = "0", **did) -> BookRound:
    """A book that is worth 1000 less what it paid."""
    (book,) = [each for each in first_books(terms()) if each.name == name]
    return BookRound(book=charged(book, Decimal(lost)), **did)
