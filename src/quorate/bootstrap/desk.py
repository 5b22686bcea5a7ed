"""The desk of models: providers and their keys, presets, and the tests of both, on one home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from quorate.agents.profile import AgentProfile
from quorate.arena.request import RunRequest
from quorate.arena.service import RunPlan
from quorate.bootstrap.models import Models
from quorate.bootstrap.presets import PresetBook
from quorate.bootstrap.probing import ProviderProbe
from quorate.bootstrap.providing import ProviderDesk
from quorate.bootstrap.registry import Registry
from quorate.bootstrap.store import Store
from quorate.bootstrap.trying import TestCalls


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """What people may ask about models, and change: `names` tells the providers that can be asked now."""

    names: Callable[[], Collection[str]]
    presets: PresetBook
    providers: ProviderDesk
    probe: ProviderProbe
    trials: TestCalls


def opened_desk(
    store: Store,
    models: Models,
    registry: Registry,
    planned: Callable[[RunRequest], Awaitable[RunPlan]],
) -> ModelDesk:
    """Return the desk of an opened home; `planned` plans a run that nobody carries out."""

    async def profile_named(name: str) -> AgentProfile:
        return (await registry.profile(name)).profile

    presets = PresetBook(store, lambda: models.providers)
    return ModelDesk(
        names=lambda: models.providers,
        presets=presets,
        providers=ProviderDesk(store, models, presets),
        probe=ProviderProbe(store, models, presets),
        trials=TestCalls(store, models, presets, profile_named=profile_named, planned=planned),
    )
