"""Reading: every status and every word of the stream, pairs, strangers' orders, numbers that are none."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from quorate.adapters.alpaca.pairs import symbol_of
from quorate.adapters.alpaca.reading import (
    EVENT_OF_WORD,
    account_of,
    clock_of,
    instrument_of,
    order_of,
    position_of,
    told_of,
    update_of,
)
from quorate.adapters.alpaca.shapes import (
    AccountShape,
    AssetShape,
    ClockShape,
    OrderShape,
    PositionShape,
    Unreadable,
    UpdateShape,
    decoded,
)
from quorate.execution import STATE_OF_STATUS, OrderEvent
from quorate.risk import OrderKind, Side

ORDER = {
    "id": "o1",
    "client_order_id": "a1",
    "submitted_at": "2026-11-20T14:30:00.123456789Z",
    "symbol": "AAPL",
    "asset_class": "us_equity",
    "qty": "10",
    "filled_qty": "2.5",
    "filled_avg_price": "100.123456789",
    "type": "limit",
    "side": "buy",
    "limit_price": "101.00",
    "stop_price": None,
    "status": "partially_filled",
}
DOCUMENTED = {
    *("new", "fill", "partial_fill", "canceled", "expired", "done_for_day", "replaced", "rejected"),
    *("pending_new", "stopped", "pending_cancel", "pending_replace", "calculated", "suspended"),
    *("order_replace_rejected", "order_cancel_rejected"),
}


def read(shape, told, **changes):
    return decoded(json.dumps({**told, **changes}).encode(), shape)


def order(**changes):
    return order_of(read(OrderShape, ORDER, **changes))


def test_an_order_is_read_whole():
    found = order()
    assert (found.told.filled, found.told.average_price) == (
        Decimal("2.5"),
        Decimal("100.123456789"),
    )
    assert (found.kind, found.side, found.price) == (OrderKind.LIMIT, Side.BUY, Decimal(101))
    assert found.submitted_at == datetime(2026, 11, 20, 14, 30, 0, 123457, tzinfo=UTC)


@pytest.mark.parametrize("status", [*STATE_OF_STATUS, "restated", "held_review_v9"])
def test_every_status_is_kept_as_it_is(status):
    assert told_of(read(OrderShape, ORDER, status=status)).status == status


@pytest.mark.parametrize(
    ("word", "kind", "price"),
    [
        ("market", OrderKind.MARKET, None),
        ("limit", OrderKind.LIMIT, Decimal(101)),
        ("stop", OrderKind.STOP, Decimal(90)),
        ("stop_limit", OrderKind.STOP, Decimal(90)),
        ("trailing_stop", None, None),
        ("new_in_2027", None, None),
    ],
)
def test_every_type_has_its_price_and_strangers_have_none(word, kind, price):
    limit = None if word == "market" else "101"
    found = order(type=word, limit_price=limit, stop_price="90")
    assert (found.kind, found.price) == (kind, price)


def test_an_order_in_dollars_has_no_quantity():
    assert order(qty=None, notional="500").quantity is None


def test_an_order_of_a_stranger_may_lack_an_id_and_sell_short():
    found = order(client_order_id=None, side="sell_short", type=None, order_type="market")
    assert (found.client_order_id, found.side, found.kind) == ("", Side.SELL, OrderKind.MARKET)


@pytest.mark.parametrize(
    "changes",
    [
        *({"filled_qty": each} for each in ("NaN", "Infinity", "1E+99", "")),
        {"submitted_at": None},
        {"submitted_at": "2026-11-20T14:30:00"},
        {"side": "hold"},
        {"status": None},
        {"id": 5},
    ],
)
def test_an_order_that_makes_no_sense_is_not_read(changes):
    with pytest.raises(Unreadable):
        order(**changes)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_not_read(body):
    with pytest.raises(Unreadable):
        decoded(body, OrderShape)


@pytest.mark.parametrize(
    ("told", "asset_class", "symbol"),
    [
        ("AAPL", "us_equity", "AAPL"),
        ("BRK.B", "us_equity", "BRK.B"),
        ("BTC/USD", "crypto", "BTC/USD"),
        ("BTCUSD", "crypto", "BTC/USD"),
        ("ETHUSDT", "crypto", "ETH/USDT"),
        ("ETHBTC", "crypto", "ETH/BTC"),
        ("ODD", "crypto", "ODD"),
    ],
)
def test_a_pair_is_written_in_one_way(told, asset_class, symbol):
    assert symbol_of(told, asset_class) == symbol


def test_a_short_position_is_below_nothing():
    told = {"symbol": "AAPL", "qty": "5", "avg_entry_price": "100", "market_value": None}
    assert position_of(read(PositionShape, told)).quantity == Decimal(5)
    assert position_of(read(PositionShape, told, side="short")).quantity == Decimal(-5)
    assert position_of(read(PositionShape, told, side="short", qty="-5")).quantity == Decimal(-5)


ACCOUNT = {"id": "x", "status": "ACTIVE", "cash": "1.5", "buying_power": "3", "equity": "2"}


def test_the_account_is_read_without_what_went_in_2026():
    found = account_of(read(AccountShape, ACCOUNT))
    assert (found.cash, found.equity, found.day_trades) == (Decimal("1.5"), Decimal(2), None)
    assert account_of(read(AccountShape, ACCOUNT, daytrade_count=2)).day_trades == 2


def test_the_older_name_of_equity_is_known():
    told = {**ACCOUNT, "portfolio_value": "7"}
    del told["equity"]
    assert account_of(read(AccountShape, told)).equity == Decimal(7)
    with pytest.raises(Unreadable):
        account_of(read(AccountShape, {**told, "portfolio_value": None}))


@pytest.mark.parametrize(
    "block",
    [
        {"status": "ONBOARDING"},
        {"trading_blocked": True},
        {"account_blocked": True},
        {"trade_suspended_by_user": True},
    ],
)
def test_every_block_of_an_account_is_one(block):
    assert not account_of(read(AccountShape, ACCOUNT)).blocked
    assert account_of(read(AccountShape, ACCOUNT, **block)).blocked


def test_the_clock_is_told_in_utc():
    moments = dict.fromkeys(("timestamp", "next_open", "next_close"), "2026-11-20T09:30:00-05:00")
    found = clock_of(read(ClockShape, {**moments, "is_open": True}))
    assert found.now == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    assert found.now.tzinfo is UTC


@pytest.mark.parametrize(
    ("changes", "step", "tradable"),
    [
        ({"fractionable": True}, "0.000000001", True),
        ({"fractionable": False}, "1", True),
        ({"tradable": False, "fractionable": False}, "1", False),
        ({"status": "inactive"}, "1", False),
        ({"class": "crypto", "min_trade_increment": "0.0001"}, "0.0001", True),
        ({"class": "crypto"}, "0.000000001", True),
    ],
)
def test_an_asset_tells_its_step(changes, step, tradable):
    found = instrument_of(read(AssetShape, {"symbol": "X", "tradable": True}, **changes))
    assert (found.quantity_step, found.tradable) == (Decimal(step), tradable)


def test_a_step_of_nothing_is_not_read():
    with pytest.raises(Unreadable):
        instrument_of(
            read(
                AssetShape,
                {"symbol": "X", "tradable": True},
                **{"class": "crypto", "price_increment": "0"},
            )
        )


def update(event, **changes):
    return update_of(read(UpdateShape, {"event": event, "order": ORDER, **changes}))


def test_every_documented_word_of_the_stream_is_known():
    assert set(EVENT_OF_WORD) >= DOCUMENTED


@pytest.mark.parametrize("word", [*sorted(DOCUMENTED), "accepted"])
def test_a_known_word_is_an_event(word):
    found = update(word)
    assert (found.word, found.event) == (word, EVENT_OF_WORD[word])


@pytest.mark.parametrize("word", ["restated", "held", "pending_review", "new_in_2027", ""])
def test_an_unknown_word_is_kept_and_means_nothing(word):
    found = update(word)
    assert (found.word, found.event, found.client_order_id) == (word, None, "a1")


def test_a_fill_brings_an_execution():
    found = update("fill", execution_id="e1", qty="2.5", price="100.5")
    assert (found.event, found.execution.id) == (OrderEvent.FILL, "e1")
    assert (found.execution.quantity, found.execution.price) == (Decimal("2.5"), Decimal("100.5"))


@pytest.mark.parametrize("absent", ["execution_id", "qty", "price"])
def test_a_fill_that_lacks_a_part_tells_by_the_orders_figures(absent):
    whole = {"execution_id": "e1", "qty": "2.5", "price": "100.5", absent: None}
    found = update("fill", **whole)
    assert found.execution is None
    assert found.told.filled == Decimal("2.5")
