"""A source of market data in memory: it tells what it is given, counts who asks, and falls silent when told to."""

from __future__ import annotations

from dataclasses import dataclass, field

from quorate.kernel.errors import UnavailableError


@dataclass
class FakeSource:
    """`silence` is why it gives no answer; empty while it answers."""

    rows: dict = field(default_factory=dict)
    quoted: dict = field(default_factory=dict)
    items: list = field(default_factory=list)
    silence: str = ""
    asked: list = field(default_factory=list)

    @property
    def requests(self):
        return len(self.asked)

    async def bars(self, symbols, first, last):
        self._ask("bars", symbols, first, last)
        return {
            symbol: [row for row in self.rows[symbol] if first <= row.session <= last]
            for symbol in symbols
            if symbol in self.rows
        }

    async def quotes(self, symbols):
        self._ask("quotes", symbols)
        return {symbol: self.quoted[symbol] for symbol in symbols if symbol in self.quoted}

    async def news(self, symbols, first, last):
        self._ask("news", symbols, first, last)
        return list(self.items)

    def _ask(self, *what):
        self.asked.append(what)
        if self.silence:
            raise UnavailableError(self.silence, source="fake")
