"""Identity: whether a run recomputed from its record comes to the same bytes, and what differs where it does not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.record import RunEvent
from quorate.kernel.canonical import Json, canonical_json, sha256_hex
from quorate.kernel.journal import Event, JournalEntry

CONCLUSIONS: Final = (RunEvent.VOTE_CAST, RunEvent.DECISION_MADE, RunEvent.SHADOWS_DRAWN)
"""What a run concludes from its answers; everything else is what it was given."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One thing that a run concluded: its type, and its payload as canonical JSON."""

    type: str
    payload: str

    @property
    def facts(self) -> dict[str, Json]:
        """Return the payload as a tree."""
        tree: Json = json.loads(self.payload)
        return tree if isinstance(tree, dict) else {}

    @property
    def name(self) -> str:
        """Return what tells it from the run's other conclusions: `vote.cast AAPL trend`."""
        facts = self.facts
        said = [facts.get("symbol"), facts.get("profile")]
        return " ".join([self.type, *(word for word in said if isinstance(word, str))])


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a conclusion that is not the same; `field` is empty where a whole conclusion is missing."""

    conclusion: str
    field: str
    recorded: Json
    recomputed: Json

    def as_json(self) -> dict[str, Json]:
        """Return the difference for programs."""
        return {
            "conclusion": self.conclusion,
            "field": self.field,
            "recorded": self.recorded,
            "recomputed": self.recomputed,
        }


def recorded_conclusions(entries: Iterable[JournalEntry]) -> tuple[Conclusion, ...]:
    """Return what the rows of a run say that it concluded, in their order."""
    return tuple(
        Conclusion(entry.type, entry.payload) for entry in entries if entry.type in CONCLUSIONS
    )


def conclusions_of(events: Iterable[Event]) -> tuple[Conclusion, ...]:
    """Return what a recomputed run concludes, in its order, in the bytes that the journal would keep."""
    return tuple(
        Conclusion(event.type, canonical_json(event.payload))
        for event in events
        if event.type in CONCLUSIONS
    )


def digest_of(conclusions: Iterable[Conclusion]) -> str:
    """Return the SHA-256 over all conclusions in their order, in lower-case hex."""
    return sha256_hex("\n".join(f"{each.type} {each.payload}" for each in conclusions))


def differences(
    recorded: Sequence[Conclusion], recomputed: Sequence[Conclusion]
) -> tuple[Difference, ...]:
    """Return what differs, none only where both are the same bytes in the same order."""
    then, now = ({each.name: each for each in every} for every in (recorded, recomputed))
    found = [
        difference
        for name in dict.fromkeys((*then, *now))
        for difference in _differing(name, then.get(name), now.get(name))
    ]
    if not found and list(recorded) != list(recomputed):
        names = [[each.name for each in every] for every in (recorded, recomputed)]
        found.append(Difference("order", "", [*names[0]], [*names[1]]))
    return tuple(found)


def _differing(
    name: str, recorded: Conclusion | None, recomputed: Conclusion | None
) -> Iterator[Difference]:
    if recorded is None or recomputed is None:
        there = [each.facts if each else None for each in (recorded, recomputed)]
        yield Difference(name, "", *there)
        return
    then, now = recorded.facts, recomputed.facts
    for key in dict.fromkeys((*then, *now)):
        if then.get(key) != now.get(key) or (key in then) != (key in now):
            yield Difference(name, key, then.get(key), now.get(key))
