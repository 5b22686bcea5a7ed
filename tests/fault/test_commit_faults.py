"""FM-RF-004, a commit fails: nothing is sent or told that is not on record, and the work goes on where the record ends.

Every commit of a cycle and of an order fails once, before it is durable and after (RELIABILITY 1.4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from quorate.cycle.record import CycleFact, read_cycle, stream_of
from quorate.cycle.stage import CycleStage
from quorate.kernel.errors import UnavailableError
from quorate.kernel.journal import Committed, Event
from quorate.kernel.step_message import StepName
from quorate.risk import TradingState
from tests.fakes.brokers import FakeBroker
from tests.fakes.orders import MemoryOrders
from tests.fakes.walked_books import BOOK, LEASE_TIME, WISH, WalkedBook, WalkedJournal
from tests.unit.execution.test_service import Desk

pytestmark = pytest.mark.fault

COMMITS_OF_A_CYCLE = 9
"""One looks whether a cycle was left behind, one starts it, six are its steps', the last one ends it."""

COMMITS_OF_AN_ORDER = 3
"""Its intent, that it goes out, and what the broker said."""

LOST = UnavailableError("the database gave no answer", source="database")


@dataclass
class FailingJournal(WalkedJournal):
    """A journal whose nth commit fails; `lands` says that it was durable and the answer alone was lost."""

    nth: int = 0
    lands: bool = False
    commits: int = 0

    async def commit(self, decide: Callable[[Any], Sequence[Event]]) -> Committed:
        self.commits += 1
        if self.commits == self.nth and not self.lands:
            raise LOST
        done = await super().commit(decide)
        if self.commits == self.nth:
            raise LOST
        return done


@dataclass
class FailingOrders(MemoryOrders):
    """The orders' journal whose nth commit fails before it is durable."""

    nth: int = 0
    commits: int = field(default=0)

    async def commit(self, decide: Callable[[Any], Sequence[Event]]) -> Committed:
        self.commits += 1
        if self.commits == self.nth:
            raise LOST
        return await super().commit(decide)


@pytest.mark.parametrize("lands", [False, True], ids=["not durable", "durable, answer lost"])
@pytest.mark.parametrize("nth", range(1, COMMITS_OF_A_CYCLE + 1))
async def test_fm_rf_004_a_cycle_whose_commit_fails_is_finished_from_its_record(
    *, nth: int, lands: bool
) -> None:
    book = WalkedBook(journal=FailingJournal(nth=nth, lands=lands))
    with pytest.raises(UnavailableError):
        await book.cycles().once(WISH)
    assert not book.watch.alerts
    book.journal.clock.jump(LEASE_TIME.total_seconds() + 1)
    await book.cycles("two").resumed()
    for row in [row for row in book.journal.rows if row.type == CycleFact.STARTED]:
        cycle = read_cycle(await book.journal.entries(stream_of(row.facts["cycleId"])))
        assert cycle.is_over
        assert [message["agent"] for message in cycle.trace] == [*map(str, StepName)]
        assert cycle.audit_passed is True
    assert book.journal.book_stage(BOOK).stage in {
        CycleStage.IDLE,
        CycleStage.WAITING_FOR_NEXT_CYCLE,
    }
    assert book.journal.standing.state is TradingState.ACTIVE


async def test_fm_rf_004_there_are_no_more_commits_than_fail_above() -> None:
    journal = FailingJournal()
    await WalkedBook(journal=journal).cycles().once(WISH)
    assert journal.commits == COMMITS_OF_A_CYCLE


@pytest.mark.parametrize("nth", range(1, COMMITS_OF_AN_ORDER + 1))
async def test_fm_rf_004_no_order_goes_out_whose_commit_failed(nth: int) -> None:
    broker, store = FakeBroker(), FailingOrders(nth=nth)
    with pytest.raises(UnavailableError):
        await Desk(store=store, broker=broker).place()
    assert len(broker.sent) == (0 if nth < COMMITS_OF_AN_ORDER else 1)
    placed = await Desk(store=store, broker=broker).place()
    assert placed.state == "WORKING"
    assert len(broker.placed) == len(store.by_id) == 1
    assert set(broker.sent) == {placed.client_order_id}
