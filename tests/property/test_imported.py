"""Arenas of others over many inputs: the reader refuses or reads, and a log's own totals are what our ledger keeps."""

import json
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.arena.imported.assembling import assembled
from quorate.arena.imported.bars import read_market
from quorate.arena.imported.findings import FindingKind
from quorate.arena.imported.reading import read_log
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.errors import RejectedError
from tests.fakes.other_arenas import WrittenLog, bars_of, lines_of, sources_of

TERMS = ArenaTerms(capital=Decimal(100_000))
SYMBOLS = ("AAPL", "600519.SH", "BTC-USDT")
DAYS = [date(2025, 10, 1) + timedelta(days=number) for number in range(6)]

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["buy", "sell", "CASH", "2025-10-01", "2025-10-01 10:00:00", "NaN", "AAPL", "7"]
    )
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["CASH", "AAPL", "action", "symbol", "amount", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
lines = st.lists(
    st.dictionaries(
        st.sampled_from(["date", "id", "this_action", "positions", "more"]), anything, max_size=5
    ),
    max_size=4,
)
bar_lines = st.lists(
    st.dictionaries(
        st.sampled_from(["Meta Data", "Time Series (60min)", "Time Series (Daily)"]),
        st.dictionaries(
            st.sampled_from(["2. Symbol", "2025-10-01 10:00:00", "2025-10-01"]),
            anything,
            max_size=3,
        ),
        max_size=3,
    ),
    max_size=3,
)
acts = st.lists(
    st.tuples(
        st.integers(0, len(DAYS) - 1),
        st.sampled_from(SYMBOLS),
        st.integers(-40, 40),
        st.integers(9000, 11000),
    ),
    max_size=30,
)


def tried(read):
    """Return what was read, or why it was not."""
    try:
        return read(), None
    except RejectedError as refusal:
        return None, refusal


@given(lines)
def test_a_log_is_read_or_refused_with_its_place(trees):
    log, refusal = tried(lambda: read_log(lines_of("positions/x/position.jsonl", trees), TERMS))
    if log is None:
        assert refusal.fix
        assert "line" in refusal.cause
        return
    moments = [step.moment for step in log.steps]
    assert moments == sorted(moments)
    assert all(step.cash >= 0 and min(step.shares.values(), default=0) >= 0 for step in log.steps)


@given(bar_lines)
def test_bars_are_read_or_refused_with_their_place(trees):
    market, refusal = tried(lambda: read_market(lines_of("merged.jsonl", trees), TERMS))
    if market is None:
        assert refusal.fix
        assert "line" in refusal.cause or "holds none" in refusal.cause
        return
    assert all(one.bars for one in market.series.values())


@settings(max_examples=60)
@given(acts)
def test_honest_totals_have_no_findings_but_prices_and_our_ledger_keeps_them(wanted):
    log = WrittenLog(Decimal(100_000)).opened(f"{DAYS[0]}")
    for day, symbol, amount, cents in sorted(wanted, key=lambda act: act[0]):
        price = Decimal(cents) / 100
        if amount > 0 and log.cash >= amount * price:
            log.bought(f"{DAYS[day]}", symbol, amount, price)
        elif amount < 0 and log.shares.get(symbol, 0) >= -amount:
            log.sold(f"{DAYS[day]}", symbol, -amount, price)
    bars = [
        bars_of(
            name,
            [(f"{day}", 100, 120, 80, 90 + 2 * at) for at, day in enumerate(DAYS)],
            size="Daily",
        )
        for name in SYMBOLS
    ]
    arena = assembled(sources_of({"x": log}, bars), TERMS)
    (book,) = arena.books
    assert {found.kind for found in book.findings} <= {FindingKind.OUTSIDE_BAR}
    last = 90 + 2 * (len(DAYS) - 1)
    assert book.curve[-1] == log.cash + sum(log.shares.values()) * last
    bought = sum(move.quantity * move.price for move in book.moves if move.side == "buy")
    sold = sum(move.quantity * move.price for move in book.moves if move.side == "sell")
    assert log.cash == 100_000 - bought + sold


@given(st.lists(st.floats(-1e6, 1e6), max_size=5), st.integers(0, 3))
def test_totals_that_do_not_add_up_are_found_and_still_kept(drifts, at):
    log = WrittenLog(Decimal(100_000)).opened(f"{DAYS[0]}")
    log.bought(f"{DAYS[0]}", "AAPL", 10, 100)
    off = 0
    for drift in drifts:
        moved = Decimal(json.dumps(round(drift, 2)))
        if log.cash + moved >= 0 and moved:
            log.cash += moved
            off += 1
        log.rested(f"{DAYS[at]}")
    bars = [bars_of("AAPL", [(f"{day}", 100, 120, 80, 100) for day in DAYS], size="Daily")]
    arena = assembled(sources_of({"x": log}, bars), TERMS)
    (book,) = arena.books
    assert sum(found.kind is FindingKind.CASH for found in book.findings) == off
    assert book.curve[-1] == log.cash + 1000
