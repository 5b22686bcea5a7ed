"""What the watch asks of the world: a journal that knows its alerts, a file of traces, somebody outside to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from quorate.cycle.watch.alert import Alert, RaisedAlert
from quorate.kernel.canonical import JsonValue
from quorate.kernel.ids import CycleId
from quorate.kernel.journal import Committed, Event


class AlertTransaction(Protocol):
    """What a use case of alerts looks up inside the writer's transaction."""

    def alert(self, alert_id: str) -> RaisedAlert | None:
        """Return the alert as it stands, None where it was never raised."""
        ...


class AlertJournal(Protocol):
    """The part of the journal that the watch writes."""

    async def commit(self, decide: Callable[[AlertTransaction], Sequence[Event]]) -> Committed:
        """Return once the events of `decide` are durable; see the kernel's port."""
        ...


class TraceLog(Protocol):
    """The files in which the messages of each cycle stand, beside the journal that is the truth."""

    async def keep(self, cycle_id: CycleId, lines: Sequence[Mapping[str, JsonValue]]) -> None:
        """Write the cycle's `events.jsonl` as a whole, a line each; the same again leaves the same bytes.

        Raises:
            UnavailableError: it could not be written.
        """
        ...


class Hook(Protocol):
    """Somebody outside who is told of alerts."""

    async def post(self, body: Mapping[str, JsonValue]) -> None:
        """Tell of one alert, once, within the time of the policy.

        Raises:
            UnavailableError: no answer, or one that asks to try again.
            RejectedError: it will not take it, however often it is tried. Neither holds a trace of the address.
        """
        ...


class Delivering(Protocol):
    """Who brings alerts to the webhook while the cycle goes on."""

    def takes(self, alert: Alert) -> bool:
        """Return whether the alert is grave enough to be told abroad."""
        ...

    def begin(self, raised: RaisedAlert) -> None:
        """Take an alert along and return at once."""
        ...
