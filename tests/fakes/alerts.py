"""Alerts as a watch meets them: a journal that knows them, a webhook that does as it is told, files in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from quorate.cycle.watch.alert import Alert, AlertFact, HookState, RaisedAlert, Severity
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import BookName, CycleId
from quorate.kernel.journal import Committed, Event
from tests.fakes.clock import NOON

BOOK = BookName("replay")
CYCLE = CycleId("cyc_01")


def alert(kind: str = "cash_gap", **changes: object) -> Alert:
    """Return an alert that something is wrong."""
    facts = {"severity": Severity.ERROR, "text": "the broker has $5.00 more", "cycle_id": CYCLE}
    return Alert(kind=kind, book=BOOK, **{**facts, **changes})


def raised(alert_id: str = "alr_1", hook: HookState = HookState.WAITING, **changes) -> RaisedAlert:
    """Return an alert on record."""
    return RaisedAlert(
        alert_id=alert_id, alert=alert(**changes), raised_at=NOON.isoformat(), hook=hook
    )


@dataclass
class AlertBook:
    """A journal of alerts alone; `failure` is raised by the next commits."""

    alerts: dict[str, RaisedAlert] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    failure: QuorateError | None = None

    async def commit(self, decide: Callable[[AlertBook], Sequence[Event]]) -> Committed:
        if self.failure is not None:
            raise self.failure
        events = list(decide(self))
        for event in events:
            self._project(event)
        self.events += events
        return Committed(seqs=tuple(range(len(events))))

    def alert(self, alert_id: str) -> RaisedAlert | None:
        return self.alerts.get(alert_id)

    def _project(self, event: Event) -> None:
        told = event.payload
        alert_id = str(told["alertId"])
        if event.type == AlertFact.RAISED:
            self.alerts[alert_id] = RaisedAlert(
                alert_id=alert_id,
                alert=Alert(
                    kind=str(told["kind"]),
                    severity=Severity(str(told["severity"])),
                    text=str(told["text"]),
                    book=event.book,
                    trace_id=event.trace_id,
                ),
                raised_at=NOON.isoformat(),
                hook=HookState.WAITING if told["toHook"] else HookState.NONE,
            )
        elif event.type == AlertFact.DELIVERED:
            self.alerts[alert_id] = replace(
                self.alerts[alert_id],
                hook=HookState(str(told["state"])),
                hook_cause=str(told["cause"]),
            )


@dataclass
class FakeHook:
    """Answers one post after the other with `answers`, None being a yes; then always yes."""

    answers: list[QuorateError | None] = field(default_factory=list)
    posts: list[Mapping[str, JsonValue]] = field(default_factory=list)

    async def post(self, body: Mapping[str, JsonValue]) -> None:
        self.posts.append(body)
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


@dataclass
class FakeTraces:
    """Files in memory; `failure` is raised instead of writing."""

    files: dict[str, list[Mapping[str, JsonValue]]] = field(default_factory=dict)
    failure: QuorateError | None = None

    async def keep(self, cycle_id: CycleId, lines: Sequence[Mapping[str, JsonValue]]) -> None:
        if self.failure is not None:
            raise self.failure
        self.files[cycle_id] = list(lines)
