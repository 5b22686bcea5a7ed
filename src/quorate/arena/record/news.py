"""Which news a run was shown, as its header keeps it: by content, so that whoever goes on with it shows the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from quorate.agents.prompts.news import MAX_HEADLINE, MAX_SOURCE, plain
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import Facts
from quorate.kernel.canonical import digest
from quorate.kernel.stamps import stamp
from quorate.market.news import FoundNews


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    """One item as the run names it: its id is the hash of its bytes, its texts are fit to be shown."""

    item_id: str
    published_at: str
    symbols: tuple[str, ...]
    source: str
    headline: str

    def as_json(self) -> Payload:
        """Return the object that payloads and answers hold."""
        return {
            "itemId": self.item_id,
            "publishedAt": self.published_at,
            "symbols": list(self.symbols),
            "source": self.source,
            "headline": self.headline,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNews:
    """The items that every agent of a run was shown, newest first; `hidden` ones were published after its close."""

    items: tuple[ShownItem, ...] = ()
    hidden: int = 0

    @property
    def ids(self) -> Sequence[str]:
        """Return what names the items."""
        return tuple(item.item_id for item in self.items)

    @property
    def hash(self) -> str:
        """Return the hash of what was shown, empty where nothing was."""
        return digest(list(self.ids)) if self.items else ""

    def as_json(self) -> Payload:
        """Return the object that payloads and answers hold."""
        items = [item.as_json() for item in self.items]
        return {"hash": self.hash, "hidden": self.hidden, "items": items}


NO_NEWS: Final = RunNews()


def run_news(found: FoundNews) -> RunNews:
    """Return what a run keeps of the news that it shows."""
    shown = tuple(
        ShownItem(
            item_id=item.item_id,
            published_at=stamp(item.published_at),
            symbols=tuple(item.symbols),
            source=plain(item.source, MAX_SOURCE),
            headline=plain(item.headline, MAX_HEADLINE),
        )
        for item in found.items
    )
    return RunNews(items=shown, hidden=found.hidden)


def read_news(facts: Facts | None) -> RunNews:
    """Return the news that `RunNews.as_json` wrote; runs of old had none."""
    if facts is None:
        return NO_NEWS
    return RunNews(
        items=tuple(
            ShownItem(
                item_id=item.text("itemId"),
                published_at=item.text("publishedAt"),
                symbols=item.texts("symbols"),
                source=item.text("source"),
                headline=item.text("headline"),
            )
            for item in facts.items("items")
        ),
        hidden=facts.count("hidden"),
    )
