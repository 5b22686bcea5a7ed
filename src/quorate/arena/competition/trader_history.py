"""The history of a trader: who made, changed or archived it and when, read from the rows of its stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from quorate.arena.competition.trader import (
    RegisteredTrader,
    Trader,
    from_payload,
    to_payload,
)
from quorate.arena.record.facts import Facts
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import Event, JournalEntry

CREATED: Final = "trader.created"
CHANGED: Final = "trader.changed"
ARCHIVED: Final = "trader.archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraderStep:
    """One thing that was done to a trader; `kind` is created, changed or archived."""

    seq: int
    at: str
    kind: str
    by: str
    version: int
    trader: Trader


def trader_stream(name: str) -> str:
    """Return the stream of a trader."""
    return f"trader:{name}"


def trader_event(kind: str, after: RegisteredTrader, by: str) -> Event:
    """Return the fact that somebody made a trader, or gave it another version."""
    name, payload = after.trader.name, to_payload(after.trader)
    return Event(
        stream=trader_stream(name),
        type=kind,
        payload={"name": name, "version": after.version, "by": by, "trader": payload},
    )


def archived_event(name: str, by: str) -> Event:
    """Return the fact that a trader enters no competition any more."""
    return Event(stream=trader_stream(name), type=ARCHIVED, payload={"name": name, "by": by})


def trader_steps(entries: Iterable[JournalEntry]) -> Sequence[TraderStep]:
    """Return what was done to a trader, oldest first, from the rows of its stream.

    Raises:
        InvariantBrokenError: the rows are not what was written.
    """
    steps: list[TraderStep] = []
    for entry in entries:
        steps.append(_step(entry, steps[-1] if steps else None))
    return steps


def _step(entry: JournalEntry, last: TraderStep | None) -> TraderStep:
    facts = Facts(entry.facts)
    trader, version = _state(entry.type, facts, last)
    return TraderStep(
        seq=entry.seq,
        at=entry.ts,
        kind=entry.type.removeprefix("trader."),
        by=facts.text("by"),
        version=version,
        trader=trader,
    )


def _state(kind: str, facts: Facts, last: TraderStep | None) -> tuple[Trader, int]:
    told = facts.part("trader") if "trader" in facts.tree else None
    if told is not None:
        return from_payload(told), facts.count("version")
    if last is None:
        raise InvariantBrokenError(f"a {kind} follows no trader")
    return replace(last.trader, archived=True), last.version
