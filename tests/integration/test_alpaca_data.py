"""Alpaca's market data: bars, quotes and news over all pages, and never round in a circle."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from quorate.adapters.alpaca import AlpacaEndpoint, open_alpaca_data
from quorate.adapters.clock.system import SystemClock
from quorate.execution.broker import BrokerUnavailableError
from quorate.kernel.ids import Symbol
from quorate.market.bar import RawBar
from tests.broker_server import Fault
from tests.integration.alpaca_stages import IMPATIENT, begun, running_broker

pytestmark = pytest.mark.integration

AAPL, PAIR = Symbol("AAPL"), Symbol("BTC/USD")
FIRST, LAST = date(2026, 11, 2), date(2026, 11, 6)


def bar(day, close=100.1):
    return {"t": f"2026-11-0{day}T05:00:00Z", "o": 100, "h": 101.5, "l": 99, "c": close, "v": 1000}


def story(number, *symbols):
    return {
        "id": number,
        "headline": f"headline {number}",
        "author": "A",
        "created_at": f"2026-11-05T10:00:0{number}Z",
        "updated_at": "2026-11-05T12:00:00Z",
        "summary": "said",
        "content": "<p>said</p>",
        "images": [],
        "url": None,
        "symbols": list(symbols),
        "source": "benzinga",
    }


@pytest.fixture(scope="module")
def server():
    with running_broker() as server:
        yield server


@pytest.fixture
async def data(server):
    begun(server)
    endpoint = AlpacaEndpoint.of(server.variables)
    async with open_alpaca_data(endpoint, SystemClock(), connection=IMPATIENT) as data:
        yield data


async def test_bars_of_stocks_and_pairs_are_read_over_all_pages(server, data):
    bars = {"AAPL": [bar(2), bar(3, 0.1), bar(4)], "BTC/USD": [bar(3)], "IBM": [bar(3)]}
    server.do("market", bars=bars, page=2)
    found = await data.bars([AAPL, PAIR, Symbol("NOPE")], FIRST, LAST)
    assert set(found) == {"AAPL", "BTC/USD"}
    assert [each.session.day for each in found[AAPL]] == [2, 3, 4]
    numbers = (Decimal(100), Decimal("101.5"), Decimal(99), Decimal("0.1"), Decimal(1000))
    assert found[AAPL][1] == RawBar(date(2026, 11, 3), *numbers, adj_close=Decimal("0.1"))
    assert [each.adj_close for each in found[PAIR]] == [None]


async def test_a_stocks_adjusted_close_stands_beside_what_was_traded(server, data):
    adjusted = {"AAPL": [bar(2, 50.05), bar(4, 100.1)]}
    server.do("market", bars={"AAPL": [bar(2), bar(3), bar(4)]}, adjusted=adjusted)
    found = await data.bars([AAPL], FIRST, LAST)
    assert [each.close for each in found[AAPL]] == [Decimal("100.1")] * 3
    assert [each.adj_close for each in found[AAPL]] == [Decimal("50.05"), None, Decimal("100.1")]


async def test_every_request_is_counted(server, data):
    await data.quotes([AAPL, PAIR])
    await data.bars([AAPL, PAIR], FIRST, LAST)
    assert data.requests == len(server.ledger("request"))


async def test_without_symbols_nothing_is_asked(server, data):
    assert await data.bars([], FIRST, LAST) == {}
    assert await data.quotes([]) == {}
    assert server.ledger("request") == []


async def test_a_list_without_bars_is_no_failure(server, data):
    server.faults(Fault(path="/v2/stocks", put={"bars": None}))
    assert await data.bars([AAPL], FIRST, LAST) == {}


async def test_pages_that_go_round_in_a_circle_are_no_answer(server, data):
    server.do("market", bars={"AAPL": [bar(2), bar(3)]}, page=1, circle=True)
    with pytest.raises(BrokerUnavailableError, match="do not end"):
        await data.bars([AAPL], FIRST, LAST)
    assert len(server.ledger("request")) < 5


async def test_a_quote_of_nobody_is_none(server, data):
    at = "2026-11-05T14:30:00.123456789Z"
    quotes = {"AAPL": {"t": at, "bp": 99.95, "ap": 0, "as": 1, "c": ["R"]}}
    server.do("market", quotes={**quotes, "BTC/USD": {"t": at, "bp": 1, "ap": 2}})
    found = await data.quotes([AAPL, PAIR, Symbol("IBM")])
    assert (found[AAPL].bid, found[AAPL].ask) == (Decimal("99.95"), None)
    assert (found[PAIR].bid, found[PAIR].ask) == (Decimal(1), Decimal(2))
    assert found[AAPL].at.utcoffset() is not None
    assert set(found) == {"AAPL", "BTC/USD"}


async def test_news_is_told_oldest_first_with_our_names_of_pairs(server, data):
    stories = [story(2, "BTCUSD", "AAPL"), story(1, "AAPL"), story(3)]
    server.do("market", news=stories, page=2)
    items = await data.news([AAPL, PAIR], FIRST, LAST)
    assert [each.headline for each in items] == ["headline 1", "headline 2", "headline 3"]
    assert items[1].symbols == ("AAPL", "BTC/USD")
    assert items[1].published_at == datetime(2026, 11, 5, 10, 0, 2, tzinfo=UTC)
    assert (items[1].source, items[1].body, items[1].url) == ("benzinga", "said", "")


@pytest.mark.parametrize("value", ["NaN", None, "1E+999"])
async def test_a_bar_that_is_no_number_is_no_answer(server, data, value):
    server.do("market", bars={"AAPL": [{**bar(2), "c": value}]})
    with pytest.raises(BrokerUnavailableError, match="cannot be read"):
        await data.bars([AAPL], FIRST, LAST)


async def test_a_429_of_the_data_host_is_told_as_one(server, data):
    server.faults(Fault(path="/v2/stocks", reply="status", status=429, body={"message": "slow"}))
    with pytest.raises(BrokerUnavailableError) as failure:
        await data.quotes([AAPL])
    assert failure.value.slug == "rate-limited"
