"""What a risk desk asks of the world: the book's standing, the market, its own records, a key, the system's signs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from quorate.cycle.risk_desk.gathering import OrderLine, Standing
from quorate.cycle.risk_desk.locks import Lock, LockKey
from quorate.execution.recorded import TradingStanding
from quorate.kernel.ids import BookName, DecisionId, Symbol
from quorate.risk.situation import MarketFacts


class BookReader(Protocol):
    """The keeper of the book, as far as the desk asks it."""

    async def standing(self) -> Standing:
        """Return the book as it was marked last; raises UnavailableError."""
        ...


class MarketReader(Protocol):
    """The market of a book, for symbols that the cycle told nothing of, or too long ago."""

    async def facts(self, symbols: Collection[Symbol], as_of: date) -> Mapping[Symbol, MarketFacts]:
        """Return what the checks ask of the market now; a value that nobody knows is None; raises UnavailableError."""
        ...


class Signer(Protocol):
    """The key that verdicts are signed with, and the keys that are known."""

    @property
    def key_id(self) -> str:
        """Return the id under which signatures go."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`."""
        ...

    def is_signed(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Return whether a known key made `signature`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSigns:
    """Whether the system itself may send: stream and journal ready, requests of the last minute, money left."""

    stream_ready: bool
    audit_available: bool
    calls_last_minute: int
    budget_left: bool


class SystemReader(Protocol):
    """Who knows the system's signs."""

    async def signs(self) -> SystemSigns:
        """Return them as they are now; what cannot be told is a refusal (False)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingFacts:
    """A book's trading state and who set it last."""

    standing: TradingStanding = field(default_factory=TradingStanding)
    by: str = ""


class DeskRecords(Protocol):
    """What the desk reads beside the writer; every method raises UnavailableError."""

    async def lines(
        self, book: BookName, since: datetime, decision_id: DecisionId | None = None
    ) -> Sequence[OrderLine]:
        """Return the book's orders that are open, were made since `since`, or are of the decision, oldest first."""
        ...

    async def trading(self, book: BookName) -> TradingFacts:
        """Return the trading state."""
        ...

    async def locks(self, book: BookName) -> Mapping[LockKey, Lock]:
        """Return every lock that was ever set, lifted ones included."""
        ...

    async def reconciled_at(self, book: BookName) -> datetime | None:
        """Return when the book was last compared with its broker, None before the first time."""
        ...

    async def day_trades(self, book: BookName, since: datetime) -> int:
        """Return how often a symbol was bought and sold on one day since then."""
        ...

    async def approval_of(self, book: BookName, order_hash: str) -> str | None:
        """Return the id of the newest verdict that approved exactly this order, None where there is none."""
        ...

    async def is_judged(self, verdict_id: str) -> bool:
        """Return whether the verdict stands in the journal."""
        ...


class DeskTransaction(Protocol):
    """What the desk reads inside the writer's transaction."""

    def trading(self, book: BookName) -> TradingStanding:
        """Return the book's trading state."""
        ...

    def locks(self, book: BookName) -> Mapping[LockKey, Lock]:
        """Return every lock that was ever set, lifted ones included."""
        ...
