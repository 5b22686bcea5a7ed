"""Waivers: a person lets tasks pass a gate for a while, and says why. Always for a time, never for ever.

A waiver counts from its creation to its expiry, unless it was revoked. One of a budget says by how much more.
Source: R-133 (ARBITER facts, "Waiver").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from quorate.arbiter.constitution.gate import (
    ADHERENCE,
    COMPLIANCE,
    WAIVABLE,
    covers,
    may_be_waived,
)
from quorate.arbiter.task import TaskType
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp

WAIVER_ID: Final = re.compile(r"WV-\d{4}")
MOST_WAIVERS: Final = 9999
"""So many ids there are. Source: R-133 (WV-dddd)."""

SHORTEST_REASON: Final = 10
LONGEST_TEXT: Final = 500
LONGEST_LIFE: Final = timedelta(days=90)
"""No waiver is longer in force. Source: R-133 (max_duration_days); the number is ours."""

_GATE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?")
_PATTERN: Final = re.compile(r"[a-z_*?]{1,40}")


class WaiverFact(StrEnum):
    """The types of the journal rows that tell of waivers."""

    ADDED = "waiver.added"
    REVOKED = "waiver.revoked"


class WaiverState(StrEnum):
    """Where a waiver stands at a moment."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """By how much a budget is raised; nothing where it is not."""

    usd: Decimal = Decimal(0)
    power_calls: int = 0
    wall_ms: int = 0
    tokens: int = 0
    portfolio_delta: Decimal = Decimal(0)

    def __add__(self, other: Delta) -> Delta:
        """Return both together."""
        return Delta(
            usd=self.usd + other.usd,
            power_calls=self.power_calls + other.power_calls,
            wall_ms=self.wall_ms + other.wall_ms,
            tokens=self.tokens + other.tokens,
            portfolio_delta=self.portfolio_delta + other.portfolio_delta,
        )

    @property
    def amounts(self) -> tuple[Decimal | int, ...]:
        """Return every amount."""
        return (self.usd, self.power_calls, self.wall_ms, self.tokens, self.portfolio_delta)

    def payload(self) -> dict[str, JsonValue]:
        """Return the raises as the journal keeps them, exact amounts as text."""
        return {
            "usd": format(self.usd, "f"),
            "powerCalls": self.power_calls,
            "wallMs": self.wall_ms,
            "tokens": self.tokens,
            "portfolioDelta": format(self.portfolio_delta, "f"),
        }


NO_DELTA: Final = Delta()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverWish:
    """What somebody wants waived; `operations` are patterns of task types, as in `trading_*`."""

    title: str
    reason: str
    gates: tuple[str, ...]
    approved_by: str
    expires_at: datetime
    operations: tuple[str, ...] = ("*",)
    delta: Delta = NO_DELTA

    def problems(self, now: datetime) -> Iterator[str]:
        """Yield why there can be no such waiver."""
        if not 0 < len(self.title.strip()) <= LONGEST_TEXT:
            yield f"a title has 1 to {LONGEST_TEXT} characters"
        if not SHORTEST_REASON <= len(self.reason.strip()) <= LONGEST_TEXT:
            yield f"a reason has {SHORTEST_REASON} to {LONGEST_TEXT} characters"
        if not self.approved_by.strip():
            yield "a waiver names who approves it"
        if not now < self.expires_at <= now + LONGEST_LIFE:
            yield f"a waiver ends, after now and within {LONGEST_LIFE.days} days"
        yield from self._problems_of_reach()

    def _problems_of_reach(self) -> Iterator[str]:
        if not self.gates:
            yield "a waiver names the gates that it waives"
        for gate in self.gates:
            if not _GATE.fullmatch(gate) or not may_be_waived(gate):
                yield f"'{gate}' cannot be waived by anybody"
        if not self.operations or not all(map(_PATTERN.fullmatch, self.operations)):
            yield "operations are patterns of task types, as in trading_*"
        if any(amount < 0 for amount in self.delta.amounts):
            yield "a waiver raises a budget, it does not lower it"
        raises = any(amount > 0 for amount in self.delta.amounts)
        if any(map(_is_of_a_budget, self.gates)) != raises:
            yield "a waiver of a budget says by how much it is raised, and no other does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A waiver on record."""

    waiver_id: str
    wish: WaiverWish
    created_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""
    revoked_reason: str = ""

    def state(self, now: datetime) -> WaiverState:
        """Return where it stands; at the very moment of its expiry it counts no more."""
        if self.revoked_at is not None:
            return WaiverState.REVOKED
        return WaiverState.ACTIVE if now < self.wish.expires_at else WaiverState.EXPIRED

    def counts_for(self, kind: TaskType | str, now: datetime) -> bool:
        """Return whether it is in force for tasks of this type."""
        matches = any(fnmatchcase(kind, pattern) for pattern in self.wish.operations)
        return matches and self.created_at <= now and self.state(now) is WaiverState.ACTIVE

    def waives(self, gate: str) -> bool:
        """Return whether the gate, or that of which it is a part, is one of its gates."""
        return any(covers(waived, gate) for waived in self.wish.gates)

    def as_json(self, now: datetime) -> dict[str, JsonValue]:
        """Return the waiver as lists show it."""
        wish, revoked = self.wish, self.revoked_at
        return {
            "waiverId": self.waiver_id,
            **_told(wish),
            "status": self.state(now),
            "createdAt": stamp(self.created_at),
            "revokedAt": None if revoked is None else stamp(revoked),
            "revokedBy": self.revoked_by,
            "revokedReason": self.revoked_reason,
        }


