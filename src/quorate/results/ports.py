"""What the results flow asks of the world: committed results, a stream, somebody to tell of trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from quorate.results.result import TradingAnalysisResult


class CommittedResults(Protocol):
    """The database: only what is committed is there. Source: R-161, R-165."""

    async def head(self) -> int:
        """Return the number of the newest result, 0 before the first."""
        ...

    async def after(self, number: int, most: int) -> Sequence[TradingAnalysisResult]:
        """Return at most `most` results behind `number`, in their order."""
        ...

    async def start_of_last(self, most: int) -> int:
        """Return the number behind which at most `most` results stand."""
        ...

    async def newest(self) -> Sequence[TradingAnalysisResult]:
        """Return the newest result of each book, symbol and timeframe."""
        ...


class Commits(Protocol):
    """The journal's tail, as far as the relay needs it: word that something was committed."""

    def following(self) -> AbstractAsyncContextManager[AsyncIterator[None]]:
        """Yield wake-ups: one at once, then at least one after every commit of any process."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be kept in the stream: a result as JSON, and its number."""

    result_seq: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """An entry as the stream delivers it; `deliveries` counts this one."""

    entry_id: str
    body: bytes
    deliveries: int = 1


class ResultStream(Protocol):
    """A durable stream with one group of readers.

    Every method raises UnavailableError when the stream's server gives no answer.
    """

    async def cursor(self) -> int | None:
        """Return the number of the newest result that was published, None where nothing is known of any."""
        ...

    async def publish(self, after: int | None, upto: int, entries: Sequence[Entry]) -> bool:
        """Append all entries and move the cursor from `after` to `upto`, both or neither.

        False: the cursor is not at `after`, somebody else published; nothing was appended.
        """
        ...

    async def prepare(self) -> None:
        """Make the group where it does not exist, at the stream's beginning."""
        ...

    async def fresh(self, most: int, wait_seconds: float) -> Sequence[Delivery]:
        """Return entries that no reader of the group was given, waiting for the first one."""
        ...

    async def abandoned(self, idle_seconds: float, most: int) -> Sequence[Delivery]:
        """Return entries that some reader was given and did not acknowledge for so long; they are ours now."""
        ...

    async def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Take note that these entries were dealt with."""
        ...

    async def bury(self, delivery: Delivery, why: str) -> None:
        """Move an entry to the stream of dead ones, and acknowledge it."""
        ...


class Trouble(Protocol):
    """Who is told of what a person has to see."""

    async def poisoned(self, entry_id: str, why: str) -> None:
        """Raise one alert on an entry that could not be dealt with."""
        ...
