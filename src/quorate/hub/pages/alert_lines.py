"""Alerts as pages show them: a sign and a word for how grave they are, and where to look. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.arena.record.phrases import spaced
from quorate.cycle.watch import RaisedAlert, Severity
from quorate.cycle.watch.alert import HookState

ALERTS: Final = "/admin/alerts"

LOOKS: Final[Mapping[Severity, tuple[str, str]]] = {
    Severity.INFO: ("info-circle", "brand"),
    Severity.WARNING: ("alert-triangle", "warn"),
    Severity.ERROR: ("alert-triangle", "loss"),
}
"""The sign of each severity and its tone; the word stands beside them."""

HOOKS: Final[Mapping[HookState, tuple[str, str]]] = {
    HookState.NONE: ("not sent", ""),
    HookState.WAITING: ("on its way", "warn"),
    HookState.SENT: ("sent", "gain"),
    HookState.FAILED: ("not delivered", "loss"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    """An alert as pages show it."""

    raised: RaisedAlert
    what: str
    href: str
    icon: str
    tone: str
    hook: str
    hook_tone: str


def alert_lines(found: Sequence[RaisedAlert]) -> tuple[AlertLine, ...]:
    """Return alerts as pages show them."""
    return tuple(map(_line, found))


def _line(raised: RaisedAlert) -> AlertLine:
    icon, tone = LOOKS[raised.alert.severity]
    hook, hook_tone = HOOKS[raised.hook]
    cycle_id = raised.alert.cycle_id
    return AlertLine(
        raised=raised,
        what=spaced(raised.alert.kind),
        href=f"/admin/cycles/{cycle_id}" if cycle_id else ALERTS,
        icon=icon,
        tone=tone if raised.is_open else "",
        hook=hook,
        hook_tone=hook_tone,
    )
