"""Projections: how an event changes the state tables, the same when it happens and when it is folded again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from quorate.adapters.sql.session import Session
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

T = TypeVar("T")


class Place(NamedTuple):
    """Where an event's row stands: whose chain, which row, when written."""

    tenant: Tenant
    seq: int
    ts: str


Projection: TypeAlias = Callable[[Session, Place, Event], None]
"""Brings the state tables up to an event, or raises ConflictError when a guard fails."""

Projections: TypeAlias = Mapping[str, Projection]
"""Event type -> projection; a type that is not listed changes no state table."""


def text_of(event: Event, key: str) -> str:
    """Return the text under `key` in the event's payload."""
    return _typed(event, key, str)


def number_of(event: Event, key: str) -> int:
    """Return the integer under `key` in the event's payload."""
    return _typed(event, key, int)


def flag_of(event: Event, key: str) -> bool:
    """Return the boolean under `key` in the event's payload."""
    return _typed(event, key, bool)


def list_of(event: Event, key: str) -> Sequence[JsonValue]:
    """Return the list under `key` in the event's payload."""
    return _typed(event, key, list)


def part_of(event: Event, key: str) -> Mapping[str, JsonValue]:
    """Return the object under `key` in the event's payload."""
    part = event.payload.get(key)
    if not isinstance(part, Mapping):
        raise InvariantBrokenError(f"{event.type} carries no object under '{key}'")
    return part


def optional_text_of(event: Event, key: str) -> str | None:
    """Return the text under `key`, None where the payload says null or nothing."""
    return None if event.payload.get(key) is None else text_of(event, key)


def _typed(event: Event, key: str, kind: type[T]) -> T:
    value = event.payload.get(key)
    if not isinstance(value, kind):
        raise InvariantBrokenError(f"{event.type} carries no {kind.__name__} under '{key}'")
    return value
