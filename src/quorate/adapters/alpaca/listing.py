"""The list of orders, page by page to its end, and never round in a circle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from quorate.adapters.alpaca.reading import submitted_at
from quorate.adapters.alpaca.shapes import OrderShape, Unreadable

PAGE: Final = 500
"""The most that the broker tells at once. Source: RELIABILITY 2.0."""
OVERLAP: Final = timedelta(microseconds=1)
"""The broker counts nanoseconds: the next page begins just before the last order's moment, so none falls between."""


@dataclass
class OrderPages:
    """The pages read so far: which to ask for next, and when there is none."""

    after: datetime | None
    open_only: bool
    found: dict[str, OrderShape] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def query(self) -> str:
        """Return the query of the next page."""
        asked = {
            "status": "open" if self.open_only else "all",
            "limit": str(PAGE),
            "direction": "asc",
            "nested": "false",
        }
        if self.after is not None:
            moment = self.after.astimezone(UTC).replace(tzinfo=None)
            asked["after"] = f"{moment.isoformat(timespec='microseconds')}Z"
        return urlencode(asked)

    def add(self, page: Sequence[OrderShape]) -> None:
        """Take in a page.

        Raises:
            Unreadable: a full page tells nothing new, so what comes after it cannot be reached.
        """
        known = len(self.found)
        self.found |= {each.id: each for each in page}
        if len(page) < PAGE:
            self.is_whole = True
            return
        latest = max(submitted_at(each) for each in page) - OVERLAP
        if len(self.found) == known or (self.after is not None and latest < self.after):
            raise Unreadable("the list of orders goes round in a circle")
        self.after = latest

    @property
    def orders(self) -> Sequence[OrderShape]:
        """Return the orders, oldest first."""
        return sorted(self.found.values(), key=submitted_at)
