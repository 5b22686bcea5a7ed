"""A symbol's immutable history: what was traded, and what is comparable over time."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import msgspec

from quorate.kernel.canonical import canonical_json, sha256_hex
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Symbol
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.bar import Bar
from quorate.market.prices import Prices, adjusted_prices, growth, prices_of
from quorate.market.rolling import Floats
from quorate.market.verdicts import Quarantine


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesSummary:
    """One line of the listing; `first` and `last` are None without a sound bar."""

    symbol: Symbol
    source: str
    bars: int
    first: date | None
    last: date | None
    actions: int
    quarantine: Quarantine | None
    digest: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Series:
    """The sound bars of one symbol, oldest first, each session once.

    A quarantined series holds the bars before the defect. Two series are equal when their digests
    are, so results may be cached per series. Not slotted: columns are derived once, when asked for.
    """

    symbol: Symbol
    source: str
    bars: tuple[Bar, ...]
    actions: tuple[CorporateAction, ...] = ()
    quarantine: Quarantine | None = None

    def __len__(self) -> int:
        """Return the number of bars."""
        return len(self.bars)

    def __eq__(self, other: object) -> bool:
        """Tell whether both hold the same content."""
        return isinstance(other, Series) and self.digest == other.digest

    def __hash__(self) -> int:
        """Return a hash of the content."""
        return hash(self.digest)

    @classmethod
    def from_bytes(cls, content: bytes) -> Series:
        """Return the series that `to_bytes` wrote.

        Raises:
            InvariantBrokenError: the text is not one that `to_bytes` writes.
        """
        try:
            return msgspec.json.decode(content, type=cls)
        except msgspec.MsgspecError as error:
            raise InvariantBrokenError(f"stored bars cannot be read back: {error}") from error

    def to_bytes(self) -> bytes:
        """Return the one canonical text of this series."""
        return canonical_json(msgspec.to_builtins(self, builtin_types=(date,))).encode()

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of `to_bytes()`."""
        return sha256_hex(self.to_bytes())

    @cached_property
    def prefix_digests(self) -> tuple[str, ...]:
        """Return, for each session, the digest of all that was known at its close."""
        return tuple(_chained(self.bars, self.actions))

    @cached_property
    def sessions(self) -> tuple[date, ...]:
        """Return the date of each bar."""
        return tuple(bar.session for bar in self.bars)

    @cached_property
    def raw(self) -> Prices:
        """Return prices and volumes as they were traded."""
        return prices_of(self.bars)

    @cached_property
    def factor(self) -> Floats:
        """Return what each session's raw prices are multiplied by to be comparable over time."""
        return growth(self.sessions, self.actions)

    @cached_property
    def adjusted(self) -> Prices:
        """Return prices comparable over time, and volumes divided by the splits alone."""
        splits = [action for action in self.actions if action.kind is ActionKind.SPLIT]
        return adjusted_prices(self.raw, self.factor, splits=growth(self.sessions, splits))

    @property
    def summary(self) -> SeriesSummary:
        """Return the line that a listing shows."""
        return SeriesSummary(
            symbol=self.symbol,
            source=self.source,
            bars=len(self.bars),
            first=self.bars[0].session if self.bars else None,
            last=self.bars[-1].session if self.bars else None,
            actions=len(self.actions),
            quarantine=self.quarantine,
            digest=self.digest,
        )

    def index_at(self, as_of: date) -> int | None:
        """Return the place of the last session on or before `as_of`; None before the first."""
        place = bisect_right(self.sessions, as_of) - 1
        return place if place >= 0 else None


def _chained(bars: tuple[Bar, ...], actions: tuple[CorporateAction, ...]) -> Iterator[str]:
    effective = defaultdict(list)
    for action in actions:
        effective[action.session].append(f" {action.kind} {action.ratio:f}")
    link = ""
    for bar in bars:
        numbers = " ".join(format(number, "f") for number in bar[1:])
        link = sha256_hex(f"{link}\n{bar.session} {numbers}{''.join(effective[bar.session])}")
        yield link
