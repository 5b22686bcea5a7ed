"""Router presets as people meet them: which is in force, what each may ask, and how to apply another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial

from quorate.adapters.sql.budgets import limits_set
from quorate.adapters.sql.presets import applied_preset
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import ConflictError
from quorate.llm.budget import Limit
from quorate.llm.catalogue import Catalogue
from quorate.llm.ladder import Preset
from quorate.llm.model_listing import PresetView, preset_view
from quorate.llm.preset import AppliedPreset, PresetInForce, applied_event, in_force, preset_named


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerThresholds:
    """When a power model is asked, and how often a UTC day at the most; a share, a probability and percent."""

    max_disagreement: float
    min_confidence: float
    portfolio_delta_pct: float
    power_calls_per_day: int

    def as_json(self) -> dict[str, JsonValue]:
        """Return them as commands and the API tell them."""
        return {
            "maxDisagreement": self.max_disagreement,
            "minConfidence": self.min_confidence,
            "portfolioDeltaPct": self.portfolio_delta_pct,
            "powerCallsPerDay": self.power_calls_per_day,
        }


@dataclass(frozen=True, slots=True)
class PresetChange:
    """What became of a wish to apply a preset; not `applied` when it was so already."""

    in_force: PresetInForce
    applied: bool


class PresetBook:
    """One home's router presets; `providers` tells those that can be asked just now."""

    def __init__(self, store: Store, providers: Callable[[], Collection[str]]) -> None:
        self._store = store
        self._providers = providers
        self._catalogue = Catalogue(store.settings.models)

    async def in_force(self) -> PresetInForce:
        """Return the preset of the next run."""
        return in_force(self._store.settings.models.preset, await self._applied())

    async def listed(self) -> Sequence[PresetView]:
        """Return every preset, the cheapest first, with its ladders and the models that can be asked now."""
        chosen, providers = await self.in_force(), self._providers()
        return [preset_view(each, self._catalogue, providers, chosen) for each in Preset]

    async def thresholds(self) -> PowerThresholds:
        """Return when a power model is asked: the configuration's thresholds, and the limit that holds today."""
        arena, tenant = self._store.settings.arena, self._store.tenant
        told = await self._store.database.read(partial(limits_set, tenant=tenant))
        configured = self._store.settings.budget.power_calls_per_day
        return PowerThresholds(
            max_disagreement=arena.max_disagreement,
            min_confidence=arena.min_confidence,
            portfolio_delta_pct=arena.high_risk_portfolio_delta_pct,
            power_calls_per_day=told.get(Limit.POWER_CALLS, configured),
        )

    async def shown(self, name: str) -> PresetView:
        """Return one preset.

        Raises:
            RejectedError: there is none of this name (slug `not-found`).
        """
        chosen = await self.in_force()
        return preset_view(preset_named(name), self._catalogue, self._providers(), chosen)

    async def apply(self, preset: Preset | None, *, version: int | None = None) -> PresetChange:
        """Let `preset` hold from the next run on, in every process; None gives it back to the configuration.

        Args:
            preset: what to apply.
            version: that of the preset in force when the choice was made, None for whichever it is.

        Raises:
            ConflictError: somebody else applied one since; nothing was changed.
        """
        before = await self._applied()
        if version is not None and version != before.version:
            raise ConflictError(
                "another preset was applied since this one was read",
                effect="nothing was changed",
                fix="look at the preset in force, then choose again",
                slug="precondition-failed",
            )
        changes = before.preset is not preset
        if changes:
            event = applied_event(preset, before)
            await self._store.journal.commit(lambda _tx: [event])
        return PresetChange(await self.in_force(), changes)

    async def _applied(self) -> AppliedPreset:
        return await self._store.database.look_up(
            partial(applied_preset, tenant=self._store.tenant)
        )