def added_event(waiver_id: str, wish: WaiverWish, now: datetime) -> Event:
    """Return the row of a new waiver.

    Raises:
        RejectedError: there can be no such waiver; it says everything that is wrong.
    """
    problems = list(wish.problems(now))
    if problems:
        raise RejectedError(
            "; ".join(problems),
            effect="nothing was waived",
            fix=f"correct that; gates that may be waived are {', '.join(sorted(WAIVABLE))}",
        )
    payload: dict[str, JsonValue] = {
        "waiverId": waiver_id,
        **_told(wish),
        "createdAt": stamp(now),
    }
    return Event(stream=stream_of(waiver_id), type=WaiverFact.ADDED, payload=payload)


def revoked_event(waiver_id: str, *, by: str, reason: str, now: datetime) -> Event:
    """Return the row of a waiver's end before its time.

    Raises:
        RejectedError: the reason is too short or too long.
    """
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_TEXT:
        raise RejectedError(
            f"a reason has {SHORTEST_REASON} to {LONGEST_TEXT} characters",
            effect="the waiver was not revoked",
        )
    payload: dict[str, JsonValue] = {
        "waiverId": waiver_id,
        "by": by,
        "reason": reason.strip(),
        "revokedAt": stamp(now),
    }
    return Event(stream=stream_of(waiver_id), type=WaiverFact.REVOKED, payload=payload)


def next_waiver_id(taken: int) -> str:
    """Return the id behind `taken` others.

    Raises:
        RejectedError: every id is taken.
    """
    if taken >= MOST_WAIVERS:
        raise RejectedError(
            "there are 9999 waivers, and no id is left", effect="nothing was waived"
        )
    return f"WV-{taken + 1:04d}"


def stream_of(waiver_id: str) -> str:
    """Return the stream of a waiver's rows."""
    return f"waiver:{waiver_id}"


def delta_in(tree: Mapping[str, Json]) -> Delta:
    """Return the raises that `Delta.payload` wrote.

    Raises:
        InvariantBrokenError: they are none.
    """
    try:
        return Delta(
            usd=Decimal(str(tree["usd"])),
            power_calls=int(str(tree["powerCalls"])),
            wall_ms=int(str(tree["wallMs"])),
            tokens=int(str(tree["tokens"])),
            portfolio_delta=Decimal(str(tree["portfolioDelta"])),
        )
    except (KeyError, ValueError, InvalidOperation) as error:
        raise InvariantBrokenError(f"a waiver's raises cannot be read: {error}") from error


def _told(wish: WaiverWish) -> dict[str, JsonValue]:
    return {
        "title": wish.title.strip(),
        "reason": wish.reason.strip(),
        "gates": list(wish.gates),
        "operations": list(wish.operations),
        "delta": wish.delta.payload(),
        "approvedBy": wish.approved_by.strip(),
        "expiresAt": stamp(wish.expires_at),
    }


def _is_of_a_budget(gate: str) -> bool:
    return covers(ADHERENCE, gate) or covers(COMPLIANCE, gate)


@dataclass(frozen=True, slots=True)
class InForce:
    """The waivers that count for one task at one moment."""

    waivers: Sequence[Waiver] = field(default=())

    def of(self, gate: str) -> tuple[Waiver, ...]:
        """Return those that waive a gate."""
        return tuple(each for each in self.waivers if each.waives(gate))

    def delta(self, gate: str) -> Delta:
        """Return by how much they raise a budget together."""
        return sum((each.wish.delta for each in self.of(gate)), start=NO_DELTA)
