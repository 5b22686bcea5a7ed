"""A strategy's versions: each thing that the configuration said under its name, and who switched which of them.

What is switched on is a version. When the configuration comes to say something else, that is the next version, and it
waits: nobody has looked at it yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from quorate.arena.record.facts import Facts
from quorate.arena.strategy import Strategy
from quorate.kernel.canonical import Json, JsonValue, as_json, digest
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import StrategyName
from quorate.kernel.journal import Event, JournalEntry

PROGRAM: Final = "quorate"
"""Who records a version: the program does, when it reads the configuration."""


class StrategyFact(StrEnum):
    """The types of the journal rows that tell of strategies."""

    RECORDED = "strategy.recorded"
    ENABLED = "strategy.enabled"
    DISABLED = "strategy.disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyStanding:
    """The newest version of a strategy that is on record; `version` 0 is none.

    `changed_by`, `changed_at` and `reason` are those of the last switch of this version, empty where there was none.
    """

    name: StrategyName
    version: int = 0
    hash: str = ""
    enabled: bool = False
    recorded_at: str = ""
    changed_by: str = ""
    changed_at: str = ""
    reason: str = ""

    @property
    def revision(self) -> str:
        """Return what tells this state of a strategy from every other."""
        return digest([self.name, self.version, self.hash, self.enabled, self.changed_at])[:32]


@dataclass(frozen=True, slots=True)
class SaidChange:
    """One thing that a strategy says, before and after."""

    key: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyStep:
    """One thing that happened to a strategy: recorded, enabled or disabled; `changes` are those of a new version."""

    seq: int
    at: str
    kind: str
    by: str
    reason: str
    version: int
    hash: str
    changes: tuple[SaidChange, ...] = ()


def stream_of(name: str) -> str:
    """Return the stream of a strategy."""
    return f"strategy:{name}"


def said_by(strategy: Strategy) -> dict[str, Json]:
    """Return what a strategy says, as its row keeps it."""
    tree = {key: as_json(value) for key, value in strategy.shown().items()}
    return {key: value for key, value in tree.items() if key != "hash"}


def recorded_events(
    name: StrategyName, strategy: Strategy, standing: StrategyStanding
) -> Sequence[Event]:
    """Return the row of a version that is not on record yet; none where the newest one says the same."""
    if standing.version and standing.hash == strategy.hash:
        return ()
    payload: dict[str, JsonValue] = {
        "name": name,
        "version": standing.version + 1,
        "hash": strategy.hash,
        "by": PROGRAM,
        "said": said_by(strategy),
    }
    return (Event(stream=stream_of(name), type=StrategyFact.RECORDED, payload=payload),)


def switched_event(standing: StrategyStanding, *, enabled: bool, by: str, reason: str) -> Event:
    """Return the fact that cycles may follow this version from now on, or no longer."""
    return Event(
        stream=stream_of(standing.name),
        type=StrategyFact.ENABLED if enabled else StrategyFact.DISABLED,
        payload={
            "name": standing.name,
            "version": standing.version,
            "hash": standing.hash,
            "by": by,
            "reason": reason,
        },
    )


def history_of(entries: Iterable[JournalEntry]) -> Sequence[StrategyStep]:
    """Return what happened to a strategy, oldest first, from the rows of its stream.

    Raises:
        InvariantBrokenError: the rows are not what was written.
    """
    steps, said = list[StrategyStep](), dict[str, Json]()
    for entry in entries:
        facts = Facts(entry.facts)
        now = _said(facts) if entry.type == StrategyFact.RECORDED else said
        steps.append(
            StrategyStep(
                seq=entry.seq,
                at=entry.ts,
                kind=entry.type.removeprefix("strategy."),
                by=facts.text("by"),
                reason="" if entry.type == StrategyFact.RECORDED else facts.text("reason"),
                version=facts.count("version"),
                hash=facts.text("hash"),
                changes=changes_between(said, now) if said else (),
            )
        )
        said = now
    return steps


def changes_between(
    before: Mapping[str, Json], after: Mapping[str, Json]
) -> tuple[SaidChange, ...]:
    """Return in what two versions differ, in the order of the names."""
    return tuple(
        SaidChange(key, before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    )


def _said(facts: Facts) -> dict[str, Json]:
    part = facts.part("said")
    if part is None:
        raise InvariantBrokenError("a strategy's version says nothing")
    return dict(part.tree)
