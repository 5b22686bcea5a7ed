"""The delivery of alerts to the webhook: never in anybody's way, and on record however it ends.

waiting alert -> try -> (no answer: wait, try again) -> alert.delivered
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from quorate.cycle.watch.alert import Alert, HookState, RaisedAlert, delivered_event, hook_body
from quorate.cycle.watch.policy import AlertsPolicy
from quorate.cycle.watch.ports import AlertJournal, AlertTransaction, Hook
from quorate.kernel.errors import QuorateError, RejectedError, UnavailableError
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.resilience.retry import RetryPolicy, backoff_s, waited_s

MOST_AT_ONCE: Final = 4
"""Alerts on their way at the same time: a flood must not become a flood of connections."""

MOST_WAITING: Final = 200
"""Alerts that wait in this process; those beyond are taken up again when others were brought. See `resume`."""

PATIENCE_SECONDS: Final = 2.0
"""How long a closing process waits for alerts that are on their way; the next one takes up the others."""

PAUSES: Final = RetryPolicy(base_s=1.0, ceiling_s=10.0)
"""Between two tries. Ours: three tries take at most 20 s."""

_LOG = structlog.get_logger()


class Delivery:
    """Brings alerts to one webhook."""

    def __init__(
        self,
        hook: Hook,
        journal: AlertJournal,
        clock: Clock,
        draw: Callable[[], float],
        policy: AlertsPolicy,
    ) -> None:
        self._hook = hook
        self._journal = journal
        self._clock = clock
        self._draw = draw
        self._policy = policy
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def takes(self, alert: Alert) -> bool:
        """Return whether the alert is grave enough for the webhook."""
        return alert.severity.reaches(self._policy.min_severity)

    def begin(self, raised: RaisedAlert) -> None:
        """Bring an alert to the webhook beside the caller, unless it is on its way or too many are."""
        if raised.alert_id in self._tasks or len(self._tasks) >= MOST_WAITING:
            return
        task = asyncio.create_task(self._brought(raised), name=f"alert {raised.alert_id}")
        self._tasks[raised.alert_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(raised.alert_id, None))

    def resume(self, waiting: Sequence[RaisedAlert]) -> int:
        """Begin with those that a dead process, or a full one, left; return how many those are."""
        before = len(self._tasks)
        for raised in waiting:
            self.begin(raised)
        return len(self._tasks) - before

    async def close(self, patience: float = PATIENCE_SECONDS) -> None:
        """Wait `patience` seconds for what is on its way, then leave it."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=patience)
        left = tuple(self._tasks.values())
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    async def _brought(self, raised: RaisedAlert) -> None:
        """Deliver and record; what nobody foresaw is logged, for nobody waits for this."""
        try:
            async with self._room:
                tries, cause = await self._tried(raised)
            await self._recorded(raised, tries, cause)
        except QuorateError as error:
            _LOG.warning("alert_not_recorded", alert_id=raised.alert_id, cause=str(error))
        except Exception:  # noqa: BLE001  (an edge: a task that nobody awaits)
            _LOG.exception("alert_delivery_failed", alert_id=raised.alert_id)

    async def _tried(self, raised: RaisedAlert) -> tuple[int, str]:
        """Return after how many tries it ended, and why it was not taken; nothing where it was."""
        body, cause = hook_body(raised), ""
        for number in range(1, self._policy.tries + 1):
            try:
                await self._hook.post(body)
            except RejectedError as error:
                return number, error.cause
            except UnavailableError as error:
                cause = error.cause
                if number < self._policy.tries:
                    await self._clock.sleep(self._pause(number, error))
            else:
                return number, ""
        return self._policy.tries, cause

    def _pause(self, number: int, error: UnavailableError) -> float:
        if error.retry_after is None:
            return backoff_s(PAUSES, number, self._draw())
        return min(waited_s(PAUSES, error.retry_after, self._draw()), PAUSES.ceiling_s)

    async def _recorded(self, raised: RaisedAlert, tries: int, cause: str) -> None:
        if cause:
            _LOG.warning("alert_not_delivered", alert_id=raised.alert_id, tries=tries, cause=cause)

        def decide(tx: AlertTransaction) -> Sequence[Event]:
            present = tx.alert(raised.alert_id)
            if present is None or present.hook is not HookState.WAITING:
                return ()
            return [delivered_event(raised, sent=not cause, tries=tries, cause=cause)]

        await self._journal.commit(decide)
