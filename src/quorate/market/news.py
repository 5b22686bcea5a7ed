"""News: one dated item of text about symbols, and from which session on it may be known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Self

import msgspec

from quorate.kernel.canonical import canonical_json, sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol
from quorate.kernel.stamps import stamp

KNOWN_UNTIL: Final = time(20)
"""The time of day, UTC, up to which an item belongs to its day's session.

Ours: the earliest close of a full New York session (in winter it is 21:00), and before the next open of every large
market, so no decision that is carried out at the next open knows an item too early.
"""

MAX_ITEMS: Final = 20
"""The newest of a run's items that a prompt holds.  Ours: a headline and 400 characters each fit any tier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsItem:
    """One item by a stranger: data, never an instruction; no symbols mean that it is about the market.

    `published_at` is aware.
    """

    symbols: tuple[Symbol, ...]
    published_at: datetime
    source: str
    headline: str
    body: str = ""
    url: str = ""

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the item that `to_bytes` wrote.

        Raises:
            InvariantBrokenError: the bytes are no item.
        """
        try:
            return msgspec.json.decode(content, type=cls)
        except msgspec.MsgspecError as error:
            raise InvariantBrokenError(f"stored news cannot be read: {error}") from error

    def to_bytes(self) -> bytes:
        """Return the item as it is kept: canonical JSON."""
        return canonical_json(
            {
                "symbols": list(self.symbols),
                "published_at": stamp(self.published_at),
                "source": self.source,
                "headline": self.headline,
                "body": self.body,
                "url": self.url,
            }
        ).encode()

    @property
    def item_id(self) -> str:
        """Return the SHA-256 of the item's bytes: the same words of the same moment are the same item."""
        return sha256_hex(self.to_bytes())

    @property
    def available_at(self) -> date:
        """Return the first session at whose close the item could be known."""
        moment = self.published_at.astimezone(UTC)
        is_late = moment > known_until(moment.date())
        return moment.date() + timedelta(days=is_late)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundNews:
    """What is known of some symbols at a close: the newest items; `hidden` ones were published after it."""

    items: tuple[NewsItem, ...] = ()
    hidden: int = 0


NO_NEWS: Final = FoundNews()


def known_until(session: date) -> datetime:
    """Return the last moment at which an item is published that is known at the close of `session`."""
    return datetime.combine(session, KNOWN_UNTIL, tzinfo=UTC)


def usable_news(
    items: Iterable[NewsItem], symbols: Sequence[Symbol], as_of: date
) -> tuple[NewsItem, ...]:
    """Return what of `items` concerns `symbols` and was known at `as_of`, newest first, at most MAX_ITEMS."""
    wanted = set(symbols)
    known = [
        item
        for item in items
        if item.available_at <= as_of and (not item.symbols or wanted.intersection(item.symbols))
    ]
    known.sort(key=lambda item: (item.published_at, item.item_id), reverse=True)
    return tuple(known[:MAX_ITEMS])
