"""Models in memory: a provider with a key in a file, one with none, and tests that answer as they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from quorate.adapters.openai_compatible.keys import checked_key
from quorate.agents.defaults import MODEL_PROFILES
from quorate.kernel.errors import RejectedError
from quorate.kernel.money import Usd
from quorate.llm.call import ModelId
from quorate.llm.catalogue import Catalogue, CataloguePolicy
from quorate.llm.ladder import Preset, Rung
from quorate.llm.model_listing import ModelLine, Reach, preset_view
from quorate.llm.preset import NOTHING_APPLIED, AppliedPreset, in_force, preset_named
from quorate.llm.probe import ProbePlan
from quorate.llm.tier import Tier
from quorate.resilience.breaker import Circuit

SMALL, ONCE, LIMIT = (Usd(Decimal(each)) for each in ("0.0001", "0.010", "0.060"))

TESTED = {
    "testId": "test_1",
    "provider": "openrouter",
    "ok": True,
    "code": "",
    "detail": "",
    "modelsListed": 2,
    "listing": "",
    "credit": {"usedUsd": "0.5", "limitUsd": None, "remainingUsd": None},
    "model": "openrouter/small",
    "modelServed": "small",
    "worstCostUsd": "0.0001",
    "costUsd": "0.00003",
    "costSource": "provider",
    "latencyMs": 12,
    "callIds": ["call_1"],
}

TRIED = {
    "testId": "test_2",
    "failure": "",
    "detail": "",
    "modelAsked": "openai/gpt-5-mini",
    "modelServed": "gpt-5-mini",
    "fallbackUsed": False,
    "fallbackReason": None,
    "worstCostUsd": "0.06",
    "costUsd": None,
    "costSource": "unknown",
    "latencyMs": 40,
    "promptHash": "ab" * 32,
    "answers": [
        {
            "symbol": "AAPL",
            "action": "BUY",
            "confidence": "0.8",
            "reasonCode": None,
            "rationale": "because",
        }
    ],
}


@dataclass
class FakeProvider:
    name: str
    key_source: str = "none"
    last4: str = ""
    stored: bool = False

    @property
    def configured(self):
        return self.key_source != "none"

    @property
    def key_variable(self):
        return f"{self.name.upper()}_API_KEY"

    @property
    def lacks(self):
        return "" if self.configured else f"a key: quorate keys set {self.name}"

    def as_json(self):
        return {
            "name": self.name,
            "configured": self.configured,
            "baseUrl": f"https://{self.name}.example/v1",
            "dialect": self.name,
            "strictSchema": None,
            "routing": None,
            "keySource": self.key_source,
            "keyVariable": self.key_variable,
            "last4": self.last4,
            "keyStored": self.stored,
            "lacks": self.lacks,
            "models": 1,
            "modelsLeftAlone": 0,
        }


@dataclass
class FakeChange:
    applied: bool
    provider: object = None
    in_force: object = None


@dataclass
class FakeProviders:
    known: dict = field(
        default_factory=lambda: {n: FakeProvider(n) for n in ("openai", "openrouter")}
    )
    keys: dict = field(default_factory=dict)

    async def listed(self):
        return list(self.known.values())

    async def named(self, name):
        if name not in self.known:
            raise RejectedError(f"there is no provider '{name}'", slug="not-found")
        return self.known[name]

    async def models(self):
        return [
            ModelLine(
                model=ModelId("openrouter", "small"),
                tier=Tier.CHEAP,
                prompt_price="0.1",
                completion_price=None,
                price_source="stated",
                ladders=("openrouter/repair",),
                reach=Reach.REACHABLE,
                circuit=Circuit.CLOSED,
                alone_s=0.0,
            )
        ]

    async def store_key(self, name, key):
        key = checked_key(name, key)
        applied = self.keys.get(name) != key
        self.keys[name] = key
        one = self.known[name]
        one.stored = True
        if one.key_source == "none":
            one.key_source, one.last4 = "file", key.ending
        return FakeChange(applied, provider=one)

    async def remove_key(self, name):
        applied = self.keys.pop(name, None) is not None
        self.known[name].stored = False
        return FakeChange(applied, provider=self.known[name])


@dataclass
class FakeThresholds:
    def as_json(self):
        return {
            "maxDisagreement": 0.34,
            "minConfidence": 0.62,
            "portfolioDeltaPct": 1.5,
            "powerCallsPerDay": 25,
        }


@dataclass
class FakePresets:
    applied: AppliedPreset = NOTHING_APPLIED
    catalogue: Catalogue = field(default_factory=lambda: Catalogue(CataloguePolicy()))

    def _in_force(self):
        return in_force(Preset.CHEAP_AND_POWER, self.applied)

    async def listed(self):
        return [preset_view(p, self.catalogue, ("openai",), self._in_force()) for p in Preset]

    async def shown(self, name):
        return preset_view(preset_named(name), self.catalogue, ("openai",), self._in_force())

    async def thresholds(self):
        return FakeThresholds()

    async def apply(self, preset):
        changes = self.applied.preset is not preset
        if changes:
            self.applied = AppliedPreset(preset, self.applied.version + 1)
        return FakeChange(changes, in_force=self._in_force())


@dataclass
class FakeProbe:
    told: dict = field(default_factory=lambda: dict(TESTED))
    worst: Usd | None = SMALL
    asked: list = field(default_factory=list)

    async def plan(self, name, model=None):
        rung = Rung(model=ModelId(name, model or "small"), tier=Tier.CHEAP)
        return ProbePlan(rung=rung, max_tokens=1, worst_cost=self.worst, price_source="stated")

    async def test(self, name, model=None):
        self.asked.append((name, model))
        return self.told


@dataclass
class FakeTrialPlan:
    profile: object = MODEL_PROFILES[0]
    symbol: str = "AAPL"
    as_of: date = date(2013, 3, 1)
    models: tuple = ("openai/gpt-5-mini",)
    prompt_tokens: int = 6700
    once: Usd | None = ONCE
    limit: Usd | None = LIMIT


@dataclass
class FakeTrials:
    told: dict = field(default_factory=lambda: dict(TRIED))
    planned: FakeTrialPlan = field(default_factory=FakeTrialPlan)
    asked: list = field(default_factory=list)

    async def plan(self, name, symbol=None):
        self.asked.append(("plan", name, symbol))
        return self.planned

    async def test(self, name, symbol=None):
        self.asked.append(("test", name, symbol))
        return self.told


@dataclass
class FakeModels:
    providers: FakeProviders = field(default_factory=FakeProviders)
    presets: FakePresets = field(default_factory=FakePresets)
    probe: FakeProbe = field(default_factory=FakeProbe)
    trials: FakeTrials = field(default_factory=FakeTrials)
