"""Wanted: which events a reader asks for."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from quorate.hub.problems import FieldProblem, Refusal, RefusedError
from quorate.hub.stream.envelope import TYPES, StreamEvent


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter over events: of these types, about this symbol. Empty asks for all."""

    types: frozenset[str] = frozenset()
    symbol: str = ""

    def admits(self, event: StreamEvent) -> bool:
        """Return whether the reader asks for `event`; what is about no symbol is about all of them."""
        if self.types and event.type not in self.types:
            return False
        return not self.symbol or not event.symbols or self.symbol in event.symbols


def wanted_types(text: str | None) -> frozenset[str]:
    """Return the types that a list of patterns names: `run.*,decision.created`.

    Raises:
        RefusedError: a pattern names no type (slug `validation-failed`).
    """
    patterns = [part.strip() for part in (text or "").split(",") if part.strip()]
    return frozenset(name for pattern in patterns for name in _named(pattern))


def _named(pattern: str) -> frozenset[str]:
    found = frozenset(name for name in TYPES if fnmatchcase(name, pattern))
    if not found:
        detail = f"there is no event of the type {pattern[:40]!r}"
        raise RefusedError(
            detail,
            slug="validation-failed",
            fix=f"choose from {', '.join(sorted(TYPES))}, or a family as in run.*",
            refusal=Refusal(errors=(FieldProblem("?types", detail),)),
        )
    return found
