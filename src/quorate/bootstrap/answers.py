"""Answers: what the application tells about itself, beside what the rooms' own types tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from quorate.access import TokenGrant
from quorate.agents.profile import AgentProfile
from quorate.arena.record import RunPosition
from quorate.kernel.ids import BookName, RunId, Symbol, TraceId
from quorate.kernel.money import Usd

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list of runs, newest first; `next_after` is where the next one begins, None on the last page."""

    items: Sequence[Item]
    next_after: RunPosition | None


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What became of a wish to change a profile; not `applied` when it was so already."""

    profile: AgentProfile
    applied: bool


@dataclass(frozen=True, slots=True)
class TokenChange:
    """What became of a wish to revoke a token; not `applied` when it was revoked already."""

    token: TokenGrant
    applied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedRun:
    """A run that is durable and goes on by itself; `replayed` when an earlier request with the same key began it."""

    run_id: RunId
    trace_id: TraceId
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPreview:
    """What a request would run; `worst_cost` is what its budgets allow, None where one has no limit per run."""

    symbols: tuple[Symbol, ...]
    profiles: tuple[AgentProfile, ...]
    as_of: date
    book: BookName
    book_mode: str
    mode: str
    worst_cost: Usd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookClock:
    """Where the book that is shown stands; `as_of` is the session it was marked at last, else the newest stored one."""

    name: BookName
    mode: str
    as_of: date | None
