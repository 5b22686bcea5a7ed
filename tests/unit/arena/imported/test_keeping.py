from decimal import Decimal

import pytest

from quorate.arena.imported.bars import read_market
from quorate.arena.imported.findings import FindingKind
from quorate.arena.imported.keeping import kept
from quorate.arena.imported.reading import read_log
from quorate.arena.imported.terms import ArenaTerms
from tests.fakes.other_arenas import WrittenLog, bars_of, lines_of

FIRST, SECOND, THIRD = (f"2025-10-0{day} 10:00:00" for day in (1, 2, 3))
BARS = [(FIRST, 100, 102, 99, 101), (SECOND, 104, 106, 103, 105), (THIRD, 96, 98, 95, 97)]
TERMS = ArenaTerms()
K = FindingKind


def log():
    return WrittenLog(Decimal(10_000)).opened(FIRST)


def book(written, *, bars=("AAPL", "MSFT")):
    market = read_market(lines_of("merged.jsonl", [bars_of(name, BARS) for name in bars]), TERMS)
    steps = read_log(lines_of("p/x/position.jsonl", written.rows), TERMS).steps
    return kept("x", steps, market, market.days, TERMS)


def kinds(kept_book):
    return [finding.kind for finding in kept_book.findings]


def test_what_is_held_is_marked_at_each_days_last_close():
    held = book(log().bought(FIRST, "AAPL", 10, 100))
    assert held.curve == (10_000, 10_010, 10_050, 9_970)
    assert kinds(held) == []
    (move,) = held.moves
    assert (move.line, str(move.side), move.symbol, move.quantity, move.price) == (
        *(2, "buy", "AAPL"),
        *(10, 100),
    )


def test_a_book_without_a_step_keeps_its_capital():
    assert book(log()).curve == (10_000,) * 4


def test_the_oldest_shares_are_sold_first_and_a_lot_is_an_outcome_once_all_of_it_is_sold():
    traded = (
        log()
        .bought(FIRST, "AAPL", 10, 100)
        .bought(SECOND, "AAPL", 5, 104)
        .sold(SECOND, "AAPL", 6, 105)
        .sold(THIRD, "AAPL", 9, 96)
    )
    held = book(traded)
    assert held.outcomes == (6 * 5 - 4 * 4, 5 * (96 - 104))
    assert held.curve[-1] == 10_000 + 14 - 40
    assert kinds(held) == []


def test_a_fill_outside_its_bar_is_found_with_the_price_and_the_bar():
    held = book(log().bought(FIRST, "AAPL", 10, 102.02).sold(SECOND, "AAPL", 10, 102.99))
    (found,) = held.findings
    assert (found.kind, found.line, found.participant) == (K.OUTSIDE_BAR, 2, "x")
    assert (found.price, found.low, found.high) == (Decimal("102.02"), 99, 102)
    assert found.detail == "buy at 102.0200, its bar is 99 to 102"


def test_a_trade_of_nothing_is_found_and_no_move():
    held = book(log().bought(FIRST, "AAPL", 0, 100))
    assert kinds(held) == [K.ZERO_QUANTITY]
    assert held.moves == ()


def test_a_symbol_without_bars_is_found_and_kept_at_its_fill():
    held = book(log().bought(FIRST, "TSLA", 10, 200))
    assert kinds(held) == [K.UNKNOWN_SYMBOL]
    assert held.curve == (10_000,) * 4


def test_a_time_without_a_bar_is_found():
    held = book(log().bought("2025-10-01 11:00:00", "AAPL", 10, 100))
    assert [(each.kind, each.detail) for each in held.findings] == [
        (K.NO_BAR, "AAPL has no whole bar at 2025-10-01 11:00:00")
    ]


def test_what_is_done_after_the_last_mark_is_found_and_in_no_mark():
    held = book(log().bought("2025-10-04 10:00:00", "AAPL", 10, 1))
    assert kinds(held) == [K.NO_BAR]
    assert held.curve == (10_000,) * 4


def test_cash_from_nowhere_is_found_and_booked_so_that_the_worth_is_the_logs():
    written = log().rested(FIRST)
    written.cash += 50
    held = book(written.rested(SECOND))
    assert [(each.kind, each.detail) for each in held.findings] == [
        (K.CASH, "50 USD more than the line explains")
    ]
    assert held.curve == (10_000, 10_000, 10_050, 10_050)


def test_a_purchase_that_brings_cash_is_found():
    written = log()
    written.cash += 300
    held = book(written.bought(FIRST, "AAPL", 1, 100))
    assert K.CASH in kinds(held)
    assert held.curve[1] == 10_000 + 300 - 100 + 101


@pytest.mark.parametrize("more", [7, -3])
def test_shares_from_nowhere_are_found_and_booked_without_a_cost(more):
    written = log().bought(FIRST, "AAPL", 10, 100)
    written.shares["AAPL"] += more
    held = book(written.rested(SECOND))
    assert [(each.kind, each.detail) for each in held.findings] == [
        (K.SHARES, f"{more} of AAPL more than the line explains")
    ]
    assert held.curve[2] == 9_000 + (10 + more) * 105
    assert held.outcomes == ()


def test_more_sold_than_was_held_is_found():
    written = log().bought(FIRST, "AAPL", 2, 100)
    written.shares["AAPL"] = 5
    held = book(written.sold(SECOND, "AAPL", 5, 104))
    assert [(each.kind, each.detail) for each in held.findings] == [
        (K.SHARES, "3 of AAPL more than the line explains")
    ]
    assert held.curve[-1] == 10_000 - 200 + 520
    assert held.outcomes == (8,)


def test_shares_of_a_symbol_that_is_not_traded_are_not_its_trades():
    written = log()
    written.shares["MSFT"] = 1
    held = book(written.bought(FIRST, "AAPL", 1, 100))
    assert [(each.kind, each.detail) for each in held.findings] == [
        (K.SHARES, "1 of MSFT more than the line explains")
    ]


def test_prices_and_worths_beyond_all_measure_are_still_kept():
    written = log().bought(FIRST, "AAPL", 1e-08, 10**11)
    written.shares["AAPL"] = 999_999_999_999
    held = book(written.rested(SECOND), bars=("AAPL",))
    assert kinds(held) == [K.OUTSIDE_BAR, K.SHARES]
    assert held.curve[-1] == 9000 + 999_999_999_999 * 97
