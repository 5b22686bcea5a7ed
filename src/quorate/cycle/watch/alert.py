"""An alert: a state that somebody has to see, not a mail. Pure.

The same alert is raised once in a cycle, and once a day outside of cycles, however often its step runs; it stands open
until a person has seen to it. Source: R-028, R-007, RELIABILITY 0 (SEC 15c3-5: alerts are states).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, CycleId, DecisionId, TraceId, crockford
from quorate.kernel.journal import NO_TRACE, Event
from quorate.kernel.redaction import redacted

LONGEST: Final = 500
"""An alert is a sentence or two; what is longer is cut. In characters."""

_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,47}")
_UNSEEN: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+"
)


class Severity(StrEnum):
    """How much an alert wants: nothing, a look, or an act."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    def reaches(self, least: Severity) -> bool:
        """Return whether it is as grave as `least`."""
        order = list(Severity)
        return order.index(self) >= order.index(least)


class AlertFact(StrEnum):
    """The types of the journal rows that tell of alerts."""

    RAISED = "alert.raised"
    DELIVERED = "alert.delivered"
    """The webhook took it, or would not after all tries."""
    ACKNOWLEDGED = "alert.acknowledged"


class HookState(StrEnum):
    """What became of an alert at the webhook."""

    NONE = "none"
    """There was no webhook, or the alert is not grave enough for it."""
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What whoever noticed it says; `kind` is a word of a-z, 0-9 and _, the same for the same trouble."""

    kind: str
    severity: Severity
    text: str
    book: BookName
    cycle_id: CycleId | None = None
    decision_id: DecisionId | None = None
    trace_id: TraceId = NO_TRACE

    def __post_init__(self) -> None:
        """Refuse an alert that nobody could read or look for."""
        if not _KIND.fullmatch(self.kind):
            raise InvariantBrokenError(f"'{self.kind}' is no kind of alert")
        if not self.text.strip():
            raise InvariantBrokenError(f"an alert of the kind {self.kind} says nothing")

    def without_secrets(self, secrets: Iterable[str] = ()) -> Alert:
        """Return the alert as it may be shown anywhere: on one line, cut, and with what looks like a secret masked."""
        line = " ".join(_UNSEEN.sub(" ", self.text).split())
        return replace(self, text=_cut(redacted(line, secrets)) or self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedAlert:
    """An alert that is on record, and what became of it."""

    alert_id: str
    alert: Alert
    raised_at: str
    hook: HookState = HookState.NONE
    hook_cause: str = ""
    acknowledged_at: str = ""
    acknowledged_by: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether nobody has seen to it; what only informs is never open."""
        return not self.acknowledged_at and self.alert.severity is not Severity.INFO


def alert_id_of(alert: Alert, day: date) -> str:
    """Return the alert's id: the same for the same alert of a cycle, or of a day where it is of no cycle."""
    scope = alert.cycle_id or day.isoformat()
    named = "\n".join((alert.book, scope, alert.kind, alert.decision_id or "", alert.text))
    return "alr_" + crockford(int.from_bytes(hashlib.sha256(named.encode()).digest()[:16]), 26)


def raised_event(raised: RaisedAlert) -> Event:
    """Return the row of an alert."""
    alert = raised.alert
    return _event(
        raised,
        AlertFact.RAISED,
        {
            "kind": alert.kind,
            "severity": alert.severity,
            "text": alert.text,
            "cycleId": alert.cycle_id,
            "decisionId": alert.decision_id,
            "toHook": raised.hook is HookState.WAITING,
        },
    )


def delivered_event(raised: RaisedAlert, *, sent: bool, tries: int, cause: str) -> Event:
    """Return the row of what the webhook said in the end."""
    state = HookState.SENT if sent else HookState.FAILED
    told: dict[str, JsonValue] = {"state": state, "tries": tries, "cause": _cut(redacted(cause))}
    return _event(raised, AlertFact.DELIVERED, told)


def acknowledged_event(raised: RaisedAlert, by: str) -> Event:
    """Return the row of who has seen to it."""
    return _event(raised, AlertFact.ACKNOWLEDGED, {"by": by})


def hook_body(raised: RaisedAlert) -> dict[str, JsonValue]:
    """Return what the webhook gets: `text` for people, the rest for programs; it may come twice, `alertId` tells."""
    alert = raised.alert
    return {
        "alertId": raised.alert_id,
        "kind": alert.kind,
        "severity": alert.severity,
        "text": f"Quorate, book {alert.book or 'none'}: {alert.text}",
        "book": alert.book,
        "cycleId": alert.cycle_id,
        "decisionId": alert.decision_id,
        "traceId": alert.trace_id or None,
        "raisedAt": raised.raised_at,
    }


def _event(raised: RaisedAlert, kind: AlertFact, told: dict[str, JsonValue]) -> Event:
    alert = raised.alert
    return Event(
        stream=f"alerts:{alert.book}",
        type=kind,
        book=alert.book,
        trace_id=alert.trace_id,
        payload={"alertId": raised.alert_id, **told},
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
