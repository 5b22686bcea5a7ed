"""Arenas of others, written line by line: logs that trade at given prices, and bars beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from quorate.arena.imported.source import Line, Sources
from quorate.arena.imported.terms import ArenaTerms
from quorate.kernel.canonical import sha256_hex


@dataclass
class WrittenLog:
    """A log as another arena's own code writes it: cash and shares after every action."""

    cash: Decimal
    shares: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    cash_key: str = "CASH"

    def opened(self, at):
        self._add(at, None)
        return self

    def bought(self, at, symbol, amount, price):
        self.cash -= Decimal(str(amount)) * Decimal(str(price))
        self.shares[symbol] = self.shares.get(symbol, 0) + amount
        self._add(at, {"action": "buy", "symbol": symbol, "amount": amount})
        return self

    def sold(self, at, symbol, amount, price):
        self.cash += Decimal(str(amount)) * Decimal(str(price))
        self.shares[symbol] -= amount
        self._add(at, {"action": "sell", "symbol": symbol, "amount": amount})
        return self

    def rested(self, at):
        self._add(at, {"action": "no_trade", "symbol": "", "amount": 0})
        return self

    def _add(self, at, action):
        row = {"date": at, "id": len(self.rows)}
        if action is not None:
            row["this_action"] = action
        row["positions"] = {**self.shares, self.cash_key: float(self.cash)}
        self.rows.append(row)

    @property
    def text(self):
        return "".join(json.dumps(row) + "\n" for row in self.rows)


def bars_of(symbol, bars, *, size="60min", zone="US/Eastern"):
    """Return a line of bars; each is (time, open, high, low, close), or (time, open) while it lasts."""
    names = ("1. buy price", "2. high", "3. low", "4. sell price")
    return {
        "Meta Data": {"2. Symbol": symbol, "6. Time Zone": zone},
        f"Time Series ({size})": {
            at: dict(zip(names, map(str, prices), strict=False)) for at, *prices in bars
        },
    }


def sources_of(logs, bars, benchmark=None):
    """Return what the file reader would make of texts and trees."""
    texts = {f"positions/{name}/position.jsonl": log.text for name, log in logs.items()}
    return Sources(
        name="others",
        digests={name: sha256_hex(text) for name, text in texts.items()},
        logs={
            name: lines_of(f"positions/{name}/position.jsonl", log.rows)
            for name, log in logs.items()
        },
        bars=lines_of("merged.jsonl", bars),
        benchmark=None if benchmark is None else lines_of("benchmark.json", [benchmark])[0],
    )


def lines_of(file, trees):
    """Return decoded trees as the lines of a file, read as the reader reads them."""
    return tuple(
        Line(file, number, json.loads(json.dumps(tree), parse_float=Decimal))
        for number, tree in enumerate(trees, start=1)
    )


MOUTAI, BANK = "600519.SH", "601398.SH"
SHANGHAI_DAYS = 30
YUAN = ArenaTerms(capital=Decimal(1_000_000), currency="CNY")


def shanghai():
    """Return logs and bars of A-shares: daily bars, yuan, lots of a hundred; the newest bar shows its open alone.

    The first participant buys at the open every day, the second once, at a price that no bar had.
    """
    days = [date(2025, 9, 1) + timedelta(days=number) for number in range(SHANGHAI_DAYS)]
    bars = {MOUTAI: [], BANK: []}
    for number, day in enumerate(days):
        for symbol, begin, step in ((MOUTAI, 1400, 3), (BANK, 7, 0.01)):
            price = round(begin + step * number, 2)
            whole = (price, round(price * 1.01, 2), round(price * 0.99, 2), round(price * 1.005, 2))
            bars[symbol].append((f"{day}", *(whole if day != days[-1] else whole[:1])))
    steady = WrittenLog(Decimal(1_000_000)).opened(f"{days[0]}")
    for day, bar in zip(days[1:-1], bars[BANK][1:-1], strict=True):
        steady.bought(f"{day}", BANK, 100, bar[1])
    once = WrittenLog(Decimal(1_000_000)).opened(f"{days[0]}")
    once.bought(f"{days[1]}", MOUTAI, 100, 1200).rested(f"{days[2]}")
    lines = [bars_of(name, rows, size="Daily", zone="Asia/Shanghai") for name, rows in bars.items()]
    return {"steady": steady, "once": once}, lines


def write_arena(folder: Path, logs, bars) -> Path:
    """Write an arena's folder and return it."""
    for name, log in logs.items():
        place = folder / "positions" / name
        place.mkdir(parents=True)
        (place / "position.jsonl").write_text(log.text)
    (folder / "merged.jsonl").write_text("".join(json.dumps(line) + "\n" for line in bars))
    return folder
