"""How a book stands at a mark, and back from its row without loss."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from quorate.cycle.book_keeping.folding import Folded
from quorate.cycle.book_keeping.standing import (
    EXIT_SESSIONS,
    BookStanding,
    marked,
    opened_standing,
    read_standing,
)
from quorate.cycle.ports import MarkRequest
from quorate.execution.broker import BrokerAccount
from quorate.kernel.canonical import as_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, CycleId
from quorate.portfolio.kept_book import sold
from quorate.portfolio.lot import FillReason
from tests.unit.cycle.book_keeping.test_folding import FIRST, HELD, SECOND, THIRD
from tests.unit.portfolio.test_kept_book import AAPL, sale

BOOK = BookName("replay")
OPENED = opened_standing(BOOK, Decimal(10_000))


def close(session=FIRST, cycle="cyc_1", cash="9000"):
    return MarkRequest(
        cycle_id=CycleId(cycle),
        session=session,
        at=datetime(session.year, session.month, session.day, 20, tzinfo=UTC),
        prices={AAPL: Decimal(100)},
        actions={},
        broker=BrokerAccount(
            account_id="x",
            cash=Decimal(cash),
            equity=Decimal(0),
            buying_power=Decimal(0),
            day_trades=None,
            blocked=False,
        ),
    )


def mark(before, request, book, closings=(), cash=Decimal(9000), **parts) -> BookStanding:
    after = Folded(book=book, closings=tuple(closings), **parts)
    return marked(before, request, after, through=before.through + 5, broker_cash=cash)


MARKED = mark(OPENED, close(), HELD)


def test_a_book_begins_with_its_cash():
    assert (OPENED.number, OPENED.cash, OPENED.equity, OPENED.gap) == (0, 10_000, 10_000, 0)
    with pytest.raises(InvariantBrokenError, match="never marked"):
        OPENED.as_mark()


def test_a_mark_is_numbered_and_tells_what_is_held():
    told = MARKED.as_mark()
    assert (told.number, told.session, told.cash, told.equity, told.gap) == (
        1,
        FIRST,
        9000,
        10_000,
        0,
    )
    assert told.payload["positions"] == {
        "AAPL": {"quantity": "10", "price": "100", "value": "1000.00", "averagePrice": "100.00"}
    }
    assert told.payload["ledger"] == {
        "capital": "-10000",
        "cash": "9000.00",
        "positions": "1000.00",
    }


def test_a_mark_is_read_back_without_loss():
    after, closings = sold(HELD, sale(quantity="4", reason=FillReason.STOP), SECOND)
    second = mark(MARKED, close(SECOND, "cyc_2"), after, closings, cash=Decimal("9440.01"))
    for each in (MARKED, second):
        assert read_standing(BOOK, as_json(each.payload())) == each
    assert (second.gap, second.through) == (Decimal("0.01"), 10)


def test_what_is_no_mark_is_refused():
    with pytest.raises(InvariantBrokenError, match="cannot be read back"):
        read_standing(BOOK, {})
    with pytest.raises(InvariantBrokenError):
        read_standing(BOOK, {**as_json(MARKED.payload()), "lots": "none"})
    with pytest.raises(InvariantBrokenError):
        read_standing(BOOK, {**as_json(MARKED.payload()), "ledger": []})


def test_a_session_begins_with_the_equity_that_the_last_one_ended_with():
    cheaper = replace(HELD, prices={AAPL: Decimal(90)})
    dear = replace(HELD, prices={AAPL: Decimal(120)})
    second = mark(MARKED, close(SECOND, "cyc_2"), cheaper)
    assert (second.day_start, second.equity, second.peak) == (10_000, 9900, 10_000)
    again = mark(second, close(SECOND, "cyc_3"), dear)
    assert (again.day_start, again.equity, again.peak) == (10_000, 10_200, 10_200)
    third = mark(again, close(THIRD, "cyc_4"), cheaper)
    assert (third.day_start, third.peak) == (10_200, 10_200)


def test_a_snapshot_has_the_same_id_for_the_same_cycle_of_the_same_book():
    again = mark(OPENED, close(), HELD)
    other = mark(OPENED, close(cycle="cyc_2"), HELD)
    assert MARKED.snapshot_id == again.snapshot_id != other.snapshot_id
    assert MARKED.snapshot_id.startswith("psn_")
    assert len(MARKED.snapshot_id) == 30


def test_an_order_that_closed_several_lots_is_one_exit_and_grows_old():
    one, first = sold(HELD, sale(quantity="4", price="90", reason=FillReason.STOP), FIRST)
    two, second = sold(one, sale(quantity="6", price="90", reason=FillReason.STOP), FIRST)
    stopped = mark(MARKED, close(FIRST, "cyc_2"), two, [*first, *second])
    (exit_,) = stopped.exits
    assert (exit_.symbol, exit_.sessions_ago, exit_.stopped) == (AAPL, 0, True)
    assert exit_.gain == Decimal("-0.1")
    assert mark(stopped, close(FIRST, "cyc_3"), two).exits[0].sessions_ago == 0
    old = stopped
    for number in range(1, EXIT_SESSIONS + 1):
        old = mark(old, close(date(2013, 1, number), f"cyc_{number}"), two)
        assert [each.sessions_ago for each in old.exits] == [number] * (number < EXIT_SESSIONS)


@pytest.mark.parametrize(
    ("cash", "fills", "gap", "is_new"),
    [
        pytest.param("9000.0000002", 1, "0.00", False, id="less than a cent is rounding"),
        pytest.param("9000.009", 2, "0.01", False, id="less than a cent a fill"),
        pytest.param("9000.02", 2, "0.02", True, id="a cent a fill"),
        pytest.param("9000.01", 0, "0.01", True, id="a cent without a fill"),
        pytest.param("8999", 3, "-1.00", True, id="a dollar"),
    ],
)
def test_a_broker_that_books_exactly_may_round(cash, fills, gap, is_new):
    at = mark(OPENED, close(), HELD, cash=Decimal(cash), fills=fills, in_cents=False)
    assert (at.gap, at.gap_is_new) == (Decimal(gap), is_new)
    assert at.as_mark().gap_is_new is is_new
    again = mark(at, close(SECOND, "cyc_2"), HELD, cash=Decimal(cash), in_cents=False)
    assert not again.gap_is_new


def test_a_broker_that_books_cents_is_held_to_them():
    at = mark(OPENED, close(), HELD, cash=Decimal("9000.01"), fills=9)
    assert at.gap_is_new
    closed = mark(at, close(SECOND, "cyc_2"), HELD, cash=Decimal(9000))
    assert (closed.gap, closed.gap_is_new) == (0, False)
