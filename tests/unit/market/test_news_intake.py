"""Taking news in: every rule, and that nothing is mended into what it was not."""

from datetime import UTC, datetime

import pytest

from quorate.market.news_intake import (
    MAX_BODY,
    MAX_HEADLINE,
    MAX_SYMBOLS,
    NewsRefusal,
    RawNews,
    take_in_news,
)

NOW = datetime(2012, 7, 1, tzinfo=UTC)


def raw(line=1, **changes):
    facts = {"published_at": "2012-06-29T14:30:00-04:00", "headline": "Up", "symbols": ("AAPL",)}
    return RawNews(line=line, **{**facts, **changes})


def taken(*items):
    return take_in_news(items, source="file.csv", now=NOW)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_item": False}, NewsRefusal.NOT_AN_ITEM),
        ({"published_at": ""}, NewsRefusal.NO_DATE),
        ({"published_at": "last week"}, NewsRefusal.NO_DATE),
        ({"published_at": "0001-01-01T00:00:00+23:00"}, NewsRefusal.NO_DATE),
        ({"published_at": "2012-06-29"}, NewsRefusal.NO_OFFSET),
        ({"published_at": "2012-06-29T14:30:00"}, NewsRefusal.NO_OFFSET),
        ({"published_at": "2012-07-01T00:00:01Z"}, NewsRefusal.IN_THE_FUTURE),
        ({"headline": " \t"}, NewsRefusal.NO_HEADLINE),
        ({"symbols": ("AAPL", "not a symbol")}, NewsRefusal.BAD_SYMBOL),
        ({"symbols": ("\u0410APL",)}, NewsRefusal.BAD_SYMBOL),
        ({"symbols": tuple(f"S{n}" for n in range(MAX_SYMBOLS + 1))}, NewsRefusal.BAD_SYMBOL),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_reason(changes, reason):
    intake = taken(raw(1), raw(2, **changes), raw(3, **changes))
    (refused,) = intake.refused
    assert (refused.reason, refused.count, refused.first_line) == (reason, 2, 2)
    assert len(intake.items) == 1


def test_an_item_is_taken_as_it_stands():
    (item,) = taken(raw(symbols=("ibm", "AAPL ", "IBM"), body=" It rose. ", url="https://x")).items
    assert item.symbols == ("AAPL", "IBM")
    assert item.published_at == datetime(2012, 6, 29, 18, 30, tzinfo=UTC)
    assert (item.headline, item.body, item.source, item.url) == (
        *("Up", "It rose.", "file.csv", "https://x"),
    )


def test_the_same_item_counts_once_and_the_rest_stands_by_time():
    intake = taken(raw(1), raw(2, published_at="2012-06-01T00:00:00Z"), raw(3))
    assert [item.published_at.day for item in intake.items] == [1, 29]
    assert (intake.doubled, intake.refused) == (1, ())


def test_long_texts_are_cut_and_that_is_counted():
    intake = taken(raw(headline="h" * 999, body="b" * 9999), raw(headline="x" * MAX_HEADLINE))
    long = next(item for item in intake.items if item.body)
    assert (len(long.headline), len(long.body)) == (MAX_HEADLINE, MAX_BODY)
    assert intake.shortened == 1


def test_what_no_database_takes_is_replaced_and_what_misleads_is_kept_for_the_record():
    (item,) = taken(raw(headline="U\x00p\ud800\x1b", body="\u202eturned\u200b")).items
    assert (item.headline, item.body) == ("U\ufffdp\ufffd\ufffd", "\u202eturned\u200b")
