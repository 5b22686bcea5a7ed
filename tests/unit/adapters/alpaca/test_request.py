"""The request: each leg in the broker's words, and what it would not take is not sent."""

import json
from decimal import Decimal

import pytest

from quorate.adapters.alpaca.request import check_price, order_body, replacement_body
from quorate.adapters.alpaca.shapes import OrderShape
from quorate.execution.broker import OrderRefusedError
from quorate.execution.client_order_id import ClientOrderId
from quorate.risk import Leg
from tests.fakes.approvals import approved

ID = ClientOrderId("a1-X-00")


def body(leg=Leg.ENTRY, quantity="10", **more):
    return json.loads(order_body(approved(leg, quantity, **more).request, ID))


def resting(kind, symbol="AAPL", asset_class="us_equity"):
    return OrderShape(
        id="1", symbol=symbol, side="sell", status="new", type=kind, asset_class=asset_class
    )


def test_a_market_order_has_no_price():
    assert body() == {
        "symbol": "AAPL",
        "qty": "10",
        "side": "buy",
        "type": "market",
        "time_in_force": "day",
        "client_order_id": ID,
    }


def test_numbers_are_plain_texts():
    assert body(quantity="1E+2", price="100.00")["qty"] == "100"
    assert body(quantity="0.10", price="1E+2")["limit_price"] == "100"
    assert body(quantity="0.10")["qty"] == "0.1"


@pytest.mark.parametrize("leg", [Leg.STOP, Leg.TARGET])
def test_what_rests_is_good_till_cancelled(leg):
    assert body(leg, price="90")["time_in_force"] == "gtc"
    assert body(leg, "0.5", price="90")["time_in_force"] == "day"


@pytest.mark.parametrize("leg", [Leg.ENTRY, Leg.HORIZON, Leg.EXIT, Leg.FLATTEN])
def test_what_acts_at_once_is_for_the_day(leg):
    assert body(leg)["time_in_force"] == "day"


def test_a_stop_is_a_stop_of_a_stock_and_a_stop_limit_of_a_pair():
    stock = body(Leg.STOP, price="90")
    assert (stock["type"], stock["stop_price"]) == ("stop", "90")
    assert "limit_price" not in stock
    pair = body(Leg.STOP, "0.5", price="40000", symbol="BTC/USD")
    assert (pair["type"], pair["stop_price"], pair["limit_price"]) == (
        *("stop_limit", "40000", "38000"),
    )
    assert pair["time_in_force"] == "gtc"


@pytest.mark.parametrize("price", ["1.00", "1.01", "0.9999", "0.0001", "100"])
def test_a_price_in_the_brokers_steps_is_taken(price):
    check_price("AAPL", Decimal(price))


@pytest.mark.parametrize("price", ["1.001", "0.99995", "0", "-1"])
def test_a_price_off_them_is_refused(price):
    with pytest.raises(OrderRefusedError, match="Nothing was sent"):
        check_price("AAPL", Decimal(price))


@pytest.mark.parametrize("quantity", ["0", "-1", "0.0000000001"])
def test_a_quantity_that_is_none_is_refused(quantity):
    with pytest.raises(OrderRefusedError):
        body(quantity=quantity)


def test_a_replacement_changes_the_price_that_the_order_has():
    def changed(order, price):
        return json.loads(replacement_body(order, Decimal(price), ID))

    assert changed(resting("limit"), "91.5") == {"limit_price": "91.5", "client_order_id": ID}
    assert changed(resting("stop"), "91.5") == {"stop_price": "91.5", "client_order_id": ID}
    pair = changed(resting("stop_limit", "BTCUSD", "crypto"), "100")
    assert pair == {"stop_price": "100", "limit_price": "95", "client_order_id": ID}
    for kind in ("market", "trailing_stop", None):
        with pytest.raises(OrderRefusedError, match="no price"):
            changed(resting(kind), "91.5")
