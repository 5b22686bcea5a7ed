"""Facts of a kept book: it is marked twice, a decision's outcome moves twice, a run's views turn out."""

from __future__ import annotations

from dataclasses import replace

from quorate.cycle.book_keeping.hindsight.views import (
    AwaitedRun,
    Question,
    Views,
    resolved_event,
)
from quorate.cycle.book_keeping.outcome import DecisionOutcome, OutcomeLeg
from quorate.cycle.book_keeping.standing import MARKED, BookStanding
from quorate.execution.outcome_link import OutcomeStatus
from quorate.kernel.ids import DecisionId, RunId
from quorate.kernel.journal import Event
from quorate.portfolio.ledger import CENT
from quorate.risk import Leg
from tests.unit.cycle.book_keeping.test_folding import FIRST, SECOND
from tests.unit.cycle.book_keeping.test_standing import BOOK, close, mark
from tests.unit.cycle.book_keeping.test_standing import MARKED as FIRST_MARK
from tests.unit.portfolio.test_kept_book import AAPL

PENDING = DecisionOutcome(
    decision_id=DecisionId("dec_1"),
    book=BOOK,
    symbol=AAPL,
    is_entry=True,
    order_intent_id="o-dec_1",
    broker_order_id="b-1",
    fill_ids=("x1",),
    position_snapshot_ids=(FIRST_MARK.snapshot_id,),
    opened_at=FIRST_MARK.at,
    legs=(OutcomeLeg(leg=Leg.ENTRY, client_order_id="o-dec_1", fill_ids=("x1",)),),
    version=1,
)


def book_events() -> list[Event]:
    """Return the rows of two marks, of an outcome that was pending and won, and of views that turned out."""
    second = mark(FIRST_MARK, close(SECOND, "cyc_2"), FIRST_MARK.kept)
    won = replace(PENDING, status=OutcomeStatus.WIN, pnl=CENT, closed_at=second.at, version=2)
    views = resolved_event(
        BOOK,
        AwaitedRun(RunId("run_1"), FIRST),
        Question(AAPL, 20),
        Views(shadows=({"arm": "random", "action": "BUY"},)),
        moved=0.25,
        session=SECOND,
        last=True,
    )
    return [_marked(FIRST_MARK), PENDING.event(), _marked(second), won.event(), views]


def _marked(standing: BookStanding) -> Event:
    return Event(
        stream=f"mark:{BOOK}",
        type=MARKED,
        book=BOOK,
        payload=standing.payload(),
        step_key=f"mark-{standing.number}",
    )
