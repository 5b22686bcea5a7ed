"""The model catalogue: which models there are, what tier each is of, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from quorate.kernel.errors import RejectedError
from quorate.llm.call import ModelId
from quorate.llm.ladder import Preset, Rung, usable
from quorate.llm.pricing import Rates, flat
from quorate.llm.tier import Tier

STATED: Final = "stated"
"""The edition of a price that the user states."""

DEFAULT_TIERS: Final[Mapping[str, Tier]] = {
    "openai/gpt-6-luna": Tier.CHEAP,
    "openai/gpt-5-mini": Tier.CHEAP,
    "openai/gpt-5-nano": Tier.CHEAP,
    "openai/gpt-6.1-sol": Tier.POWER,
    "openrouter/openai/gpt-6-luna": Tier.CHEAP,
    "openrouter/openai/gpt-5-mini": Tier.CHEAP,
    "openrouter/google/gemini-2.5-flash-lite": Tier.CHEAP,
    "openrouter/deepseek/deepseek-v4.1-flash": Tier.CHEAP,
    "openrouter/openai/gpt-oss-120b:free": Tier.FREE,
    "openrouter/nvidia/nemotron-3-super-120b-a12b:free": Tier.FREE,
    "openrouter/anthropic/claude-sonnet-5.5": Tier.POWER,
    "openrouter/openai/gpt-6.1-sol": Tier.POWER,
    "openrouter/google/gemini-3.1-pro-preview": Tier.POWER,
}
"""Cheap is under 1 USD, power 2 USD or more per million prompt tokens at genai-prices 0.2.3. Source: R-062, R-063."""

DEFAULT_LADDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "openai/small": ("openai/gpt-5-mini", "openai/gpt-6-luna", "openai/gpt-5-nano"),
    "openrouter/free_or_cheap": (
        "openrouter/openai/gpt-oss-120b:free",
        "openrouter/nvidia/nemotron-3-super-120b-a12b:free",
        "openrouter/deepseek/deepseek-v4.1-flash",
        "openrouter/google/gemini-2.5-flash-lite",
    ),
    "openrouter/powerful": (
        "openrouter/anthropic/claude-sonnet-5.5",
        "openrouter/openai/gpt-6.1-sol",
        "openrouter/google/gemini-3.1-pro-preview",
    ),
    "openrouter/repair": (
        "openrouter/google/gemini-2.5-flash-lite",
        "openrouter/openai/gpt-6-luna",
    ),
    "openai/repair": ("openai/gpt-5-nano", "openai/gpt-6-luna"),
}
"""The names that the first profiles use (R-086), and the cheap models that mend an answer's syntax (R-075)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPrice:
    """A price that the user states, in USD per million tokens."""

    prompt: Decimal
    completion: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguePolicy:
    """What a user says about models; names are `provider/model`, and stand beside the packaged ones."""

    preset: Preset = Preset.CHEAP_AND_POWER
    """Which tiers may be asked: free_only, cheap_first or cheap_and_power. Source: R-066."""

    tiers: Mapping[str, Tier] = field(default_factory=dict)
    """Models and their tiers, `"ollama/llama3.3" = "free"`; stands before the packaged tiers."""

    ladders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Under one name the models to ask in order, the first one first: `"openai/small" = ["openai/gpt-5-mini"]`."""

    prices: Mapping[str, StatedPrice] = field(default_factory=dict)
    """Prices of models that the price table has not, or has wrong. Source: R-064 (a table by configuration)."""

    def __post_init__(self) -> None:
        """Refuse names that are none, ladders that lead nowhere, and prices below 0."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"catalogue policy: {rule}", effect="nothing was run")

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        named = [*self.tiers, *self.ladders, *self.prices]
        rungs = [rung for ladder in self.ladders.values() for rung in ladder]
        unknown = sorted({rung for rung in rungs if rung not in {**DEFAULT_TIERS, **self.tiers}})
        amounts = [
            amount for price in self.prices.values() for amount in (price.prompt, price.completion)
        ]
        return (
            (all(_is_name(name) for name in named), "a model is named provider/model"),
            (all(self.ladders.values()), "a ladder has one model or more"),
            (not unknown, f"tiers names every model of a ladder, and lacks {', '.join(unknown)}"),
            (all(a.is_finite() and a >= 0 for a in amounts), "a price is not negative"),
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The packaged models and ladders, and the user's own before them."""

    policy: CataloguePolicy

    def tier(self, model: ModelId) -> Tier | None:
        """Return the tier of `model`, None where nobody said."""
        name = str(model)
        return self.policy.tiers.get(name) or DEFAULT_TIERS.get(name)

    def ladder(
        self,
        wanted: ModelId,
        *,
        tier: Tier,
        providers: Collection[str],
        preset: Preset | None = None,
    ) -> tuple[Rung, ...]:
        """Return the models that may answer for a profile of `tier` that wants `wanted`, the first one first.

        `wanted` names a ladder, or one model, which then has no fallback; a model that nobody gave a tier is of
        the profile's. `providers` are those that can be asked; `preset` is that in force, None for the
        configuration's. Empty where the preset or the missing keys leave none.
        """
        rungs = self.rungs(wanted, tier)
        chosen = preset or self.policy.preset
        return usable(rungs, preset=chosen, providers=providers, at_most=tier)

    def rungs(self, wanted: ModelId, tier: Tier) -> tuple[Rung, ...]:
        """Return the models of the ladder `wanted`, or that one model, whoever may be asked; see `ladder`."""
        name = str(wanted)
        names = self.policy.ladders.get(name) or DEFAULT_LADDERS.get(name) or (name,)
        return tuple(self._rung(model_id(each), tier) for each in names)

    def knows(self, wanted: ModelId) -> bool:
        """Return whether `wanted` names a ladder."""
        name = str(wanted)
        return name in self.policy.ladders or name in DEFAULT_LADDERS

    @property
    def prices(self) -> dict[ModelId, Rates]:
        """Return the prices that the user states."""
        return {
            model_id(name): Rates(
                prompt=flat(price.prompt), completion=flat(price.completion), version=STATED
            )
            for name, price in self.policy.prices.items()
        }

    @property
    def models(self) -> tuple[Rung, ...]:
        """Return every model that has a tier, by name."""
        tiers = {**DEFAULT_TIERS, **self.policy.tiers}
        return tuple(Rung(model=model_id(name), tier=tiers[name]) for name in sorted(tiers))

    def _rung(self, model: ModelId, otherwise: Tier) -> Rung:
        return Rung(model=model, tier=self.tier(model) or otherwise)


def model_id(name: str) -> ModelId:
    """Return the model of a full name: `openrouter/openai/gpt-5-mini` is `openai/gpt-5-mini` at `openrouter`.

    Raises:
        RejectedError: it has no provider, or no model.
    """
    if not _is_name(name):
        raise RejectedError(
            f"{name!r} is no model: a name is provider/model",
            fix="quorate providers models lists them",
        )
    provider, _, model = name.partition("/")
    return ModelId(provider, model)


def _is_name(name: str) -> bool:
    provider, _, model = name.partition("/")
    return bool(provider and model)
