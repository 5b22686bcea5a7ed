"""Labels: where an answer is from and how old it is, so that nobody takes an old one for a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp

T = TypeVar("T")
U = TypeVar("U")


class Origin(StrEnum):
    """Where an answer is from. Source: REQUIREMENTS part 2, R-105."""

    LIVE = "alpaca_live"
    """The source said so, and not longer ago than answers of its kind are fresh."""
    STALE = "cache_stale"
    """The source said so once; it gives no answer now, or may not be asked again this minute."""
    UNAVAILABLE = "unavailable"
    """It never said anything that could be used instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPolicy:
    """For how long answers are fresh, in seconds.

    Args:
        data_ttl_s: bars and news. Source: R-118.
        quote_ttl_s: quotes, which a submit wants younger than 15 s (RELIABILITY 1.2). Ours.
    """

    data_ttl_s: float = 300.0
    quote_ttl_s: float = 5.0

    def __post_init__(self) -> None:
        """Refuse a time that is none."""
        if not (0 <= self.data_ttl_s < float("inf") and 0 <= self.quote_ttl_s < float("inf")):
            raise RejectedError("fetch policy: data_ttl_s and quote_ttl_s are not below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled(Generic[T]):
    """An answer with its label; `cause` says why it is not a fresh one.

    `value` is None where the source knows no such thing, or never answered; `fetched_at` is None in the latter case.
    """

    value: T | None
    origin: Origin
    fetched_at: datetime | None
    cause: str = ""

    @property
    def is_stale(self) -> bool:
        """Return whether something fresher was wanted."""
        return self.origin is not Origin.LIVE

    def with_value(self, value: U | None) -> Labelled[U]:
        """Return the label on what was made of the value."""
        return Labelled(
            value=value, origin=self.origin, fetched_at=self.fetched_at, cause=self.cause
        )

    def as_json(self) -> dict[str, JsonValue]:
        """Return the label alone, as it is told."""
        return {
            "source": self.origin.value,
            "fetchedAt": None if self.fetched_at is None else stamp(self.fetched_at),
            "isStale": self.is_stale,
            "cause": self.cause,
        }
