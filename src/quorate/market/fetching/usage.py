"""Usage: how often a source was asked, and how often what was kept stood in for it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from quorate.kernel.canonical import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Counts of one service since some moment; `requests` are those sent over the network. Source: R-118."""

    requests: int = 0
    hits: int = 0
    """Answered from what was kept and still fresh."""
    stale: int = 0
    """Answered from what was kept and no longer fresh, since nothing better was to be had."""
    unavailable: int = 0
    """Not answered at all."""

    def __add__(self, other: Usage) -> Usage:
        """Return both counts together."""
        return Usage(**{each: getattr(self, each) + getattr(other, each) for each in NAMES})

    def __bool__(self) -> bool:
        """Return whether anything was counted."""
        return any(getattr(self, each) for each in NAMES)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the counts by name."""
        return {each: int(getattr(self, each)) for each in NAMES}


NAMES = tuple(each.name for each in fields(Usage))
"""The names of the counts."""
