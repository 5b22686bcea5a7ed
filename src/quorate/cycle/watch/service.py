"""The watch: alerts to the log, the database, the stream and the webhook; what cycles said to files.

alert -> log -> alert.raised (database, stream) -> webhook, beside the cycle
trace -> events.jsonl of the cycle
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import structlog

from quorate.cycle.watch.alert import (
    Alert,
    HookState,
    RaisedAlert,
    Severity,
    alert_id_of,
    raised_event,
)
from quorate.cycle.watch.ports import AlertJournal, AlertTransaction, Delivering, TraceLog
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import ConflictError, UnavailableError
from quorate.kernel.ids import CycleId
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.kernel.stamps import stamp

_LOG = structlog.get_logger()


class Watch:
    """Tells what a person must know of a book; nothing of it holds a cycle up, or fails one."""

    def __init__(
        self,
        *,
        journal: AlertJournal,
        traces: TraceLog,
        clock: Clock,
        delivery: Delivering | None = None,
        secrets: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._journal = journal
        self._traces = traces
        self._clock = clock
        self._delivery = delivery
        self._secrets = secrets

    async def told(self, alerts: Sequence[Alert]) -> None:
        """Raise alerts; one that was raised before, in this cycle or on this day, changes nothing.

        Where the database gives no answer they stand in the log alone.
        """
        if not alerts:
            return
        raised = self.prepared(alerts)
        try:
            new = await self._kept(raised)
        except (ConflictError, UnavailableError) as error:
            for each in raised:
                _logged(each.alert)
            _LOG.warning("alerts_not_kept", count=len(raised), cause=str(error))
        else:
            self.announced(new)

    def prepared(self, alerts: Sequence[Alert]) -> tuple[RaisedAlert, ...]:
        """Return alerts as they go on record, each once: the caller commits those that are new with what they tell."""
        now, secrets = self._clock.now(), tuple(self._secrets())
        raised: dict[str, RaisedAlert] = {}
        for alert in alerts:
            safe = alert.without_secrets(secrets)
            alert_id = alert_id_of(safe, now.date())
            hook = HookState.WAITING if self._goes_abroad(safe) else HookState.NONE
            raised[alert_id] = RaisedAlert(
                alert_id=alert_id, alert=safe, raised_at=stamp(now), hook=hook
            )
        return tuple(raised.values())

    def announced(self, raised: Collection[RaisedAlert]) -> None:
        """Tell what was committed to the log and the webhook; what a kill keeps from it is told by the next process."""
        for each in raised:
            _logged(each.alert)
        self._begun(raised)

    async def logged(self, cycle_id: CycleId, trace: Sequence[Mapping[str, JsonValue]]) -> None:
        """Write the messages of a cycle so far, verbatim, to its `events.jsonl`; files that fail are only logged."""
        try:
            await self._traces.keep(
                cycle_id, [{**message, "cycleId": cycle_id} for message in trace]
            )
        except UnavailableError as error:
            _LOG.warning("trace_not_kept", cycle_id=cycle_id, cause=error.cause)

    def _goes_abroad(self, alert: Alert) -> bool:
        return self._delivery is not None and self._delivery.takes(alert)

    async def _kept(self, raised: Collection[RaisedAlert]) -> Collection[RaisedAlert]:
        """Put alerts on record, and return those that were not there."""
        new: list[RaisedAlert] = []

        def decide(tx: AlertTransaction) -> Sequence[Event]:
            new[:] = [each for each in raised if tx.alert(each.alert_id) is None]
            return [raised_event(each) for each in new]

        await self._journal.commit(decide)
        return new

    def _begun(self, raised: Collection[RaisedAlert]) -> None:
        for each in raised:
            if self._delivery is not None and each.hook is HookState.WAITING:
                self._delivery.begin(each)


def _logged(alert: Alert) -> None:
    log = {
        Severity.INFO: _LOG.info,
        Severity.WARNING: _LOG.warning,
        Severity.ERROR: _LOG.error,
    }[alert.severity]
    log(
        "alert_raised",
        book=alert.book,
        kind=alert.kind,
        text=alert.text,
        cycle_id=alert.cycle_id,
        decision_id=alert.decision_id,
    )
