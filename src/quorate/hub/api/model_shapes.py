"""Shapes of providers, models, presets and tests. No shape has room for a key but the one that brings it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from quorate.hub.api.shape import Day, Given, Moment, Shape, Usd


class ProviderShape(Shape):
    """A provider; of its key only where it comes from, and the last four characters."""

    name: str
    configured: bool
    base_url: str
    dialect: str
    strict_schema: bool | None
    routing: dict[str, object] | None
    key_source: str
    key_variable: str
    last4: str
    key_stored: bool
    lacks: str
    models: int
    models_left_alone: int


class ProviderList(Shape):
    """Every provider, by name."""

    read_at: Moment
    items: tuple[ProviderShape, ...]
    next_cursor: str | None = None


class NewKey(Given):
    """A key to store; it is never given back."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class KeyChanged(Shape):
    """What became of a key. `overridden`: one in the environment goes before the stored one."""

    target: str
    applied: bool
    dry_run: bool
    overridden: bool
    provider: ProviderShape


class ProviderTestAsked(Given):
    """What to test: `model` as the provider names it, a cheap one where none is named."""

    model: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None
    max_cost_usd: str | int | float | None = None
    dry_run: bool = False


class ProbePlanShape(Shape):
    """What a test would ask; `worstCostUsd` is null where no price is known."""

    dry_run: bool
    provider: str
    model: str | None
    max_tokens: int
    worst_cost_usd: Usd
    price_source: str


class CreditShape(Shape):
    """What a key is good for, in US dollars; null where it is not told."""

    used_usd: Usd
    limit_usd: Usd
    remaining_usd: Usd


class ProviderTestShape(Shape):
    """How a test of a provider ended; `code` is empty where it answered."""

    test_id: str
    trace_id: str
    provider: str
    ok: bool
    code: str
    detail: str
    models_listed: int | None
    listing: str
    credit: CreditShape | None
    model: str | None
    model_served: str
    tier: str | None
    max_tokens: int
    worst_cost_usd: Usd
    cost_usd: Usd
    cost_source: str
    latency_ms: int
    prompt_tokens: int | None
    completion_tokens: int | None
    call_ids: tuple[str, ...]


class ModelShape(Shape):
    """A model of the catalogue; prices in US dollars per million tokens."""

    model: str
    tier: str
    prompt_price_usd: Usd
    completion_price_usd: Usd
    price_source: str
    ladders: tuple[str, ...]
    reach: str
    circuit: str
    left_alone_seconds: float


class ModelList(Shape):
    """Every model of the catalogue, by tier and name."""

    read_at: Moment
    items: tuple[ModelShape, ...]
    next_cursor: str | None = None


class RungShape(Shape):
    """A model of a ladder."""

    model: str
    tier: str
    reachable: bool


class LadderShape(Shape):
    """A ladder as a preset leaves it."""

    name: str
    models: tuple[RungShape, ...]


class ThresholdsShape(Shape):
    """When a power model is asked, and how often a UTC day at the most."""

    max_disagreement: float
    min_confidence: float
    portfolio_delta_pct: float
    power_calls_per_day: int


class PresetShape(Shape):
    """A router preset; `version` counts how often one was applied."""

    name: str
    active: bool
    set_by: str | None
    configured: str
    version: int
    tiers: tuple[str, ...]
    ladders: tuple[LadderShape, ...]
    thresholds: ThresholdsShape


class PresetList(Shape):
    """The presets, the cheapest first."""

    read_at: Moment
    items: tuple[PresetShape, ...]
    next_cursor: str | None = None


class PresetChosen(Given):
    """The preset to apply; null gives the choice back to the configuration."""

    preset: str | None


class PresetApplied(Shape):
    """What became of it: `preset` is in force from the next run on."""

    target: str
    applied: bool
    dry_run: bool
    preset: str
    set_by: str
    configured: str
    version: int


class TrialAsked(Given):
    """A Test call: of which symbol the newest session is shown, and what it may cost."""

    symbol: str | None = None
    max_cost_usd: str | int | float | None = None
    dry_run: bool = False


class TrialPlanShape(Shape):
    """What a Test call would ask; the amounts are null where a price is not known."""

    dry_run: bool
    profile: str
    symbol: str
    as_of: Day
    preset: str
    models: tuple[str, ...]
    prompt_tokens: int
    max_tokens: int
    tools: tuple[str, ...]
    once_usd: Usd
    worst_cost_usd: Usd


class TrialAnswer(Shape):
    """What the model said about a symbol, decoded; `reasonCode` where it said nothing that counts."""

    symbol: str
    action: str
    confidence: Annotated[str | None, msgspec.Meta(description="Decimal text in [0, 1].")]
    reason_code: str | None
    rationale: str


class TrialShape(Shape):
    """What came of a Test call; `failure` is empty where the model answered as it should."""

    test_id: str
    trace_id: str
    profile: str
    symbol: str
    as_of: Day
    preset: str
    models: tuple[str, ...]
    ok: bool
    failure: str
    detail: str
    rejection: dict[str, object] | None
    model_asked: str | None
    model_served: str
    fallback_used: bool
    fallback_reason: str | None
    once_usd: Usd
    worst_cost_usd: Usd
    cost_usd: Usd
    cost_source: str
    latency_ms: int
    prompt_tokens: int
    max_tokens: int
    prompt_hash: str | None
    template: str | None
    tools: tuple[str, ...]
    tool_uses: tuple[str, ...]
    call_ids: tuple[str, ...]
    answers: tuple[TrialAnswer, ...]
