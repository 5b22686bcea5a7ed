"""Taking news in: what a file says, held against the rules; what breaks one is refused and counted, never mended.

An item without its date and offset could be from tomorrow, so it is no news here. Source: DESIGN 5 (undated data is
refused), RELIABILITY 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from quorate.kernel.ids import Symbol, symbol_in
from quorate.kernel.storable import storable
from quorate.market.news import NewsItem

MAX_HEADLINE: Final = 300
MAX_BODY: Final = 2048
"""Characters that are kept of an item's text. Source: PI-005 (2 KiB an item)."""

MAX_SOURCE: Final = 100
MAX_URL: Final = 500
MAX_SYMBOLS: Final = 50
"""Ours: who names more symbols says nothing about any."""


class NewsRefusal(StrEnum):
    """Why an item is not taken in."""

    NOT_AN_ITEM = "not_an_item"
    """The line is no JSON object, or holds other things than texts."""

    NO_DATE = "no_date"
    NO_OFFSET = "no_offset"
    """A time without its offset from UTC could be hours earlier or later."""

    IN_THE_FUTURE = "in_the_future"
    NO_HEADLINE = "no_headline"
    BAD_SYMBOL = "bad_symbol"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawNews:
    """One item as a file tells it; `symbols` are as they stand there, `is_item` False where the line is none."""

    line: int
    published_at: str = ""
    symbols: tuple[str, ...] = ()
    headline: str = ""
    body: str = ""
    source: str = ""
    url: str = ""
    is_item: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedNews:
    """How many items were refused for one reason, and the line of the first."""

    reason: NewsRefusal
    count: int
    first_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsIntake:
    """What a file gave: items, each once, by time; how many came twice, had a text cut, or were refused."""

    items: tuple[NewsItem, ...]
    doubled: int
    shortened: int
    refused: tuple[RefusedNews, ...]


class _RefusedError(Exception):
    def __init__(self, reason: NewsRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


def take_in_news(raw: Iterable[RawNews], *, source: str, now: datetime) -> NewsIntake:
    """Return what may be kept of `raw`; `source` stands where an item names none, `now` (aware) ends the past."""
    taken: dict[str, NewsItem] = {}
    refused: dict[NewsRefusal, list[int]] = {}
    doubled = shortened = 0
    for each in raw:
        try:
            item, is_cut = _item(each, source, now)
        except _RefusedError as error:
            refused.setdefault(error.reason, []).append(each.line)
            continue
        doubled += item.item_id in taken
        shortened += is_cut
        taken[item.item_id] = item
    return NewsIntake(
        items=tuple(sorted(taken.values(), key=lambda item: (item.published_at, item.item_id))),
        doubled=doubled,
        shortened=shortened,
        refused=tuple(
            RefusedNews(reason=reason, count=len(refused[reason]), first_line=refused[reason][0])
            for reason in NewsRefusal
            if reason in refused
        ),
    )


def _item(raw: RawNews, source: str, now: datetime) -> tuple[NewsItem, bool]:
    """Return the item, and whether one of its texts was cut."""
    if not raw.is_item:
        raise _RefusedError(NewsRefusal.NOT_AN_ITEM)
    published_at = _moment(raw.published_at)
    if published_at > now:
        raise _RefusedError(NewsRefusal.IN_THE_FUTURE)
    headline, body = _storable(raw.headline), _storable(raw.body)
    if not headline:
        raise _RefusedError(NewsRefusal.NO_HEADLINE)
    item = NewsItem(
        symbols=_symbols(raw.symbols),
        published_at=published_at,
        source=_storable(raw.source or source)[:MAX_SOURCE],
        headline=headline[:MAX_HEADLINE],
        body=body[:MAX_BODY],
        url=_storable(raw.url)[:MAX_URL],
    )
    return item, len(headline) > MAX_HEADLINE or len(body) > MAX_BODY


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise _RefusedError(NewsRefusal.NO_DATE) from None
    if moment.tzinfo is None:
        raise _RefusedError(NewsRefusal.NO_OFFSET)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _RefusedError(NewsRefusal.NO_DATE) from None


def _symbols(named: tuple[str, ...]) -> tuple[Symbol, ...]:
    symbols = {symbol_in(name) for name in named if name.strip()}
    known = sorted(symbol for symbol in symbols if symbol is not None)
    if len(symbols) > MAX_SYMBOLS or None in symbols:
        raise _RefusedError(NewsRefusal.BAD_SYMBOL)
    return tuple(known)


def _storable(text: str) -> str:
    """Return the text as every database takes it; what hides or misleads is taken out where a prompt is made."""
    return storable(text).strip()
