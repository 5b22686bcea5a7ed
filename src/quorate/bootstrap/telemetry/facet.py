"""Telemetry as people and programs meet it: figures for Prometheus, and which component is not ready.

state tables (once per head of the journal) + counters of this process + what other facets add -> text
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from quorate.adapters.sql.figures import HomeFigures, home_figures
from quorate.adapters.telemetry.figure import Figure
from quorate.bootstrap.models import Models
from quorate.bootstrap.store import Store
from quorate.bootstrap.telemetry.components import Component, own_components
from quorate.bootstrap.telemetry.figures import (
    figures_of_breakers,
    figures_of_home,
    figures_of_process,
    figures_of_writer,
)

Figures = Callable[[], Awaitable[Iterable[Figure]]]
"""What a facet adds: relay lag, backlog of Redis, queue depths of its own."""

Probe = Callable[[], Awaitable[Iterable[Component]]]

NO_HEAD: Final = -1


class Telemetry:
    """What this process says of itself and of its home; other facets add to it with `tell` and `probe`."""

    def __init__(self, store: Store, models: Models, told: Iterable[Figures] = ()) -> None:
        self._store = store
        self._models = models
        self._told = list(told)
        self._probes: list[Probe] = []
        self._read_at = NO_HEAD
        self._home: HomeFigures | None = None

    def tell(self, figures: Figures) -> None:
        """Have `figures` in every answer of `metrics`."""
        self._told.append(figures)

    def probe(self, components: Probe) -> None:
        """Have `components` in every answer of `components`."""
        self._probes.append(components)

    @property
    def content_type(self) -> str:
        """Return what `metrics` is, as a header says it."""
        from quorate.adapters.telemetry.exposition import CONTENT_TYPE  # noqa: PLC0415  (slow)

        return CONTENT_TYPE

    async def metrics(self) -> bytes:
        """Return every figure in Prometheus' text format; raises UnavailableError without a database."""
        store = self._store
        figures = [
            *figures_of_home(await self._of_home()),
            *figures_of_writer(store.writer.figures, store.writer.waiting),
            *figures_of_breakers(store.boundaries.listing(), self._circuits()),
            *figures_of_process(),
        ]
        for told in self._told:
            figures += await told()
        from quorate.adapters.telemetry.exposition import exposition  # noqa: PLC0415  (slow)

        return exposition(figures)

    async def components(self) -> Sequence[Component]:
        """Return every part with whether it works, the needed ones first."""
        found = list(await own_components(self._store))
        for probe in self._probes:
            found += await probe()
        return sorted(found, key=lambda each: (not each.needed, each.name))

    async def _of_home(self) -> HomeFigures:
        """Return the counts of the state tables; they are those of a head, so they are counted once for each."""
        head = await self._store.head()
        if self._home is None or self._read_at != head:
            tenant = self._store.tenant
            self._home = await self._store.database.read(lambda c: home_figures(c, tenant))
            self._read_at = self._home.head
        return self._home

    def _circuits(self) -> dict[str, str]:
        return {
            str(model): health.breaker.circuit.value
            for model, health in self._models.healths().items()
        }
