from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.kernel.ids import BookName, Symbol
from quorate.kernel.money import Quantity, Usd
from quorate.portfolio.book import Book, BookMode

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
CASH = Usd(Decimal(100_000))
EMPTY = Book(name=BookName("replay"), mode=BookMode.REPLAY, cash=CASH)
HOLDING = replace(EMPTY, positions={AAPL: Quantity(Decimal(3)), IBM: Quantity(Decimal("0.5"))})


def test_a_book_holds_what_it_says_and_nothing_of_the_rest():
    assert HOLDING.quantity_of(AAPL) == 3
    assert HOLDING.quantity_of(IBM) == Decimal("0.5")
    assert HOLDING.quantity_of(Symbol("XYZ")) == 0
    assert EMPTY.quantity_of(AAPL) == 0


def test_the_same_holdings_have_the_same_hash_in_any_order():
    turned = replace(EMPTY, positions=dict(reversed(HOLDING.positions.items())))
    assert turned.state_hash == HOLDING.state_hash


def test_the_name_of_a_book_is_no_part_of_what_a_decision_depends_on():
    assert replace(EMPTY, name=BookName("other")).state_hash == EMPTY.state_hash


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(HOLDING, mode=BookMode.PAPER), id="another mode"),
        pytest.param(replace(HOLDING, cash=Usd(Decimal(99_999))), id="less cash"),
        pytest.param(EMPTY, id="no positions"),
        pytest.param(
            replace(HOLDING, positions={AAPL: Quantity(Decimal("0.5")), IBM: Quantity(Decimal(3))}),
            id="the quantities the other way round",
        ),
    ],
)
def test_what_a_decision_may_depend_on_changes_the_hash(other):
    assert other.state_hash != HOLDING.state_hash


def test_the_modes_are_the_closed_list_of_the_design():
    """Source: DESIGN 5."""
    assert [mode.value for mode in BookMode] == ["REPLAY", "PAPER", "LIVE"]
