"""Facts of routing and of the control plane: a turn, an agent set aside, tasks shut out, an override."""

from __future__ import annotations

from quorate.arbiter.coordination.override import Act, override_event
from quorate.arbiter.coordination.shutdown import (
    INTAKE,
    OPEN,
    ROLLED_BACK,
    ROUTING,
    SHUT,
    Switch,
    switched_event,
)
from quorate.arbiter.routing.agent import Standing
from quorate.arbiter.routing.standing import Stood, standing_event
from quorate.kernel.journal import Event

BY = "operator"


def routing_events() -> list[Event]:
    """Return rows that put something into every table of routing, changed once each."""
    aside = Stood("trend", Standing.QUARANTINED, "odd answers", BY, "", 1)
    rows = [
        standing_event("trend", Standing.QUARANTINED, None, reason="odd answers", by=BY),
        standing_event("trend", Standing.IN_SERVICE, aside, reason="a bug, mended", by=BY),
        standing_event("wyckoff", Standing.DRAINING, None, reason="a new version", by=BY),
        switched_event(INTAKE, SHUT, Switch(), reason="tsk_1 has no verdict", by="the audit"),
        switched_event(INTAKE, OPEN, Switch(SHUT, version=1), reason="looked into", by=BY),
        switched_event(ROUTING, ROLLED_BACK, Switch(), reason="it learned nonsense", by=BY),
        override_event(
            "ovr_1", "t1", Act.ACCEPT_LOSS, justification="nothing hangs on it", approver=BY
        ),
    ]
    return [row for row in rows if row is not None]
