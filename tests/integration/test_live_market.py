"""The live market: fetched bars of stocks and pairs are checked, kept apart from the imported ones, and labelled."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from quorate.adapters.alpaca import AlpacaEndpoint, open_alpaca_data
from quorate.adapters.clock.system import SystemClock
from quorate.bootstrap.live_market import HISTORY, LiveMarket, usage_listing
from quorate.kernel.ids import Symbol
from quorate.market import QuarantineCode, RawBar
from quorate.market.fetching import Origin
from quorate.market.news import NewsItem
from quorate.portfolio.book import BookMode
from tests.fakes.clock import FakeClock
from tests.fakes.live_sources import FakeSource
from tests.integration.alpaca_stages import IMPATIENT, begun, running_broker
from tests.integration.homes import opened_home

pytestmark = pytest.mark.integration

AAPL, IBM, PAIR = Symbol("AAPL"), Symbol("IBM"), Symbol("BTC/USD")
FRIDAY = date(2026, 11, 20)
SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)


def days_before(last, count, *, every_day=False):
    days = (last - timedelta(days=n) for n in range(2 * count + 7))
    return sorted([day for day in days if every_day or day.weekday() < 5][:count])


def row(day, close, **changed):
    price = Decimal(str(close))
    fields = {
        "open": price,
        "high": price + 1,
        "low": price - 1,
        "close": price,
        "volume": Decimal("1000.5"),
        "adj_close": price,
    }
    return RawBar(day, **{**fields, **changed})


def rows(last, count, close=100, *, every_day=False):
    return [
        row(day, close + n / 4)
        for n, day in enumerate(days_before(last, count, every_day=every_day))
    ]


@pytest.fixture
def source():
    pairs = [each._replace(adj_close=None) for each in rows(FRIDAY, 300, 60_000, every_day=True)]
    return FakeSource(rows={AAPL: rows(FRIDAY, 260), IBM: rows(FRIDAY, 260, 50), PAIR: pairs})


@pytest.fixture
def clock():
    return FakeClock(time=SATURDAY)


@pytest.fixture
async def app(tmp_path, clock):
    async with opened_home(tmp_path / "home", f"sqlite:///{tmp_path}/q.db", clock=clock) as app:
        yield app


@pytest.fixture
def live(app, source):
    return LiveMarket(app._store, source)


async def test_stocks_and_pairs_are_fetched_checked_and_kept(app, source, live):
    found = await live.refreshed([AAPL, PAIR])
    assert {symbol: each.origin for symbol, each in found.items()} == {
        AAPL: Origin.LIVE,
        PAIR: Origin.LIVE,
    }
    kept = await app._store.fetched.series([AAPL, PAIR])
    assert kept == {symbol: each.value for symbol, each in found.items()}
    assert len(kept[AAPL]) == 260
    assert (kept[PAIR].bars[-1].volume, kept[PAIR].source) == (Decimal("1000.5"), "alpaca")
    assert len(source.asked) == 1
    assert source.asked[0][2] == SATURDAY.date() - HISTORY


async def test_what_was_imported_is_left_alone(app, live):
    before = await app._store.market.series([AAPL])
    await live.refreshed([AAPL])
    assert await app._store.market.series([AAPL]) == before
    assert app._store.market_of(BookMode.REPLAY) is app._store.market
    assert app._store.market_of(BookMode.PAPER) is app._store.fetched


async def test_a_pair_trades_on_the_weekend_on_which_a_stock_has_no_bar(source, clock, live):
    clock.time = datetime(2026, 11, 23, 7, tzinfo=UTC)
    monday = rows(date(2026, 11, 23), 300, 60_000, every_day=True)
    source.rows[PAIR] = monday
    source.rows[Symbol("ETH/USD")] = monday
    source.rows[Symbol("SOL/USD")] = monday
    found = await live.refreshed([AAPL, IBM, PAIR, Symbol("ETH/USD"), Symbol("SOL/USD")])
    assert all(each.value is not None and each.value.quarantine is None for each in found.values())
    ends = {symbol: each.value.sessions[-1] for symbol, each in found.items() if each.value}
    assert (ends[AAPL], ends[PAIR]) == (FRIDAY, date(2026, 11, 22))


async def test_a_day_that_is_not_over_is_left_out(clock, live):
    clock.time = datetime(2026, 11, 20, 18, tzinfo=UTC)
    found = await live.refreshed([AAPL, PAIR])
    ends = {symbol: each.value.sessions[-1] for symbol, each in found.items() if each.value}
    assert ends == {AAPL: date(2026, 11, 19), PAIR: date(2026, 11, 19)}


async def test_within_its_time_to_live_nothing_is_asked_again(source, clock, live):
    first = await live.refreshed([AAPL])
    clock.jump(299)
    assert await live.refreshed([AAPL]) == first
    assert len(source.asked) == 1


async def test_a_series_grows_by_what_is_new_alone(app, source, clock, live):
    before = (await live.refreshed([AAPL]))[AAPL].value
    clock.time = datetime(2026, 11, 23, 22, tzinfo=UTC)
    source.rows[AAPL] = [*source.rows[AAPL], row(date(2026, 11, 23), 170)]
    after = (await live.refreshed([AAPL]))[AAPL].value
    assert before is not None
    assert after is not None
    assert source.asked[-1] == ("bars", [AAPL], FRIDAY, date(2026, 11, 23))
    assert after.bars[:-1] == before.bars
    assert after.sessions[-1] == date(2026, 11, 23)
    fetched = await app._store.journal.entries("series:AAPL")
    kinds = [each.type for each in fetched if each.type == "series.fetched"]
    assert len(kinds) == 2


async def test_a_split_is_told_by_the_adjusted_close_and_is_no_crash(source, clock, live):
    await live.refreshed([AAPL])
    clock.time = datetime(2026, 11, 23, 22, tzinfo=UTC)
    last = source.rows[AAPL][-1]
    after = last.close / 4
    source.rows[AAPL] = [
        *[each._replace(adj_close=each.close / 4) for each in source.rows[AAPL]],
        row(date(2026, 11, 23), after),
    ]
    series = (await live.refreshed([AAPL]))[AAPL].value
    assert series is not None
    assert series.quarantine is None
    assert [(each.session, each.numerator) for each in series.actions] == [(date(2026, 11, 23), 4)]


async def test_an_unadjusted_split_quarantines(source, clock, live):
    """MD-010."""
    await live.refreshed([AAPL])
    clock.time = datetime(2026, 11, 23, 22, tzinfo=UTC)
    day, after = date(2026, 11, 23), source.rows[AAPL][-1].close / 4
    source.rows[AAPL] = [*source.rows[AAPL], row(day, after)]
    series = (await live.refreshed([AAPL]))[AAPL].value
    assert series is not None
    assert series.quarantine is not None
    assert series.quarantine.code is QuarantineCode.UNADJUSTED_SPLIT
    assert series.sessions[-1] == FRIDAY


async def test_a_corrected_history_is_read_anew(source, clock, live):
    await live.refreshed([AAPL])
    clock.jump(300)
    source.rows[AAPL] = [each._replace(volume=Decimal(7)) for each in source.rows[AAPL]]
    series = (await live.refreshed([AAPL]))[AAPL].value
    assert series is not None
    assert {bar.volume for bar in series.bars} == {Decimal(7)}


async def test_a_silent_source_leaves_what_was_kept_and_says_how_old_it_is(
    app, source, clock, live
):
    await live.refreshed([AAPL])
    clock.jump(3600)
    source.silence = "no route"
    for market in (live, LiveMarket(app._store, source)):
        told = (await market.refreshed([AAPL, PAIR]))[AAPL]
        assert told.value is not None
        assert (told.origin, told.fetched_at, told.cause) == (Origin.STALE, SATURDAY, "no route")
    assert (await live.refreshed([PAIR]))[PAIR].origin is Origin.UNAVAILABLE


async def test_a_symbol_that_the_source_does_not_know_has_no_bars(live):
    """MD-018."""
    told = (await live.refreshed([Symbol("NOPE")]))[Symbol("NOPE")]
    assert (told.value, told.origin) == (None, Origin.LIVE)


async def test_news_are_kept_once(app, source, clock, live):
    source.items = [
        NewsItem(
            symbols=(AAPL,),
            published_at=clock.now() - timedelta(hours=1),
            source="wire",
            headline="It rose",
            body="",
            url="",
        )
    ]
    assert await live.read_news([AAPL]) == 1
    clock.jump(300)
    assert await live.read_news([AAPL]) == 0
    found = await app._store.news.news([AAPL], FRIDAY + timedelta(days=1))
    assert [item.headline for item in found.items] == ["It rose"]


async def test_what_was_asked_is_counted_by_day_and_can_be_folded_again(app, source, clock, live):
    await live.refreshed([AAPL])
    await live.counted()
    await live.refreshed([AAPL])
    clock.jump(300)
    source.silence = "no route"
    await live.refreshed([AAPL])
    await live.counted()
    assert not await live.counted()
    (line,) = await usage_listing(app._store, 10)
    assert (line.day, line.service) == ("2026-11-21", "alpaca-data")
    assert line.usage.as_json() == {"requests": 2, "hits": 1, "stale": 1, "unavailable": 0}
    assert (await app.verify(projections=True, against=None)).ok


async def test_the_whole_way_over_http(app):
    told = rows(FRIDAY, 260)
    bars = [
        {
            "t": f"{each.session}T05:00:00Z",
            "o": float(each.open),
            "h": float(each.high),
            "l": float(each.low),
            "c": float(each.close),
            "v": float(each.volume),
        }
        for each in told
    ]
    with running_broker() as server:
        begun(server)
        server.do("market", bars={"AAPL": bars, "BTC/USD": bars}, page=200)
        endpoint = AlpacaEndpoint.of(server.variables)
        async with open_alpaca_data(endpoint, SystemClock(), connection=IMPATIENT) as data:
            found = await LiveMarket(app._store, data).refreshed([AAPL, PAIR])
    assert found[AAPL].value is not None
    assert found[PAIR].value is not None
    assert len(found[AAPL].value) == len(found[PAIR].value) == 260
    assert found[AAPL].value.bars[-1].volume == Decimal("1000.5")
