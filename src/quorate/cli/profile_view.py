"""A profile as the command line shows it: a row, all of it, and what was done to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from quorate.cli.listing import Row

if TYPE_CHECKING:
    from quorate.agents.history import FieldChange, ProfileStep
    from quorate.agents.registry import RegisteredProfile

COLUMNS: Final = ("name", "role", "provider", "model", "tier", "mode", "enabled", "voter")


def row(registered: RegisteredProfile) -> Row:
    """Return a profile as a row of the list."""
    profile = registered.profile
    return {
        "name": profile.name,
        "role": profile.role,
        "provider": profile.provider,
        "model": profile.model,
        "tier": profile.tier,
        "mode": profile.mode,
        "enabled": profile.enabled,
        "voter": profile.voter,
        "version": registered.version,
        "archived": profile.archived,
    }


def details(registered: RegisteredProfile) -> Row:
    """Return everything about a profile."""
    from quorate.agents.registry import as_tree  # noqa: PLC0415  (slow; help must not wait)

    return {**row(registered), **as_tree(registered.profile)}


def history_tree(step: ProfileStep) -> Row:
    """Return a step of a profile's history."""
    return {
        "seq": step.seq,
        "at": step.at,
        "kind": step.kind,
        "by": step.by,
        "version": step.version,
        "changes": [
            {"key": change.key, "before": change.before, "after": change.after}
            for change in step.changes
        ],
    }


def history_line(step: ProfileStep) -> str:
    """Return a step in a line: when, which version, what, by whom, and which fields."""
    by = f" by {step.by}" if step.by else ""
    fields = "; ".join(map(_changed, step.changes)) if step.kind == "changed" else ""
    said = f"{step.at[:19]}Z  version {step.version}  {step.kind}{by}"
    return f"{said}: {fields}" if fields else said


def _changed(change: FieldChange) -> str:
    before, after = (_shown(value) for value in (change.before, change.after))
    return f"{change.key} {before} -> {after}"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value)) or "none"
    return "none" if value is None or value == "" else str(value)
