"""What the command line needs of models: providers and keys, presets, tests."""

# ruff: noqa: D102  (each class says it for its members; the promises stand in `bootstrap`)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    from quorate.agents.profile import AgentProfile
    from quorate.kernel.money import Usd
    from quorate.kernel.secret import Secret
    from quorate.llm.ladder import Preset
    from quorate.llm.model_listing import ModelLine, PresetView
    from quorate.llm.preset import PresetInForce
    from quorate.llm.probe import ProbePlan


class ProviderView(Protocol):
    """A provider without its key."""

    @property
    def name(self) -> str: ...
    @property
    def configured(self) -> bool: ...
    @property
    def key_source(self) -> str: ...
    @property
    def key_variable(self) -> str: ...
    @property
    def last4(self) -> str: ...
    @property
    def lacks(self) -> str: ...
    def as_json(self) -> Mapping[str, object]: ...


class KeyChange(Protocol):
    """What became of a wish to store or remove a key."""

    @property
    def provider(self) -> ProviderView: ...
    @property
    def applied(self) -> bool: ...


class Providers(Protocol):
    """The providers, their keys and their models."""

    async def listed(self) -> Sequence[ProviderView]: ...
    async def named(self, name: str) -> ProviderView: ...
    async def models(self) -> Sequence[ModelLine]: ...
    async def store_key(self, name: str, key: Secret) -> KeyChange: ...
    async def remove_key(self, name: str) -> KeyChange: ...


class PresetChange(Protocol):
    """What became of a wish to apply a preset."""

    @property
    def in_force(self) -> PresetInForce: ...
    @property
    def applied(self) -> bool: ...


class PowerThresholds(Protocol):
    """When a power model is asked."""

    def as_json(self) -> Mapping[str, object]: ...


class Presets(Protocol):
    """The router presets."""

    async def listed(self) -> Sequence[PresetView]: ...
    async def shown(self, name: str) -> PresetView: ...
    async def thresholds(self) -> PowerThresholds: ...
    async def apply(self, preset: Preset | None) -> PresetChange: ...


class Probe(Protocol):
    """Tests of providers."""

    async def plan(self, name: str, model: str | None = None) -> ProbePlan | None: ...
    async def test(self, name: str, model: str | None = None) -> Mapping[str, object]: ...


class TrialPlan(Protocol):
    """What a Test call would ask, and what it may cost."""

    @property
    def profile(self) -> AgentProfile: ...
    @property
    def symbol(self) -> str: ...
    @property
    def as_of(self) -> date: ...
    @property
    def models(self) -> Sequence[str]: ...
    @property
    def prompt_tokens(self) -> int: ...
    @property
    def once(self) -> Usd | None: ...
    @property
    def limit(self) -> Usd | None: ...


class Trials(Protocol):
    """Test calls of profiles."""

    async def plan(self, name: str, symbol: str | None = None) -> TrialPlan: ...
    async def test(self, name: str, symbol: str | None = None) -> Mapping[str, object]: ...


class ModelDesk(Protocol):
    """Everything about models."""

    @property
    def providers(self) -> Providers: ...
    @property
    def presets(self) -> Presets: ...
    @property
    def probe(self) -> Probe: ...
    @property
    def trials(self) -> Trials: ...
