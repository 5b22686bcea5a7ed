"""News: an item is its content, and belongs to the session at whose close it was known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol
from quorate.market.news import MAX_ITEMS, NewsItem, known_until, usable_news

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
DAY = date(2012, 6, 29)
NEW_YORK = timezone(timedelta(hours=-4))


def item(at="2012-06-29T15:00:00+00:00", headline="Up", symbols=(AAPL,)):
    return NewsItem(
        symbols=symbols, published_at=datetime.fromisoformat(at), source="wire", headline=headline
    )


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2012-06-29T00:00:00+00:00", "2012-06-29"),
        ("2012-06-29T20:00:00+00:00", "2012-06-29"),
        ("2012-06-29T20:00:00.000001+00:00", "2012-06-30"),
        ("2012-06-29T23:59:00-04:00", "2012-06-30"),
        ("2012-06-29T03:00:00+09:00", "2012-06-28"),
    ],
)
def test_an_item_is_known_at_the_known_until_its_day_or_the_next(at, day):
    one = item(at)
    assert one.available_at == date.fromisoformat(day)
    assert (one.published_at <= known_until(one.available_at)) is True
    assert (one.published_at > known_until(one.available_at - timedelta(days=1))) is True


def test_an_item_is_named_by_its_content_and_reads_back():
    one = item()
    assert NewsItem.from_bytes(one.to_bytes()) == one
    same = replace(one, published_at=one.published_at.astimezone(NEW_YORK))
    assert same.item_id == one.item_id
    changes = ({"headline": "Down"}, {"body": "x"}, {"url": "x"}, {"source": "x"}, {"symbols": ()})
    others = {replace(one, **change).item_id for change in changes}
    assert len(others | {one.item_id}) == 6


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"symbols":1}', b"\xff"])
def test_bytes_that_are_no_item_are_corrupt_data(content):
    with pytest.raises(InvariantBrokenError):
        NewsItem.from_bytes(content)


def test_news_of_tomorrow_and_of_other_symbols_is_left_out():
    items = [item(), item("2012-07-02T15:00:00+00:00"), item(symbols=(IBM,))]
    market = item("2012-06-28T15:00:00+00:00", symbols=())
    kept = usable_news([*items, market], [AAPL], DAY)
    assert [each.available_at.isoformat() for each in kept] == ["2012-06-29", "2012-06-28"]


def test_the_newest_come_first_whatever_their_order_and_no_more_than_a_prompt_holds():
    start = datetime(2012, 6, 1, tzinfo=UTC)
    items = [item((start + timedelta(hours=n)).isoformat(), str(n)) for n in range(30)]
    kept = usable_news(reversed(items), [AAPL], DAY)
    assert [each.headline for each in kept] == [str(n) for n in range(29, 29 - MAX_ITEMS, -1)]
    assert kept == usable_news(items, [AAPL], DAY)
