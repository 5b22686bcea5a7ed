"""Standings: an agent is set aside, or taken back, by a person who says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.arbiter.routing.agent import Standing
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event

LONGEST_REASON: Final = 500

STANDING_ROWS: Final[Mapping[str, Standing]] = MappingProxyType(
    {
        "agent.quarantined": Standing.QUARANTINED,
        "agent.draining": Standing.DRAINING,
        "agent.restored": Standing.IN_SERVICE,
    }
)
"""The rows by which an agent's standing changes, and what it is after each."""

_ROW_OF: Final = {standing: kind for kind, standing in STANDING_ROWS.items()}


class Stood(NamedTuple):
    """How an agent stands, since when, by whose word and why; each change counts `version` up."""

    agent: str
    standing: Standing
    reason: str
    by: str
    changed_at: str
    version: int

    @classmethod
    def of(cls, row: Sequence[object]) -> Stood:
        """Return what a row of the table says."""
        agent, standing, reason, by, changed_at, version = row
        return cls(
            str(agent),
            Standing(str(standing)),
            str(reason),
            str(by),
            str(changed_at),
            int(str(version)),
        )


def standing_event(
    agent: str, standing: Standing, before: Stood | None, *, reason: str, by: str
) -> Event | None:
    """Return the row by which an agent stands otherwise, None where it stands so already.

    Raises:
        RejectedError: there is no reason, or it is longer than anybody reads.
    """
    present = Standing.IN_SERVICE if before is None else before.standing
    if present is standing:
        return None
    said = reason.strip()
    if not 0 < len(said) <= LONGEST_REASON:
        raise RejectedError(
            f"why is that of {agent}? A reason has 1 to {LONGEST_REASON} characters",
            effect="nothing was changed",
            fix="say it with --reason",
            slug="validation-failed",
        )
    return Event(
        stream=f"agent:{agent}",
        type=_ROW_OF[standing],
        payload={
            "agent": agent,
            "reason": said,
            "by": by,
            "version": 1 if before is None else before.version + 1,
        },
    )
