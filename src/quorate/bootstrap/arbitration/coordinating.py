"""Coordinating: the coordinator of one home, with the components that it looks at and how each is set up anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from quorate.bootstrap.arbitration.coordinator import Acting, Coordinator, Halting, Law
from quorate.bootstrap.arbitration.watching import Check
from quorate.bootstrap.store import Store
from quorate.bootstrap.telemetry.components import DATABASE, WRITER, Component
from quorate.cycle.ports import Watch
from quorate.fleet.policy import Analyses
from quorate.kernel.errors import UnavailableError
from quorate.scoring.trend import Degradation

ANALYSIS: Final = "trading_analysis"


class Placing(Protocol):
    """The fleet, as far as the coordinator asks it."""

    def can_place(self, task_type: str) -> bool:
        """Return whether a worker lives that is able."""
        ...


Components = Callable[[], Awaitable[Sequence[Component]]]


def coordinated(  # noqa: PLR0913  (the parts of a home that it watches, each named)
    store: Store,
    *,
    safety: Halting,
    law: Law,
    tasks: Acting,
    watch: Watch,
    fleet: Placing,
    components: Components,
    degraded: Callable[[], Awaitable[Sequence[Degradation]]],
) -> Coordinator:
    """Return the coordinator of a home."""

    async def able() -> int:
        """Return whether an analysis could be done: by this process, or by a worker where all wait for one."""
        if store.settings.fleet.analyses is not Analyses.REMOTE:
            return 1
        return int(fleet.can_place(ANALYSIS))

    async def renewed() -> None:
        store.database.renew()

    coordinator = Coordinator(
        store, safety=safety, law=law, tasks=tasks, watch=watch, able=able, degraded=degraded
    )
    names = [DATABASE, WRITER, *(each.name for each in store.boundaries.listing())]
    for name in names:
        check = _check(name, components)
        coordinator.health.add(name, check, renewed if name == DATABASE else None)
    return coordinator


def _check(name: str, components: Components) -> Check:
    """Return the check of one component, by what the telemetry of this process says of it."""

    async def check() -> str:
        found = {each.name: each for each in await components()}
        component = found.get(name)
        if component is None:
            return "not in use"
        if not component.ok:
            raise UnavailableError(component.detail, source=name)
        return component.detail

    return check
