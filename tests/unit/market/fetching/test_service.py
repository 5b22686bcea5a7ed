"""The cache before a source: asked no oftener than it must be, and an old answer is never taken for a new one."""

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.market.fetching import FetchPolicy, Labelled, Origin, Usage
from quorate.market.fetching.service import CachedSource
from quorate.market.news import NewsItem
from quorate.market.quote import Quote
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.live_sources import FakeSource
from tests.unit.market.histories import raw_bars, rising

AAPL, IBM, PAIR = Symbol("AAPL"), Symbol("IBM"), Symbol("BTC/USD")
FIRST, LAST = date(2020, 1, 1), date(2020, 2, 1)
ROWS = raw_bars(rising(5))


def quote(symbol, bid="99"):
    return Quote(symbol=symbol, bid=Decimal(bid), ask=Decimal(100), at=NOON)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def source():
    return FakeSource(rows={AAPL: ROWS, PAIR: ROWS}, quoted={AAPL: quote(AAPL), PAIR: quote(PAIR)})


@pytest.fixture
def cache(source, clock):
    return CachedSource(source, clock, FetchPolicy())


async def test_a_fresh_answer_is_used_again(source, clock, cache):
    first = await cache.bars([AAPL], FIRST, LAST)
    clock.jump(299)
    again = await cache.bars([AAPL], FIRST, LAST)
    assert again == first == {AAPL: Labelled(value=ROWS, origin=Origin.LIVE, fetched_at=NOON)}
    assert len(source.asked) == 1


async def test_at_its_time_an_answer_is_asked_for_anew(source, clock, cache):
    await cache.bars([AAPL], FIRST, LAST)
    clock.jump(300)
    told = (await cache.bars([AAPL], FIRST, LAST))[AAPL]
    assert (told.origin, told.fetched_at) == (Origin.LIVE, clock.now())
    assert len(source.asked) == 2


async def test_only_what_is_not_fresh_is_asked_for_and_all_of_it_at_once(source, cache):
    await cache.quotes([AAPL])
    await cache.quotes([PAIR, AAPL, IBM])
    assert source.asked == [("quotes", [AAPL]), ("quotes", [PAIR, IBM])]


async def test_what_the_source_does_not_know_is_no_reason_to_ask_on(source, cache):
    for _ in range(2):
        told = (await cache.quotes([IBM]))[IBM]
        assert (told.value, told.origin) == (None, Origin.LIVE)
    assert len(source.asked) == 1


async def test_a_silent_source_leaves_the_old_answer_and_says_so(source, clock, cache):
    await cache.quotes([AAPL])
    clock.jump(6)
    source.silence = "the broker may not be asked again for 9.0 s"
    told = (await cache.quotes([AAPL]))[AAPL]
    assert told.value == quote(AAPL)
    assert (told.origin, told.is_stale, told.fetched_at) == (Origin.STALE, True, NOON)
    assert told.cause == source.silence


async def test_what_was_never_told_is_unavailable(source, cache):
    source.silence = "no route"
    told = (await cache.bars([AAPL], FIRST, LAST))[AAPL]
    assert told == Labelled(
        value=None, origin=Origin.UNAVAILABLE, fetched_at=None, cause="no route"
    )


async def test_a_source_that_speaks_again_is_believed_at_once(source, clock, cache):
    source.silence = "no route"
    await cache.quotes([AAPL])
    source.silence = ""
    assert (await cache.quotes([AAPL]))[AAPL].origin is Origin.LIVE
    clock.jump(6)
    source.quoted[AAPL] = quote(AAPL, "98")
    told = (await cache.quotes([AAPL]))[AAPL]
    assert told.value is not None
    assert told.value.bid == Decimal(98)


async def test_bars_from_a_later_day_on_are_not_enough(source, cache):
    await cache.bars([AAPL], ROWS[3].session, LAST)
    told = (await cache.bars([AAPL], FIRST, LAST))[AAPL]
    assert told.value == ROWS
    again = (await cache.bars([AAPL], ROWS[3].session, LAST))[AAPL]
    assert again.value == ROWS
    assert len(source.asked) == 2


async def test_two_who_want_the_same_at_once_ask_once(source, cache):
    async with asyncio.TaskGroup() as both:
        for _ in range(2):
            both.create_task(cache.quotes([AAPL]))
    assert len(source.asked) == 1


async def test_without_a_time_to_live_every_answer_is_asked_for_and_is_live(source, clock):
    cache = CachedSource(source, clock, FetchPolicy(data_ttl_s=0, quote_ttl_s=0))
    for _ in range(2):
        assert (await cache.quotes([AAPL]))[AAPL].origin is Origin.LIVE
    assert len(source.asked) == 2


async def test_news_belong_to_the_symbols_that_they_name(source, cache):
    item = NewsItem(
        symbols=(AAPL, IBM),
        published_at=datetime(2026, 11, 19, tzinfo=UTC),
        source="x",
        headline="h",
        body="",
        url="",
    )
    source.items = [item]
    told = await cache.news([AAPL, PAIR], FIRST, LAST)
    assert {symbol: each.value for symbol, each in told.items()} == {AAPL: (item,), PAIR: ()}


async def test_what_was_asked_and_what_stood_in_is_counted_once(source, clock, cache):
    await cache.quotes([AAPL, PAIR])
    await cache.quotes([AAPL])
    clock.jump(6)
    source.silence = "no route"
    await cache.quotes([AAPL, IBM])
    assert cache.counted() == Usage(requests=2, hits=1, stale=1, unavailable=1)
    assert not cache.counted()


@pytest.mark.parametrize("broken", [{"data_ttl_s": -1}, {"quote_ttl_s": float("inf")}])
def test_a_time_to_live_below_0_or_without_end_is_refused(broken):
    with pytest.raises(RejectedError):
        FetchPolicy(**broken)
