"""The history of a profile: who did what to it and when, read from the rows of its stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from quorate.agents.profile import AgentProfile
from quorate.agents.registry import RegisteredProfile, as_tree, from_payload, to_payload
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.journal import Event, JournalEntry

SWITCHES: Final[Mapping[str, bool]] = {"profile.enabled": True, "profile.disabled": False}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after, as the wire names and writes it."""

    key: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileStep:
    """One thing that was done to a profile; `by` is empty where nobody was recorded.

    `kind` is the event's: registered, created, changed, enabled, disabled, archived. `profile` is how it stood then.
    """

    seq: int
    at: str
    kind: str
    by: str
    version: int
    changes: tuple[FieldChange, ...]
    profile: AgentProfile


def stream_of(name: str) -> str:
    """Return the stream of a profile."""
    return f"profile:{name}"


def created_event(profile: AgentProfile, *, by: str) -> Event:
    """Return the fact that somebody made a profile."""
    return _event("profile.created", RegisteredProfile(profile, 1), by)


def changed_event(after: RegisteredProfile, *, by: str) -> Event:
    """Return the fact that a profile has a new version."""
    return _event("profile.changed", after, by)


def archived_event(name: str, *, by: str) -> Event:
    """Return the fact that a profile left the roster for good."""
    return _told("profile.archived", name, by)


def switched_event(name: str, *, enabled: bool, by: str) -> Event:
    """Return the fact that a profile is in runs from now on, or no longer."""
    return _told("profile.enabled" if enabled else "profile.disabled", name, by)


def history_of(entries: Iterable[JournalEntry]) -> Sequence[ProfileStep]:
    """Return what was done to a profile, oldest first, from the rows of its stream.

    Raises:
        InvariantBrokenError: the rows are not what was written.
    """
    steps: list[ProfileStep] = []
    for entry in entries:
        steps.append(_step(entry, steps[-1] if steps else None))
    return steps


def version_in(steps: Sequence[ProfileStep], number: int) -> ProfileStep:
    """Return the step that made version `number`.

    Raises:
        RejectedError: there is none (slug `not-found`).
    """
    for step in steps:
        if step.version == number:
            return step
    newest = steps[-1].version if steps else 0
    raise RejectedError(
        f"there is no version {number}",
        effect="nothing was shown",
        fix=f"name one from 1 to {newest}",
        slug="not-found",
    )


def changes_between(before: AgentProfile, after: AgentProfile) -> tuple[FieldChange, ...]:
    """Return the fields in which two versions differ, in the order of their names."""
    old, new = as_tree(before), as_tree(after)
    return tuple(
        FieldChange(key, old.get(key), value)
        for key, value in sorted(new.items())
        if old.get(key) != value
    )


def _step(entry: JournalEntry, last: ProfileStep | None) -> ProfileStep:
    facts = entry.facts
    by, kind = facts.get("by", ""), entry.type.removeprefix("profile.")
    profile, version = _state(entry.type, facts, last)
    return ProfileStep(
        seq=entry.seq,
        at=entry.ts,
        kind=kind,
        by=by if isinstance(by, str) else "",
        version=version,
        changes=changes_between(last.profile, profile) if last else (),
        profile=profile,
    )


def _state(
    kind: str, facts: Mapping[str, Json], last: ProfileStep | None
) -> tuple[AgentProfile, int]:
    if kind == "profile.registered":
        return from_payload(facts), 1
    stored, version = facts.get("profile"), facts.get("version")
    if isinstance(stored, dict) and isinstance(version, int):
        return from_payload(stored), version
    if last is None:
        raise InvariantBrokenError(f"a {kind} follows no profile")
    if kind == "profile.archived":
        return replace(last.profile, enabled=False, archived=True), last.version
    return replace(last.profile, enabled=SWITCHES[kind]), last.version


def _event(kind: str, after: RegisteredProfile, by: str) -> Event:
    profile = after.profile
    payload: dict[str, JsonValue] = {
        "name": profile.name,
        "version": after.version,
        "enabled": profile.enabled,
        "by": by,
        "profile": to_payload(profile),
    }
    return Event(stream=stream_of(profile.name), type=kind, payload=payload)


def _told(kind: str, name: str, by: str) -> Event:
    return Event(stream=stream_of(name), type=kind, payload={"name": name, "by": by})
