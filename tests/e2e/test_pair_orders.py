"""A crypto pair from bars to protected position over real HTTP: bought in fractions while the stock market sleeps."""

import http.client
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.kernel.ids import Symbol
from quorate.market.asset_kind import complete_from
from tests.broker_server import BrokerServer, has_contracts
from tests.broker_server.history import quote
from tests.unit.market.histories import AAPL, packaged

pytestmark = pytest.mark.e2e

PAIR = Symbol("BTC/USD")
DECIDED = date(2012, 3, 1)
"""At the close of this session the keyless agents buy AAPL; the pair's days repeat what led there."""
BARS = 3000


def last_whole_day():
    now = SystemClock().now()
    day = now.date()
    while complete_from(PAIR, day) > now:
        day -= timedelta(days=1)
    return day


def days_of_the_pair():
    """Return AAPL's bars up to the decision, without its dividends and splits, on days without weekends."""
    series = packaged()[AAPL]
    end = series.index_at(DECIDED) + 1
    prices, last = series.adjusted, last_whole_day()
    scale = float(series.bars[end - 1].close) / float(prices.close[end - 1])
    told = []
    for place in range(end - BARS, end):
        day = last - timedelta(days=end - 1 - place)
        cells = {
            name: round(float(getattr(prices, field)[place]) * scale, 4)
            for name, field in (("o", "open"), ("h", "high"), ("l", "low"), ("c", "close"))
        }
        at = datetime.combine(day, time(6), tzinfo=UTC).isoformat().replace("+00:00", "Z")
        told.append({"t": at, **cells, "v": float(prices.volume[place]) + 0.5})
    return told


def open_orders(broker):
    """Return what rests at the broker, in its own words."""
    host, port = broker.address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    names = ("APCA-API-KEY-ID", "APCA-API-SECRET-KEY")
    keys = [broker.variables[name.replace("-", "_")] for name in names]
    try:
        connection.request(
            "GET", "/v2/orders?status=open", headers=dict(zip(names, keys, strict=True))
        )
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def broker():
    with BrokerServer(contracts=has_contracts()) as server:
        server.do("reset")
        server.do("set", instant=True, is_open=False)
        bars = days_of_the_pair()
        close = bars[-1]["c"]
        server.trade(PAIR, str(close))
        server.do("market", bars={PAIR: bars}, quotes={PAIR: quote(close)}, page=10_000)
        yield server
        assert server.broken() == []


def test_a_pair_is_bought_in_a_fraction_and_protected_by_a_stop_limit(home, broker):
    trade = {**broker.variables, "QUORATE_CYCLE__SYMBOLS": PAIR}
    done = home.run("run", PAIR, "--allow-order", "--json", **trade)
    assert done.code == 0, done.err
    (decision,) = done.json["decisions"]
    assert (decision["symbol"], decision["finalAction"]) == (PAIR, "BUY")
    assert done.json["bookMode"] == "PAPER"
    assert done.json["asOf"] == last_whole_day().isoformat()
    task = done.json["task"]
    assert (task["state"], task["result"]["auditPassed"]) == ("COMPLETED", True), task

    orders = {order["leg"]: order for order in home.run("orders", "--json", **trade).json["items"]}
    entry, stop = orders["entry"], orders["stop"]
    assert (entry["decisionId"], entry["status"]) == (decision["decisionId"], "filled")
    assert Decimal(entry["qty"]) % 1 != 0
    assert stop["status"] in {"accepted", "working"}
    assert stop["qty"] == entry["qty"]
    assert task["result"]["orders"] == [entry["clientOrderId"]]

    (sent,) = open_orders(broker)
    assert (sent["type"], sent["time_in_force"]) == ("stop_limit", "gtc")
    limit = Decimal(sent["stop_price"]) * Decimal("0.95")
    assert 0 <= limit - Decimal(sent["limit_price"]) < Decimal("0.01")


def test_what_the_data_cost_is_counted(home, broker):
    trade = {**broker.variables, "QUORATE_CYCLE__SYMBOLS": PAIR}
    assert home.run("run", PAIR, "--allow-order", **trade).code in {0, 1}
    usage = {item["service"]: item for item in home.run("data", "usage", "--json").json["items"]}
    assert usage["alpaca-data"]["requests"] >= 1
    assert usage["alpaca-trading"]["requests"] >= 1
