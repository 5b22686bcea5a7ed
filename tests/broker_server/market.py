"""The data host of the scripted broker: bars, quotes and news as a test tells them, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

Reply = tuple[int, object]


@dataclass
class Market:
    """What there is to tell; `page` is how much of it at once, `circle` repeats the first page for ever.

    A symbol without bars of its own in `adjusted` has the same ones adjusted.
    """

    bars: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    adjusted: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    quotes: dict[str, dict[str, Any]] = field(default_factory=dict)
    news: list[dict[str, Any]] = field(default_factory=list)
    page: int = 1000
    circle: bool = False

    def routes(self) -> Mapping[tuple[str, str], object]:
        """Return the handlers by method and path."""
        return {
            ("GET", "/v2/stocks/bars"): self.tell_bars,
            ("GET", "/v2/stocks/quotes/latest"): self.tell_quotes,
            ("GET", "/v1beta3/crypto/us/bars"): self.tell_bars,
            ("GET", "/v1beta3/crypto/us/latest/quotes"): self.tell_quotes,
            ("GET", "/v1beta1/news"): self.tell_news,
        }

    async def tell_bars(self, request: web.Request) -> Reply:
        wanted = request.query["symbols"].split(",")
        told = self.bars
        if request.query.get("adjustment") == "all":
            told = {**self.bars, **self.adjusted}
        rows = [
            (symbol, bar)
            for symbol in sorted(wanted)
            for bar in told.get(symbol, [])
            if request.query["start"] <= bar["t"][:10] <= request.query["end"][:10]
        ]
        start, token = self._place(request, len(rows))
        found: dict[str, list[dict[str, Any]]] = {}
        for symbol, bar in rows[start : start + self.page]:
            found.setdefault(symbol, []).append(bar)
        return 200, {"bars": found, "next_page_token": token}

    async def tell_quotes(self, request: web.Request) -> Reply:
        """Tell the quotes; one that a test gave no time is of this moment."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")  # noqa: TID251  (the server's own clock)
        wanted = request.query["symbols"].split(",")
        return 200, {
            "quotes": {
                each: {"t": now, **self.quotes[each]} for each in wanted if each in self.quotes
            }
        }

    async def tell_news(self, request: web.Request) -> Reply:
        start, token = self._place(request, len(self.news))
        return 200, {"news": self.news[start : start + self.page], "next_page_token": token}

    def _place(self, request: web.Request, count: int) -> tuple[int, str | None]:
        if self.circle:
            return 0, "0"
        start = int(request.query.get("page_token") or 0)
        end = start + self.page
        return start, str(end) if end < count else None
