"""What a halt writes: the state once, who wanted what each time, and a reason always."""

from dataclasses import replace

import pytest

from quorate.execution.halting import (
    BookHalt,
    Halt,
    HaltFact,
    HaltReport,
    HaltScope,
    Left,
    Reach,
    TradingLine,
    checked_reason,
    halting,
    resuming,
    together,
)
from quorate.execution.recorded import OrderFact, TradingStanding
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName
from quorate.risk import TradingState
from tests.fakes.orders import MemoryOrders

BOOK = BookName("paper")
HALT = Halt(id="hlt_1", book=BOOK, scope=HaltScope.CANCEL, reason="odd fills", by="operator")


def book_in(state):
    return MemoryOrders(standings={BOOK: TradingStanding(state=state, version=3)})


@pytest.mark.parametrize("state", sorted(TradingState))
def test_a_halt_moves_the_state_unless_it_is_so_already(state):
    rows = halting(book_in(state), HALT)
    moved = [row.payload["to"] for row in rows if row.type == OrderFact.TRADING]
    assert moved == ([] if state is TradingState.HALTED else [TradingState.HALTED])
    assert rows[-1].type == HaltFact.ORDERED
    assert (rows[-1].payload["reason"], rows[-1].payload["before"]) == ("odd fills", state)


@pytest.mark.parametrize("state", sorted(TradingState))
def test_resuming_makes_a_book_active_unless_it_is_so_already(state):
    rows = resuming(book_in(state), BOOK, reason="looked", by="operator")
    moved = [(row.payload["from"], row.payload["to"], row.payload["version"]) for row in rows]
    expected = [] if state is TradingState.ACTIVE else [(state, TradingState.ACTIVE, 4)]
    assert moved == expected


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 501], ids=["none", "blank", "too long"])
def test_a_reason_is_always_given(text):
    with pytest.raises(RejectedError, match="a reason"):
        checked_reason(text)


@pytest.mark.parametrize(
    ("reach", "words"),
    [
        (Reach(entries=0, stops=0, positions=()), "Nothing was open or held."),
        (
            Reach(entries=1, stops=0, positions=()),
            "1 open order and no position untouched.",
        ),
    ],
    ids=["nothing", "an order"],
)
def test_a_halt_says_what_it_left_alone(reach, words):
    halt = replace(HALT, scope=HaltScope.NEW)
    line = TradingLine(book=BOOK, mode="PAPER", state=TradingState.HALTED)
    assert BookHalt(halt=halt, standing=line, applied=True, reach=reach).words == words


def test_a_reason_stands_on_one_line():
    assert checked_reason(" odd\n fills ") == "odd fills"


@pytest.mark.parametrize(
    "report",
    [
        HaltReport(unconfirmed=(Left(name="a1-x", cause="no answer"),)),
        HaltReport(held=(Left(name="AAPL", cause="denied"),)),
        HaltReport(unprotected=(Left(name="AAPL", cause="denied"),)),
    ],
    ids=["unconfirmed", "held", "unprotected"],
)
def test_a_halt_is_complete_when_nothing_is_left(report):
    assert not report.complete
    assert HaltReport().complete


def test_each_scope_includes_the_one_before():
    of = {scope: Halt(id="h", book=BOOK, scope=scope, reason="r", by="b") for scope in HaltScope}
    assert [of[scope].cancels for scope in HaltScope] == [False, True, True]
    assert [of[scope].closes for scope in HaltScope] == [False, False, True]


def test_a_halt_of_several_books_touches_what_each_has():
    found = together([Reach(2, ("MSFT",), 1), Reach(1, ("AAPL",), 1)])
    assert found == (3, ("AAPL", "MSFT"), 2)
