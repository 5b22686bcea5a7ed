"""The corpus of bad market data, row by row, as a PAPER book meets it: over the network, the cache and the checks."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from quorate.adapters.alpaca import AlpacaEndpoint, open_alpaca_data
from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap.live_market import LiveMarket
from quorate.kernel.ids import Symbol
from quorate.market import RawBar, freeze_snapshot
from quorate.market.fetching import Origin
from quorate.market.quote import Quote
from quorate.risk import OrderRequest, RiskLimits, assess
from tests.fakes.clock import FakeClock
from tests.fakes.live_sources import FakeSource
from tests.integration.alpaca_stages import IMPATIENT, begun, running_broker
from tests.integration.homes import opened_home
from tests.unit.risk.orders import ENTRY, at

pytestmark = pytest.mark.integration

CORPUS = Path(__file__).parents[1] / "data" / "bad_inputs.jsonl"
ROWS = [
    row
    for row in map(json.loads, CORPUS.read_text().splitlines())
    if row["boundary"] == "market_data"
]
NOW = datetime(2026, 3, 20, 22, tzinfo=UTC)


def of_kind(kind):
    found = [row for row in ROWS if row["input"]["kind"] == kind]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["id"]) for row in found])


@pytest.fixture
async def app(tmp_path):
    clock = FakeClock(time=NOW)
    async with opened_home(tmp_path / "home", f"sqlite:///{tmp_path}/q.db", clock=clock) as app:
        yield app


def raw(cells):
    numbers = (Decimal(str(cell)) for cell in cells[1:])
    return RawBar(date.fromisoformat(cells[0]), *numbers)


def test_every_kind_of_row_has_a_test():
    assert {row["input"]["kind"] for row in ROWS} == {"bars", "quote", "bars_page"}


@of_kind("bars")
async def test_bad_bars_let_nobody_trade_on_the_symbol(app, row):
    case, expected = row["input"], row["expect"]
    symbol = Symbol(case["symbol"])
    source = FakeSource(
        rows={symbol: [raw(cells) for cells in case["rows"]]} if case["rows"] else {}
    )
    told = (await LiveMarket(app._store, source).refreshed([symbol]))[symbol]
    if expected["outcome"] == "NO_TRADE":
        assert told.value is None
        return
    assert told.value is not None
    kept = (await app._store.fetched.series([symbol]))[symbol]
    snapshot = freeze_snapshot({symbol: kept}, None)
    if expected["outcome"] == "REORDER":
        assert kept.sessions == tuple(sorted(kept.sessions))
        assert set(snapshot.views) == {symbol}
        return
    assert kept.quarantine is not None
    assert kept.quarantine.code == expected["code"]
    assert snapshot.views == {}


@of_kind("quote")
async def test_a_bad_quote_prices_nothing(app, row):
    case, expected = row["input"], row["expect"]
    symbol = Symbol(case["symbol"])
    quote = Quote(
        symbol=symbol,
        bid=Decimal(str(case["bid"])) or None,
        ask=Decimal(str(case["ask"])) or None,
        at=NOW - timedelta(seconds=case["age_s"]),
    )
    source = FakeSource(quoted={symbol: quote})
    told = (await LiveMarket(app._store, source).quotes([symbol]))[symbol]
    if expected["outcome"] == "QUARANTINE":
        assert (told.value, told.cause) == (None, expected["code"])
        return
    assert told.value is not None
    age = Decimal(str((NOW - told.value.at).total_seconds()))
    assert _denial(ENTRY, age) == expected["code"]


@of_kind("bars_page")
async def test_pages_that_go_round_in_a_circle_end_and_leave_no_bars(app, row):
    symbol = Symbol("AAPL")
    bar = {"t": "2026-03-02T05:00:00Z", "o": 100, "h": 101, "l": 99, "c": 100, "v": 10}
    with running_broker() as server:
        begun(server)
        server.do("market", bars={"AAPL": [bar]}, circle=True)
        endpoint = AlpacaEndpoint.of(server.variables)
        async with open_alpaca_data(endpoint, SystemClock(), connection=IMPATIENT) as data:
            told = (await LiveMarket(app._store, data).refreshed([symbol]))[symbol]
        asked = server.requests("GET", "/v2/stocks/bars")
    assert (told.value, told.origin) == (None, Origin.UNAVAILABLE)
    assert row["expect"]["code"] in told.cause
    assert asked == 2
    assert await app._store.fetched.series([symbol]) == {}


def _denial(order: OrderRequest, age: Decimal) -> str:
    denial = assess(order, at(market={"quote_age_s": age}), RiskLimits()).denial
    return "" if denial is None else str(denial.code)
