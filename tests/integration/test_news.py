"""News: taken in from a file, kept by content, and shown to a run only where it was known."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from quorate.adapters.files.news import read_news
from quorate.adapters.sql.ledger import BLOBS
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.bootstrap.news import NewsDesk
from quorate.bootstrap.store import opened_store
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import Symbol
from quorate.market.news import MAX_ITEMS
from quorate.market.news_intake import NewsRefusal
from tests.fakes.homes import settings_of

pytestmark = pytest.mark.integration

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
DAY = date(2012, 6, 29)


@pytest.fixture
def store(ground, tmp_path):
    (tmp_path / "home").mkdir()
    settings = settings_of(tmp_path / "home", DATABASE_URL=ground.url)
    with opened_store(settings, tenant=ground.tenant) as opened:
        yield opened


@pytest.fixture
def desk(store):
    return NewsDesk(store)


@pytest.fixture
def file(tmp_path):
    return lambda *items: written(tmp_path / "news.jsonl", *items)


def written(path, *items):
    path.write_text("".join(f"{json.dumps(item)}\n" for item in items))
    return path


def item(at="2012-06-29T14:30:00-04:00", headline="Up", **more):
    return {"published_at": at, "headline": headline, "symbols": ["AAPL"], **more}


async def found(store, *symbols, day=DAY):
    return await store.news.news(symbols or (AAPL,), day)


async def test_an_item_is_known_from_the_close_after_it_was_published(desk, store, file):
    at = ("2012-06-29T20:00:00+00:00", "2012-06-29T16:00:01-04:00", "2012-07-02T09:00:00+09:00")
    await desk.import_news(file(*(item(each, each) for each in at)))
    seen = {
        day: [each.headline for each in (await found(store, day=date.fromisoformat(day))).items]
        for day in ("2012-06-28", "2012-06-29", "2012-06-30", "2012-07-02")
    }
    assert seen == {
        "2012-06-28": [],
        "2012-06-29": [at[0]],
        "2012-06-30": [at[1], at[0]],
        "2012-07-02": [at[2], at[1], at[0]],
    }
    assert (await found(store, day=date(2012, 6, 28))).hidden == 3
    assert (await found(store, day=date(2012, 7, 2))).hidden == 0


async def test_a_run_sees_its_symbols_and_the_market_alone_newest_first(desk, store, file):
    await desk.import_news(
        file(
            item("2012-06-27T12:00:00Z", "apple"),
            item("2012-06-28T12:00:00Z", "ibm", symbols="IBM"),
            item("2012-06-26T12:00:00Z", "market", symbols=[]),
            item("2012-06-25T12:00:00Z", "both", symbols="IBM, aapl"),
        )
    )
    told = {
        symbols: [each.headline for each in (await found(store, *symbols)).items]
        for symbols in ((AAPL,), (IBM,), (AAPL, IBM), (Symbol("MSFT"),))
    }
    assert told == {
        (AAPL,): ["apple", "market", "both"],
        (IBM,): ["ibm", "market", "both"],
        (AAPL, IBM): ["ibm", "apple", "market", "both"],
        (Symbol("MSFT"),): ["market"],
    }


async def test_the_newest_items_are_shown_and_no_more_than_a_prompt_holds(desk, store, file):
    start = datetime(2012, 6, 29, 12, tzinfo=UTC)
    items = [item((start + timedelta(seconds=n)).isoformat(), f"item {n}") for n in range(60)]
    await desk.import_news(file(*items))
    shown = (await found(store)).items
    assert [each.headline for each in shown] == [f"item {n}" for n in range(59, 59 - MAX_ITEMS, -1)]
    assert await store.news.named([each.item_id for each in shown]) == list(shown)


async def test_what_is_not_dated_or_not_past_is_refused_with_its_reason(desk, file):
    summary = await desk.import_news(
        file(
            item(),
            item(None),
            item("yesterday"),
            item("2012-06-29"),
            item("2012-06-29T14:30:00"),
            item("2999-01-01T00:00:00Z"),
            item(headline=" "),
            item(symbols="AA PL$"),
            item(headline=7),
            [1, 2],
        )
    )
    assert summary.items == 1
    assert {each.reason: (each.count, each.first_line) for each in summary.refused} == {
        NewsRefusal.NOT_AN_ITEM: (2, 9),
        NewsRefusal.NO_DATE: (2, 2),
        NewsRefusal.NO_OFFSET: (2, 4),
        NewsRefusal.IN_THE_FUTURE: (1, 6),
        NewsRefusal.NO_HEADLINE: (1, 7),
        NewsRefusal.BAD_SYMBOL: (1, 8),
    }
    assert [each.headline for each in await desk.listing(10, None)] == ["Up"]


async def test_a_file_of_which_nothing_can_be_used_writes_nothing(desk, file):
    with pytest.raises(RejectedError, match=r"2 no_offset \(line 1\)") as refusal:
        await desk.import_news(file(item("2012-06-29"), item("2012-06-30")))
    assert refusal.value.effect == "nothing was written"
    assert await desk.listing(10, None) == []


async def test_the_same_item_is_kept_once(desk, file):
    again = item("2012-06-29T18:30:00Z")
    first = await desk.import_news(file(item(), again, item(headline="Down")))
    assert (first.items, first.duplicates) == (2, 1)
    second = await desk.import_news(file(item(), item(headline="Flat")))
    assert (second.items, second.duplicates) == (1, 1)
    third = await desk.import_news(file(item()))
    assert (third.items, third.first) == (0, "")
    assert len(await desk.listing(10, None)) == 3


async def test_texts_are_cut_to_their_limits_and_what_no_database_takes_is_replaced(
    desk, store, file
):
    body = "A" * 2_000_000
    summary = await desk.import_news(
        file(item(headline="Up\x00" + "!" * 999, summary=body, source="s" * 999))
    )
    (kept,) = (await found(store)).items
    assert summary.shortened == 1
    assert kept.headline.startswith("Up\ufffd")
    assert (len(kept.headline), len(kept.body), len(kept.source)) == (300, 2048, 100)


async def test_the_listing_goes_on_behind_its_cursor(desk, file):
    await desk.import_news(file(*(item(f"2012-06-{day}T12:00:00Z") for day in range(10, 15))))
    first = await desk.listing(2, None)
    second = await desk.listing(10, first[-1].item_id)
    assert [line.published_at[8:10] for line in (*first, *second)] == ["14", "13", "12", "11", "10"]
    with pytest.raises(RejectedError) as refusal:
        await desk.listing(2, "nothing")
    assert refusal.value.slug == "invalid-cursor"


async def test_news_that_is_not_what_was_stored_is_refused(desk, store, file):
    await desk.import_news(file(item()))
    (kept,) = (await found(store)).items
    change = BLOBS.update().where(BLOBS.c.digest == kept.item_id).values(content=b"{}")

    def damage(connection):
        connection.execute(change)
        connection.commit()

    store.database.read_now(damage)
    with pytest.raises(InvariantBrokenError):
        await found(store)
    with pytest.raises(RejectedError):
        await store.news.named(["0" * 64])


CSV = 'Date,Ticker,Title,Summary,Publisher,Link\n2012-06-29T14:30:00-04:00,"AAPL;IBM",Up,"It, rose",wire,https://x\n'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(CSV.encode(), id="CSV"),
        pytest.param(gzip.compress(CSV.encode()), id="gzipped"),
        pytest.param(b"\xef\xbb\xbf" + CSV.replace(",", "\t").encode(), id="tabs and a mark"),
    ],
)
def test_a_csv_file_is_read_by_its_heading(tmp_path, content):
    path = tmp_path / "news.csv"
    path.write_bytes(content)
    (raw,) = read_news(path)
    assert (raw.symbols, raw.headline, raw.source) == (("AAPL", "IBM"), "Up", "wire")
    assert raw.published_at == "2012-06-29T14:30:00-04:00"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"Date,Open\n1,2\n", "no column for headline"),
        (b"Date,Title\n", "no item"),
        (b"\xff\xfe\x00", "not text"),
        (b'Date,Title\n"' + b"x" * 200_000, "not CSV"),
        (b'{"headline":"x"}\n' * 20_001, "more than 20000"),
    ],
)
def test_a_file_that_is_no_news_is_refused_as_a_whole(tmp_path, content, said):
    path = tmp_path / "news.csv"
    path.write_bytes(content)
    with pytest.raises(RejectedError, match=said):
        read_news(path)


async def test_a_run_says_which_news_it_was_shown(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    news = written(tmp_path / "n.jsonl", item(), item("2012-07-05T12:00:00Z", "Later"))
    async with open_app(settings_of(home)) as app:
        await app.news.import_news(news)
        run = await app.run_arena(RunRequest(symbols=(AAPL,), as_of=DAY))
        without = await app.run_arena(RunRequest(symbols=(IBM,), as_of=DAY))
        (requested,) = [
            row for row in await app.run_entries(run.run_id) if row.type == "run.requested"
        ]
    shown = run.header.fact.news
    assert [each.headline for each in shown.items] == ["Up"]
    assert (shown.hidden, len(shown.hash)) == (1, 64)
    assert requested.facts["news"] == shown.as_json()
    assert (without.header.fact.news.items, without.header.fact.news.hash) == ((), "")
