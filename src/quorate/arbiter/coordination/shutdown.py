"""Switches: what stops the control plane, or takes it back to what it did before it learned, until a person says so."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event

INTAKE: Final = "intake"
"""The switch of new tasks: after a task that completed without a valid verdict nothing new is taken. Source: R-142."""

ROUTING: Final = "routing"
"""The switch of the router: rolled back, it asks each in turn. Source: R-132, R-142."""

OPEN: Final = "open"
SHUT: Final = "shut"
LEARNED: Final = "learned"
ROLLED_BACK: Final = "rolled_back"


class Turned(NamedTuple):
    """Which switch a row turns, and what it is after it."""

    name: str
    state: str


SWITCH_ROWS: Final[Mapping[str, Turned]] = MappingProxyType(
    {
        "control.shut": Turned(INTAKE, SHUT),
        "control.resumed": Turned(INTAKE, OPEN),
        "routing.rolled_back": Turned(ROUTING, ROLLED_BACK),
        "routing.restored": Turned(ROUTING, LEARNED),
    }
)
"""The rows that turn a switch."""

_ROW_OF: Final = {turned: kind for kind, turned in SWITCH_ROWS.items()}


class Switch(NamedTuple):
    """How a switch stands, since when, by whose word and why; untouched it has no state."""

    state: str = ""
    reason: str = ""
    by: str = ""
    changed_at: str = ""
    version: int = 0

    @property
    def is_shut(self) -> bool:
        """Return whether nothing new is taken."""
        return self.state == SHUT

    @property
    def is_rolled_back(self) -> bool:
        """Return whether the router asks each in turn."""
        return self.state == ROLLED_BACK


def switched_event(name: str, state: str, before: Switch, *, reason: str, by: str) -> Event | None:
    """Return the row that turns a switch, None where it stands so already.

    Raises:
        RejectedError: no reason was given: whoever turns it has looked into what happened.
    """
    if before.state == state or (not before.state and state in (OPEN, LEARNED)):
        return None
    if not reason.strip():
        raise RejectedError(
            "this needs a reason",
            effect="nothing was changed",
            fix="say it with --reason",
            slug="validation-failed",
        )
    return Event(
        stream=f"control:{name}",
        type=_ROW_OF[Turned(name, state)],
        payload={"reason": reason.strip()[:500], "by": by, "version": before.version + 1},
    )
