"""Testing a provider: what it offers, what the key is good for, and one small call through the gateway.

plan (the cost, stated) -> models -> credit -> one call, reserved and settled -> provider.tested
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from quorate.bootstrap.models import Models
from quorate.bootstrap.once import TestId, TestLog
from quorate.bootstrap.presets import PresetBook
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event
from quorate.kernel.money import Usd, total_cost
from quorate.llm.answer import Hop, weakest_source
from quorate.llm.call import ModelId, Purpose
from quorate.llm.failure import FailureCode, ModelCallError
from quorate.llm.gateway import LogicalCall
from quorate.llm.ladder import Rung
from quorate.llm.probe import (
    ANSWERED_ALL_THE_SAME,
    PROBE_PROFILE,
    PROMPT,
    ProbePlan,
    probe_plan,
    probe_rung,
)
from quorate.llm.provider import is_loopback
from quorate.llm.tier import Tier

if TYPE_CHECKING:
    from quorate.adapters.openai_compatible.client import OpenAiCompatible
    from quorate.adapters.openai_compatible.listing import Credit
    from quorate.arena.acceptance import RequestKey

PROVIDER_TESTED: Final = "provider.tested"

TRY_TO_LIST_ONLY: Final = frozenset({FailureCode.CREDENTIALS, FailureCode.CONNECTION_FAILED})
"""Failures of a listing after which a call would fail as well, so none is made."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a provider told before anything was paid for; `listing` says why it told nothing of its models."""

    offered: tuple[str, ...] | None
    credit: Credit | None
    failure: ModelCallError | None = None
    listing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTest:
    """How a test of a provider ended; without a failure it answered, without a plan nothing was paid for."""

    test: TestId
    provider: str
    look: Look
    plan: ProbePlan | None
    hops: tuple[Hop, ...]
    failure: ModelCallError | None
    latency_ms: int

    def as_json(self) -> dict[str, JsonValue]:
        """Return the test as commands and the API tell it; money is exact decimal text, null where unknown."""
        look, plan, failure = self.look, self.plan, self.failure
        last = self.hops[-1] if self.hops else None
        return {
            "testId": self.test.id,
            "traceId": self.test.trace_id,
            "provider": self.provider,
            "ok": failure is None,
            "code": failure.code if failure else "",
            "detail": failure.cause if failure else "",
            "modelsListed": None if look.offered is None else len(look.offered),
            "listing": look.listing,
            "credit": _credit(look.credit),
            "model": str(plan.rung.model) if plan else None,
            "modelServed": last.model_served if last else "",
            "tier": plan.rung.tier.value if plan else None,
            "maxTokens": plan.max_tokens if plan else 0,
            "worstCostUsd": shown_usd(plan.worst_cost) if plan else "0",
            "costUsd": shown_usd(total_cost(hop.cost for hop in self.hops)),
            "costSource": weakest_source(self.hops).value if self.hops else "none",
            "latencyMs": self.latency_ms,
            "promptTokens": last.usage.prompt_tokens if last else None,
            "completionTokens": last.usage.completion_tokens if last else None,
            "callIds": [hop.call_id for hop in self.hops],
        }


