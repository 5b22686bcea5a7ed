"""The models as a page or a command lists them: tier, price and its source, and whether each can be asked now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from quorate.llm.call import ModelId
from quorate.llm.catalogue import DEFAULT_LADDERS, Catalogue, model_id
from quorate.llm.failover import ModelHealth
from quorate.llm.ladder import PRESET_TIERS, Preset, Rung
from quorate.llm.preset import PresetInForce
from quorate.llm.pricing import Rates, Steps
from quorate.llm.tier import Tier
from quorate.resilience.breaker import Circuit


class Reach(StrEnum):
    """Whether a model can be asked now, and what stands in the way."""

    REACHABLE = "reachable"
    NO_PROVIDER = "no_provider"
    """Its provider has no key, or is not configured."""
    OTHER_PRESET = "other_preset"
    """The preset in force leaves its tier out."""
    LEFT_ALONE = "left_alone"
    """It failed too often, or asked to be left alone, and is asked again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """One model of the catalogue; prices are exact text in USD per million tokens, None where unknown.

    `alone_s` is for how many seconds it is still left alone, 0 where it is not; a price that depends on the
    length of the prompt is that of a short one.
    """

    model: ModelId
    tier: Tier
    prompt_price: str | None
    completion_price: str | None
    price_source: str
    ladders: tuple[str, ...]
    reach: Reach
    circuit: Circuit
    alone_s: float


class Priced(Protocol):
    """Knows what models cost at a time."""

    def rates(self, model: ModelId, at: datetime) -> Rates | None:
        """Return the rates of `model` that hold at the time `at`, None where no price is known."""
        ...


class Moments(NamedTuple):
    """One moment on both clocks: prices go by the wall's, breakers by the monotonic one (seconds)."""

    wall: datetime
    monotonic: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderView:
    """A ladder under a preset: the models that it may ask in order, and those that can be asked now."""

    name: str
    rungs: tuple[Rung, ...]
    reachable: frozenset[ModelId]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetView:
    """A preset with all that it lets the router do."""

    preset: Preset
    active: bool
    in_force: PresetInForce
    tiers: tuple[Tier, ...]
    ladders: tuple[LadderView, ...]

    @property
    def reachable(self) -> Sequence[ModelId]:
        """Return the models that can be asked under it now, each once, by name."""
        return sorted({model for ladder in self.ladders for model in ladder.reachable})


def preset_view(
    preset: Preset, catalogue: Catalogue, providers: Collection[str], chosen: PresetInForce
) -> PresetView:
    """Return `preset` with the ladders that it leaves something of."""
    allowed = PRESET_TIERS[preset]
    ladders = [_ladder(name, rungs, allowed, providers) for name, rungs in _ladders(catalogue)]
    return PresetView(
        preset=preset,
        active=preset is chosen.preset,
        in_force=chosen,
        tiers=tuple(tier for tier in Tier if tier in allowed),
        ladders=tuple(ladder for ladder in ladders if ladder.rungs),
    )


def model_lines(
    catalogue: Catalogue,
    prices: Priced,
    health: Callable[[ModelId], ModelHealth],
    *,
    providers: Collection[str],
    chosen: PresetInForce,
    at: Moments,
) -> Sequence[ModelLine]:
    """Return every model of the catalogue, by tier and name."""
    on_ladders = _by_model(catalogue)
    lines = [
        _line(rung, prices, health(rung.model), on_ladders.get(rung.model, ()), at)
        for rung in catalogue.models
    ]
    reached = [_reached(line, providers, chosen) for line in lines]
    return sorted(reached, key=lambda line: ([*Tier].index(line.tier), line.model))


def _ladders(catalogue: Catalogue) -> Sequence[tuple[str, tuple[Rung, ...]]]:
    named = {**DEFAULT_LADDERS, **catalogue.policy.ladders}
    return [(name, catalogue.rungs(model_id(name), Tier.POWER)) for name in sorted(named)]


def _ladder(
    name: str, rungs: Sequence[Rung], allowed: frozenset[Tier], providers: Collection[str]
) -> LadderView:
    left = tuple(rung for rung in rungs if rung.tier in allowed)
    reachable = frozenset(rung.model for rung in left if rung.model.provider in providers)
    return LadderView(name=name, rungs=left, reachable=reachable)


def _by_model(catalogue: Catalogue) -> Mapping[ModelId, tuple[str, ...]]:
    found: dict[ModelId, tuple[str, ...]] = {}
    for name, rungs in _ladders(catalogue):
        for rung in rungs:
            found[rung.model] = (*found.get(rung.model, ()), name)
    return found


def _line(
    rung: Rung, prices: Priced, health: ModelHealth, ladders: tuple[str, ...], at: Moments
) -> ModelLine:
    model, breaker = rung.model, health.breaker
    rates, now = prices.rates(model, at.wall), at.monotonic
    open_s = breaker.until - now if breaker.circuit is Circuit.OPEN else 0.0
    return ModelLine(
        model=model,
        tier=rung.tier,
        prompt_price=None if rates is None else _text(rates.prompt),
        completion_price=None if rates is None else _text(rates.completion),
        price_source="" if rates is None else rates.version,
        ladders=ladders,
        reach=Reach.REACHABLE,
        circuit=breaker.circuit,
        alone_s=max(open_s, health.not_before - now, 0.0),
    )


def _text(steps: Steps) -> str:
    """Return the price of a short prompt."""
    return f"{steps[0][1]:f}"


def _reached(line: ModelLine, providers: Collection[str], chosen: PresetInForce) -> ModelLine:
    if line.model.provider not in providers:
        return replace(line, reach=Reach.NO_PROVIDER)
    if line.tier not in chosen.tiers:
        return replace(line, reach=Reach.OTHER_PRESET)
    return replace(line, reach=Reach.LEFT_ALONE) if line.alone_s > 0 else line
