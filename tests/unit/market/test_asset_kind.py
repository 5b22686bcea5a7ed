"""Asset kinds: what a symbol names, and from when on its bar of a day is whole."""

from datetime import UTC, date, datetime

import pytest

from quorate.kernel.ids import Symbol
from quorate.market.asset_kind import AssetKind, by_kind, complete_from, is_pair, kind_of

AAPL, PAIR = Symbol("AAPL"), Symbol("BTC/USD")


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [("AAPL", AssetKind.STOCK), ("BRK.B", AssetKind.STOCK), ("BTC/USD", AssetKind.PAIR)],
)
def test_a_slash_makes_a_pair(symbol, kind):
    assert kind_of(symbol) is kind
    assert is_pair(symbol) is (kind is AssetKind.PAIR)


def test_symbols_are_told_apart_each_once_and_in_order():
    found = by_kind([PAIR, Symbol("IBM"), AAPL, PAIR, Symbol("ETH/USD")])
    assert found == {AssetKind.STOCK: ("AAPL", "IBM"), AssetKind.PAIR: ("BTC/USD", "ETH/USD")}
    assert by_kind([AAPL]) == {AssetKind.STOCK: ("AAPL",)}


def test_a_stocks_bar_is_whole_after_new_york_closed_in_winter_too():
    assert complete_from(AAPL, date(2026, 1, 5)) == datetime(2026, 1, 5, 21, 15, tzinfo=UTC)


def test_a_pairs_bar_is_whole_on_the_next_day():
    assert complete_from(PAIR, date(2026, 1, 5)) == datetime(2026, 1, 6, 6, 15, tzinfo=UTC)