class ProviderProbe:
    """Tests the providers of one home."""

    def __init__(self, store: Store, models: Models, presets: PresetBook) -> None:
        self._store = store
        self._models = models
        self._presets = presets
        self._log = TestLog(store)

    async def plan(self, name: str, model: str | None = None) -> ProbePlan | None:
        """Return what a test would ask and may cost, having looked at the provider's list, which is free.

        None where it offers nothing that could be asked. Whoever agrees to the cost tests the plan's model.

        Raises:
            RejectedError: there is no such provider, it cannot be asked, or the preset leaves its models out.
        """
        await self._models.refresh()
        client = self._client(name)
        offered = () if model is not None else await _offered(client)
        rung = await self._rung(name, model, offered=offered)
        return None if rung is None else self._planned(rung)

    async def test(
        self,
        name: str,
        model: str | None = None,
        *,
        key: RequestKey | None = None,
    ) -> Mapping[str, JsonValue]:
        """Test a provider and return what came of it; a failure of the provider is an answer, not an error.

        Raises:
            RejectedError: see `plan`; or the idempotency key was used for another request.
        """
        await self._models.refresh()
        client = self._client(name)
        test, recorded = await self._log.begun(key)
        if recorded is not None:
            return dict(recorded)
        probe = _Probe(test, name, await _looked(client))
        failure = probe.look.failure
        if failure is not None:
            return await self._ended(probe.ended(None, (), failure, 0.0))
        rung = await self._rung(name, model, offered=probe.look.offered or ())
        if rung is None:
            cause = f"{name} offers no model that the preset in force leaves in"
            nothing = ModelCallError(cause, code=FailureCode.VALIDATION_FAILED, source=name)
            return await self._ended(probe.ended(None, (), nothing, 0.0))
        return await self._asked(probe, self._planned(rung))

    def _client(self, name: str) -> OpenAiCompatible:
        client = self._models.client(name)
        if client is not None:
            return client
        known = {each.name: each for each in self._models.known}
        if name not in known:
            raise RejectedError(
                f"there is no provider '{name}'",
                effect="nothing was asked",
                fix=f"choose from {', '.join(known)}, or add [providers.{name}] to the configuration",
                slug="not-found",
            )
        raise RejectedError(
            f"there is no {name} key",
            effect="nothing was asked; the keyless agents go on",
            fix=f"quorate keys set {name}, or export {known[name].key_variable}",
            slug="unauthenticated",
        )

    async def _rung(self, name: str, model: str | None, *, offered: tuple[str, ...]) -> Rung | None:
        chosen = await self._presets.in_force()
        local = is_loopback(self._client(name).endpoint.base_url)
        if model is not None:
            wanted = ModelId(name, model)
            tier = self._models.catalogue.tier(wanted) or (Tier.FREE if local else Tier.CHEAP)
            if tier not in chosen.tiers:
                raise RejectedError(
                    f"{wanted} is of the tier {tier}, which the preset {chosen.preset} leaves out",
                    effect="nothing was asked",
                    fix="quorate presets apply cheap_and_power, or name another model",
                )
            return Rung(model=wanted, tier=tier)
        return probe_rung(
            self._models.catalogue,
            name,
            offered=offered,
            tiers=chosen.tiers,
            prices=self._models.gateway.prices,
            local=local,
        )

    def _planned(self, rung: Rung) -> ProbePlan:
        gateway = self._models.gateway
        return probe_plan(rung, gateway.prices, gateway.policy)

    async def _asked(self, probe: _Probe, plan: ProbePlan) -> Mapping[str, JsonValue]:
        gateway = self._models.gateway
        call = LogicalCall(
            logical_id=self._store.ids.ulid("ask_"),
            trace_id=probe.test.trace_id,
            profile=PROBE_PROFILE,
            purpose=Purpose.TEST,
            ladder=(plan.rung,),
            prompt=PROMPT,
            max_tokens=plan.max_tokens,
            timeout_s=gateway.policy.timeout_s(plan.rung.tier),
            run_id=probe.test.scope,
            run_limit=plan.worst_cost,
        )
        began = self._store.clock.monotonic()
        try:
            answer = await gateway.ask(call)
        except ModelCallError as error:
            took = self._store.clock.monotonic() - began
            return await self._ended(probe.ended(plan, error.hops, error, took))
        except RejectedError as error:
            code, source = FailureCode.BUDGET_EXHAUSTED, probe.provider
            refused = ModelCallError(error.cause, code=code, source=source)
            return await self._ended(probe.ended(plan, (), refused, 0.0))
        took = self._store.clock.monotonic() - began
        told = probe.ended(plan, answer.hops, None, took)
        texts = (PROMPT.text.encode(), answer.content)
        return await self._ended(told, texts, answer.events)

    async def _ended(
        self,
        told: ProviderTest,
        texts: tuple[bytes, ...] = (),
        owed: Sequence[Event] = (),
    ) -> Mapping[str, JsonValue]:
        payload = told.as_json()
        await self._log.end(told.test.told(PROVIDER_TESTED, payload, texts), owed)
        return payload


@dataclass(frozen=True, slots=True)
class _Probe:
    """A test under way: what the provider told so far."""

    test: TestId
    provider: str
    look: Look

    def ended(
        self,
        plan: ProbePlan | None,
        hops: tuple[Hop, ...],
        failure: ModelCallError | None,
        took_s: float,
    ) -> ProviderTest:
        """Return how it ended: without a plan nothing was paid for."""
        if failure is not None and failure.code in ANSWERED_ALL_THE_SAME:
            failure = None
        return ProviderTest(
            test=self.test,
            provider=self.provider,
            look=self.look,
            plan=plan,
            hops=hops,
            failure=failure,
            latency_ms=round(took_s * 1000),
        )


async def _offered(client: OpenAiCompatible) -> tuple[str, ...]:
    try:
        return tuple(each.model for each in await client.models())
    except ModelCallError:
        return ()  # the test itself says why


async def _looked(client: OpenAiCompatible) -> Look:
    try:
        offered = tuple(each.model for each in await client.models())
    except ModelCallError as error:
        if error.code in TRY_TO_LIST_ONLY:
            return Look(None, None, failure=error)
        return Look(None, None, listing=error.cause)
    if client.endpoint.key is None:
        return Look(offered, None)
    try:
        return Look(offered, await client.credit())
    except ModelCallError as error:
        failure = error if error.code in TRY_TO_LIST_ONLY else None
        return Look(offered, None, failure=failure, listing=error.cause)


def _credit(credit: Credit | None) -> Mapping[str, Json] | None:
    if credit is None:
        return None
    return {
        "usedUsd": shown_usd(credit.used),
        "limitUsd": shown_usd(credit.limit),
        "remainingUsd": shown_usd(credit.remaining),
    }


def shown_usd(amount: Usd | None) -> str | None:
    """Return an amount as exact decimal text without idle zeros, None where nobody knows it."""
    return None if amount is None else f"{amount.amount.normalize():f}"
