"""Watching: the watch over every book of one home, and its alerts as people meet them.

The webhook is reached only when the first alert goes there: most commands never tell anybody anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from quorate.adapters.files.traces import FileTraces
from quorate.adapters.sql.alerts import (
    alert_counts,
    alert_named,
    alerts_of_cycle,
    newest_alerts,
    undelivered_alerts,
)
from quorate.adapters.sql.transaction import Transaction
from quorate.bootstrap.store import Store
from quorate.cycle.watch import AlertsPolicy, RaisedAlert, Severity
from quorate.cycle.watch.alert import acknowledged_event
from quorate.cycle.watch.delivery.service import Delivery
from quorate.cycle.watch.service import Watch
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.kernel.stamps import stamp
from quorate.resilience.bounding import Boundaries

if TYPE_CHECKING:
    from quorate.adapters.webhook import Webhook

EVENTS: Final = "events"
"""The folder of the home in which every cycle's messages stand. Source: R-016."""

LEFT_AFTER: Final = timedelta(minutes=2)
"""An alert that waits for the webhook so long was left: three tries of 5 s take less."""

TAKEN_UP: Final = 100
"""How many left alerts one recovery takes up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """What became of a wish to acknowledge an alert; not `applied` when somebody did before."""

    raised: RaisedAlert
    applied: bool


class AlertDesk:
    """One home's alerts: `watch` raises them, people read and acknowledge them here."""

    def __init__(self, store: Store) -> None:
        self._store = store
        policy = store.settings.alerts
        self._hook = _LateWebhook(policy, store.clock, store.boundaries)
        self._delivery = (
            Delivery(self._hook, store.journal, store.clock, SystemRandom().random, policy)
            if policy.webhook_url
            else None
        )
        self.watch = Watch(
            journal=store.journal,
            traces=FileTraces(store.settings.home / EVENTS, policy.kept_cycles),
            clock=store.clock,
            delivery=self._delivery,
            secrets=lambda: (policy.webhook_url,),
        )

    async def newest(
        self, most: int, *, only_open: bool = False, severities: Collection[Severity] = ()
    ) -> Sequence[RaisedAlert]:
        """Return the newest alerts, at most so many; of those that still want somebody, or of severities, if asked."""
        return await self._store.database.look_up(
            partial(
                newest_alerts,
                tenant=self._store.tenant,
                most=most,
                only_open=only_open,
                severities=severities,
            )
        )

    async def counts(self) -> Mapping[Severity, int]:
        """Return how many alerts of each severity there are."""
        return await self._store.database.look_up(partial(alert_counts, tenant=self._store.tenant))

    async def of_cycle(self, cycle_id: str) -> Sequence[RaisedAlert]:
        """Return what was raised in a cycle, oldest first."""
        return await self._store.database.look_up(
            partial(alerts_of_cycle, tenant=self._store.tenant, cycle_id=cycle_id)
        )

    async def show(self, alert_id: str) -> RaisedAlert:
        """Return the alert.

        Raises:
            RejectedError: there is none of that id (slug `not-found`).
        """
        found = await self._store.database.look_up(
            partial(alert_named, tenant=self._store.tenant, alert_id=alert_id)
        )
        return _known(found, alert_id)

    async def acknowledge(self, alert_id: str, by: str) -> AlertChange:
        """Take note that `by` has seen to an alert; raises as `show`."""
        before: list[RaisedAlert] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            before[:] = [_known(tx.alert(alert_id), alert_id)]
            return [] if before[0].acknowledged_at else [acknowledged_event(before[0], by)]

        await self._store.journal.commit(decide)
        return AlertChange(raised=await self.show(alert_id), applied=not before[0].acknowledged_at)

    async def recover(self) -> Sequence[str]:
        """Take up the alerts that a dead process owes the webhook; return a sentence on them, if there are any."""
        if self._delivery is None:
            return ()
        left_before = stamp(self._store.clock.now() - LEFT_AFTER)
        waiting = await self._store.database.look_up(
            partial(
                undelivered_alerts, tenant=self._store.tenant, before=left_before, most=TAKEN_UP
            )
        )
        begun = self._delivery.resume(waiting)
        return (f"{begun} alerts are told the webhook again",) if begun else ()

    async def close(self) -> None:
        """Let alerts that are on their way arrive, for a moment, and let go of the webhook."""
        if self._delivery is not None:
            await self._delivery.close()
        await self._hook.close()


class _LateWebhook:
    """The webhook, opened when it is first told something."""

    def __init__(self, policy: AlertsPolicy, clock: Clock, boundaries: Boundaries) -> None:
        self._boundaries = boundaries
        self._policy = policy
        self._clock = clock
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._webhook: Webhook | None = None

    async def post(self, body: Mapping[str, JsonValue]) -> None:
        """Tell of one alert; see the watch's port."""
        webhook = await self._opened()
        await self._boundaries.execute("webhook", lambda: webhook.post(body), None)

    async def close(self) -> None:
        """Close the connections, if there are any."""
        await self._stack.aclose()

    async def _opened(self) -> Webhook:
        async with self._opening:
            if self._webhook is None:
                from quorate.adapters.webhook import open_webhook  # noqa: PLC0415  (slow)

                self._webhook = await self._stack.enter_async_context(
                    open_webhook(self._policy, self._clock.now)
                )
            return self._webhook


def _known(found: RaisedAlert | None, alert_id: str) -> RaisedAlert:
    if found is None:
        raise RejectedError(
            f"there is no alert '{alert_id}'", effect="nothing was done", slug="not-found"
        )
    return found
