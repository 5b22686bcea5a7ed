"""News of a home: files are taken in, items are listed; what an item says is nobody's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from quorate.adapters.files.news import read_news
from quorate.adapters.sql.news import NewsLine, news_lines
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from quorate.market.news import NewsItem
from quorate.market.news_intake import NewsIntake, RefusedNews, take_in_news

ITEMS_A_ROW: Final = 200
"""How many items one row of the journal tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsSummary:
    """What an import of news stored, and what it did not; stamps are empty where nothing was stored."""

    items: int
    duplicates: int
    shortened: int
    refused: tuple[RefusedNews, ...]
    first: str
    last: str


class NewsTx(Protocol):
    """What an import of news reads inside the writer's transaction."""

    def knows_news(self, item_id: str) -> bool:
        """Return whether the item is kept already."""
        ...


class NewsDesk:
    """The news of one home."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def import_news(self, path: Path) -> NewsSummary:
        """Keep the items of the file at `path` that are dated, not from the future, and not kept yet.

        Raises:
            RejectedError: the file cannot be read, or no item of it can be used; nothing was written.
        """
        intake = take_in_news(read_news(path), source=path.name, now=self._store.clock.now())
        if not intake.items:
            raise _all_refused(intake)
        added: list[NewsItem] = []

        def decide(tx: NewsTx) -> Sequence[Event]:
            added[:] = [item for item in intake.items if not tx.knows_news(item.item_id)]
            return list(news_events(added, path.name))

        await self._store.journal.commit(decide)
        return NewsSummary(
            items=len(added),
            duplicates=intake.doubled + len(intake.items) - len(added),
            shortened=intake.shortened,
            refused=intake.refused,
            first=stamp(added[0].published_at) if added else "",
            last=stamp(added[-1].published_at) if added else "",
        )

    async def listing(self, limit: int, after: str | None) -> Sequence[NewsLine]:
        """Return at most `limit` items, newest first, those behind the item `after`.

        Raises:
            RejectedError: there is no item `after` (slug `invalid-cursor`).
        """
        tenant = self._store.tenant
        return await self._store.database.read(
            lambda connection: news_lines(connection, tenant, limit, after)
        )


def news_events(items: Sequence[NewsItem], file: str) -> Iterator[Event]:
    """Yield the import of items that are not kept yet; their bytes go along as attachments."""
    for start in range(0, len(items), ITEMS_A_ROW):
        part = items[start : start + ITEMS_A_ROW]
        yield Event(
            stream="news",
            type="news.imported",
            payload={"file": file, "items": [_told(item) for item in part]},
            attachments=tuple(item.to_bytes() for item in part),
        )


def _told(item: NewsItem) -> dict[str, JsonValue]:
    return {
        "itemId": item.item_id,
        "publishedAt": stamp(item.published_at),
        "symbols": " ".join(item.symbols),
        "source": item.source,
        "headline": item.headline,
    }


def _all_refused(intake: NewsIntake) -> RejectedError:
    reasons = ", ".join(
        f"{each.count} {each.reason} (line {each.first_line})" for each in intake.refused
    )
    return RejectedError(
        f"no item of the file can be used: {reasons}",
        effect="nothing was written",
        fix="give every item a headline and its time with the offset, as in 2012-06-29T14:30:00-04:00",
    )
