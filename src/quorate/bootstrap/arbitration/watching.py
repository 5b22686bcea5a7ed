"""The health loop: every component is looked at every 10 s; three failures in a row and it is set up anew.

components -> a check each, 5 s at the most -> failures in a row -> recovery -> alert where that did not help
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

import structlog

from quorate.arbiter.coordination.health import EVERY_S, PATIENCE, TIMEOUT_S, ComponentHealth
from quorate.cycle.ports import Watch
from quorate.cycle.watch.alert import Alert, Severity
from quorate.kernel.errors import QuorateError, UnavailableError
from quorate.kernel.journal import NO_BOOK
from quorate.kernel.ports import Clock
from quorate.kernel.stamps import stamp

Check = Callable[[], Awaitable[str]]
"""Looks at a component and says how it is; raises where it is not well."""

Recovery = Callable[[], Awaitable[None]]
"""Sets a component up anew; raises where that cannot be done."""

RECOVERY_FAILED: Final = "recovery_failed"
"""The kind of alert. Source: R-140."""

_LOG = structlog.get_logger()


class HealthLoop:
    """Looks at components in turn; each may have a way to be set up anew."""

    def __init__(
        self,
        clock: Clock,
        watch: Watch,
        *,
        every_s: float = EVERY_S,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._clock = clock
        self._watch = watch
        self._every_s = every_s
        self._timeout_s = timeout_s
        self._checks: dict[str, Check] = {}
        self._recoveries: dict[str, Recovery] = {}
        self._health: dict[str, ComponentHealth] = {}

    def add(self, name: str, check: Check, recovery: Recovery | None = None) -> None:
        """Have a component looked at from now on, and set up anew by `recovery` where it fails."""
        self._checks[name] = check
        if recovery is not None:
            self._recoveries[name] = recovery

    @property
    def health(self) -> Mapping[str, ComponentHealth]:
        """Return how each component was at its last look; none of one that was not looked at yet."""
        return dict(self._health)

    async def look(self) -> Sequence[ComponentHealth]:
        """Look at every component once, set up anew what failed too often, and return how each is."""
        async with asyncio.TaskGroup() as looking:
            looks = [looking.create_task(self._checked(name)) for name in self._checks]
        return [task.result() for task in looks]

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Look as often as is due, as long as the block lasts."""
        task = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(self._every_s)
            try:
                await self.look()
            except Exception:  # noqa: BLE001  (the loop's edge: the next look is due all the same)
                _LOG.exception("health_not_checked")

    async def _checked(self, name: str) -> ComponentHealth:
        before = self._health.get(name, ComponentHealth(name=name))
        began = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                detail = await self._checks[name]()
        except TimeoutError:
            after = before.failed(
                self._now(), f"no answer in {self._timeout_s:g} s", self._ms(began)
            )
        except QuorateError as error:
            after = before.failed(self._now(), error.cause, self._ms(began))
        except Exception as error:  # noqa: BLE001  (whatever a component raises, it is not well)
            after = before.failed(self._now(), f"{type(error).__name__}: {error}", self._ms(began))
        else:
            after = before.answered(self._now(), self._ms(began), detail)
        if after.wants_recovery:
            after = await self._recovered(after)
        self._health[name] = after
        return after

    async def _recovered(self, health: ComponentHealth) -> ComponentHealth:
        """Set a component up anew; where that cannot be done a person is told."""
        _LOG.warning("component_failed", component=health.name, failures=health.failures)
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._recoveries.get(health.name, _in_vain)()
        except Exception as error:  # noqa: BLE001  (a recovery that fails is told of, not raised)
            await self._tell(health, error)
            return health.not_recovered()
        _LOG.info("component_set_up_anew", component=health.name)
        return health

    async def _tell(self, health: ComponentHealth, error: Exception) -> None:
        why = error.cause if isinstance(error, QuorateError) else type(error).__name__
        text = (
            f"{health.name} failed {PATIENCE} checks in a row or more;"
            f" setting it up anew failed: {why}"
        )
        alert = Alert(kind=RECOVERY_FAILED, severity=Severity.ERROR, text=text, book=NO_BOOK)
        await self._watch.told([alert])

    def _now(self) -> str:
        return stamp(self._clock.now())

    def _ms(self, began: float) -> float:
        return round((self._clock.monotonic() - began) * 1000, 3)


async def _in_vain() -> None:
    """Say that nothing can be done from here."""
    raise UnavailableError("it cannot be set up anew from here", source="coordinator")
