"""Reloadable: the settings that a process takes up while it runs. Everything else waits for the next start.

What decides on trades, money or limits is never among them: a process keeps the rules that it began with, so that its
runs carry one hash of them. Source: R-031 (non-critical settings only; the choice is ours).
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final, NamedTuple

from quorate.config.settings import Settings

RELOADABLE: Final = frozenset(
    {
        "log.level",
        "cycle.every_s",
        "cycle.fill_wait_s",
        "cycle.poll_s",
    }
)


class Taken(NamedTuple):
    """What is in force after a reload, the keys that changed by it, and those that wait for a restart."""

    settings: Settings
    changed: tuple[str, ...]
    waiting: tuple[str, ...]


def taken_up(present: Settings, wanted: Settings) -> Taken:
    """Return `present` with those settings of `wanted` that may change while a process runs."""
    differing = tuple(sorted(_differing(present, wanted)))
    changed = tuple(key for key in differing if key in RELOADABLE)
    sections = {name: getattr(present, name) for name in type(present).model_fields}
    for key in changed:
        section, _, name = key.partition(".")
        value = getattr(getattr(wanted, section), name)
        sections[section] = replace(sections[section], **{name: value})
    return Taken(
        settings=type(present).model_construct(**sections) if changed else present,
        changed=changed,
        waiting=tuple(key for key in differing if key not in RELOADABLE),
    )


def _differing(one: Settings, other: Settings) -> set[str]:
    found: set[str] = set()
    for section in type(one).model_fields:
        before, after = getattr(one, section), getattr(other, section)
        if before == after:
            continue
        if section in {"home", "providers", "strategies"}:
            found.add(section)
            continue
        old, new = asdict(before), asdict(after)
        found |= {f"{section}.{name}" for name in old if old[name] != new[name]}
    return found
