"""News as it is kept: content-addressed bytes, a row for each item, and a row for each symbol that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, Index, Table, bindparam, func, select

from quorate.adapters.sql.ledger import BLOBS
from quorate.adapters.sql.projection import Place, Projections, list_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Statement, rows_of
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import Symbol, Tenant
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from quorate.market.news import MAX_ITEMS, FoundNews, NewsItem, known_until, usable_news

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

THE_MARKET = Symbol("")
"""What an item is about that names no symbol."""

NEWS_ITEMS = Table(
    "news_items",
    metadata,
    tenant_column(),
    text_column("item_id", key=True),
    text_column("published_at"),
    text_column("symbols"),
    text_column("source"),
    text_column("headline"),
    text_column("imported_at"),
)

Index("news_items_published", NEWS_ITEMS.c.tenant, NEWS_ITEMS.c.published_at)

NEWS_SYMBOLS = Table(
    "news_symbols",
    metadata,
    tenant_column(),
    text_column("symbol", key=True),
    text_column("published_at", key=True),
    text_column("item_id", key=True),
)

_ADD = Insert(NEWS_ITEMS)
_ADD_SYMBOL = Insert(NEWS_SYMBOLS)
_KNOWN = Statement(
    select(NEWS_ITEMS.c.item_id).where(
        NEWS_ITEMS.c.tenant == bindparam("tenant"), NEWS_ITEMS.c.item_id == bindparam("item_id")
    )
)

_ANY = Statement(
    select(func.max(NEWS_ITEMS.c.published_at)).where(NEWS_ITEMS.c.tenant == bindparam("tenant"))
)


class NewsLine(NamedTuple):
    """One item as a listing shows it; the time is a stamp, symbols stand side by side with a space between."""

    item_id: str
    published_at: str
    symbols: str
    source: str
    headline: str


def knows_news(session: Session, tenant: Tenant, item_id: str) -> bool:
    """Return whether the item is kept already, inside the writer's transaction."""
    return bool(session.read(_KNOWN, {"tenant": tenant, "item_id": item_id}))


def news_lines(
    connection: Connection, tenant: Tenant, limit: int, after: str | None
) -> Sequence[NewsLine]:
    """Return at most `limit` items, newest first, those behind the item `after`.

    Raises:
        RejectedError: there is no item `after` (slug `invalid-cursor`).
    """
    item = NEWS_ITEMS.c
    query = select(*(item[name] for name in NewsLine._fields)).where(item.tenant == tenant)
    if after is not None:
        published = connection.execute(
            select(item.published_at).where(item.tenant == tenant, item.item_id == after)
        ).scalar()
        if published is None:
            raise _no_cursor(after)
        query = query.where(
            (item.published_at < published)
            | ((item.published_at == published) & (item.item_id < after))
        )
    ordered = query.order_by(item.published_at.desc(), item.item_id.desc()).limit(limit)
    return [NewsLine(*row) for row in connection.execute(ordered)]


class SqlNews:
    """One tenant's news; the market room's port `NewsSource` says what it promises."""

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant

    async def news(self, symbols: Sequence[Symbol], as_of: date) -> FoundNews:
        """Return what was known of `symbols` at `as_of`; see the port."""
        wanted = [*symbols, THE_MARKET]
        ids, hidden = await self._database.look_up(
            lambda connection: _candidates(connection, self._tenant, wanted, as_of)
        )
        items = await self.named(ids)
        return FoundNews(items=usable_news(items, symbols, as_of), hidden=hidden)

    async def named(self, item_ids: Sequence[str]) -> Sequence[NewsItem]:
        """Return the items with these ids; see the port."""
        if not item_ids:
            return ()
        contents = await self._database.look_up(
            lambda connection: _contents(connection, self._tenant, item_ids)
        )
        return [_item(item_id, contents) for item_id in item_ids]


def _candidates(
    connection: Connection, tenant: Tenant, symbols: Sequence[Symbol], as_of: date
) -> tuple[Sequence[str], int]:
    """Return the ids of the newest known items of each symbol, and how many items are not known yet."""
    if rows_of(connection, _ANY, {"tenant": tenant}) == [(None,)]:
        return (), 0
    row, close = NEWS_SYMBOLS.c, stamp(known_until(as_of))
    newest = [
        select(row.item_id)
        .where(row.tenant == tenant, row.symbol == symbol, row.published_at <= close)
        .order_by(row.published_at.desc(), row.item_id.desc())
        .limit(MAX_ITEMS)
        for symbol in symbols
    ]
    later = select(func.count(row.item_id.distinct())).where(
        row.tenant == tenant, row.symbol.in_(symbols), row.published_at > close
    )
    ids = {str(found) for query in newest for found in connection.execute(query).scalars()}
    return sorted(ids), int(connection.execute(later).scalar_one())


def _contents(
    connection: Connection, tenant: Tenant, item_ids: Sequence[str]
) -> Mapping[str, bytes]:
    rows = connection.execute(
        select(BLOBS.c.digest, BLOBS.c.content).where(
            BLOBS.c.tenant == tenant, BLOBS.c.digest.in_(item_ids)
        )
    )
    return {str(row.digest): bytes(row.content) for row in rows}


def _item(item_id: str, contents: Mapping[str, bytes]) -> NewsItem:
    content = contents.get(item_id)
    if content is None:
        raise RejectedError(
            f"the news item {item_id[:12]} is not kept here",
            effect="nothing was written",
            fix="import the file again that it came from: quorate data import-news FILE",
            slug="not-found",
        )
    if sha256_hex(content) != item_id:
        raise InvariantBrokenError(
            "stored news does not match its digest",
            effect="nothing can be decided on it",
            fix="quorate audit verify --projections, then import the file again",
        )
    return NewsItem.from_bytes(content)


def _imported(session: Session, place: Place, event: Event) -> None:
    for told in list_of(event, "items"):
        item = _line(told)
        symbols = item.symbols.split()
        session.insert(_ADD, {"tenant": place.tenant, **item._asdict(), "imported_at": place.ts})
        for symbol in symbols or [THE_MARKET]:
            session.insert(
                _ADD_SYMBOL,
                {
                    "tenant": place.tenant,
                    "symbol": symbol,
                    "published_at": item.published_at,
                    "item_id": item.item_id,
                },
            )


def _line(told: object) -> NewsLine:
    facts = told if isinstance(told, Mapping) else {}
    texts = [facts.get(name) for name in _WORDS]
    if not all(isinstance(text, str) for text in texts):
        raise InvariantBrokenError("news.imported carries an item that is none")
    return NewsLine(*map(str, texts))


_WORDS = ("itemId", "publishedAt", "symbols", "source", "headline")


def _no_cursor(cursor: str) -> RejectedError:
    return RejectedError(
        f"the cursor {cursor[:40]!r} belongs to no list",
        effect="nothing was listed",
        fix="take nextCursor of the page before, or leave --cursor out",
        slug="invalid-cursor",
    )


PROJECTIONS: Projections = {"news.imported": _imported}
