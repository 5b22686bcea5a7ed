"""Lists of journal rows as they are read back for a person: by stream, type or trace, newest first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which rows; None is any. A stream and a type may end in `*`, as in `run:*` and `task.*`."""

    stream: str | None = None
    type: str | None = None
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainState:
    """Where the chain stands: rows, and how many of them a signed checkpoint vouches for, made with which key."""

    head: int
    signed: int
    key_id: str
