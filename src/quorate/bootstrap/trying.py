"""The Test call: a profile's real prompt on the newest session of a symbol, through the agents that runs ask.

It is no run: nobody votes, nothing is decided, no position or score moves. It is journaled, and every budget holds.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from quorate.agents.profile import AgentProfile
from quorate.agents.prompts import compose
from quorate.agents.tools import tool_specs
from quorate.arena.ports import Question, RunContext
from quorate.arena.request import RunRequest, checked_symbols
from quorate.bootstrap.models import Models
from quorate.bootstrap.once import TestId, TestLog
from quorate.bootstrap.presets import PresetBook
from quorate.bootstrap.probing import shown_usd
from quorate.bootstrap.store import Store
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.money import Usd
from quorate.llm.budget import CostSource
from quorate.llm.call import ModelId, Purpose
from quorate.llm.call_record import SETTLED
from quorate.llm.ladder import Preset, Rung
from quorate.llm.prompt import prompt_of

if TYPE_CHECKING:
    from quorate.arena.acceptance import RequestKey
    from quorate.arena.service import RunPlan
    from quorate.arena.voting import AgentReply

PROFILE_TESTED: Final = "profile.tested"

FAVOURITE: Final = Symbol("AAPL")
"""The symbol of a test that names none, where its bars are stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """What a Test call would ask, and what it may cost.

    `once` is one answer of the dearest model of the ladder, `limit` what the whole test is kept below: tools, a try
    of a fallback and a repair included. Both are None where a price is not known.
    """

    profile: AgentProfile
    symbol: Symbol
    as_of: date
    preset: Preset
    models: tuple[str, ...]
    prompt_tokens: int
    max_tokens: int
    tools: tuple[str, ...]
    once: Usd | None
    limit: Usd | None

    def as_json(self) -> dict[str, JsonValue]:
        """Return the plan as commands and pages state it."""
        return {
            "profile": self.profile.name,
            "symbol": self.symbol,
            "asOf": self.as_of.isoformat(),
            "preset": self.preset.value,
            "models": list(self.models),
            "promptTokens": self.prompt_tokens,
            "maxTokens": self.max_tokens,
            "tools": list(self.tools),
            "onceUsd": shown_usd(self.once),
            "worstCostUsd": shown_usd(self.limit),
        }


@dataclass(frozen=True, slots=True)
class _Trial:
    """A plan with all that the question needs."""

    plan: TrialPlan
    run: RunPlan


class TestCalls:
    """Test calls of one home's profiles; `profile_named` and `planned` are the registry's and the runner's."""

    def __init__(
        self,
        store: Store,
        models: Models,
        presets: PresetBook,
        *,
        profile_named: Callable[[str], Awaitable[AgentProfile]],
        planned: Callable[[RunRequest], Awaitable[RunPlan]],
    ) -> None:
        self._store = store
        self._models = models
        self._presets = presets
        self._profile_named = profile_named
        self._planned = planned
        self._log = TestLog(store)

    async def plan(self, name: str, symbol: str | None = None) -> TrialPlan:
        """Return what a Test call would ask and what it may cost; nothing is asked or written.

        Raises:
            RejectedError: there is no such profile or symbol, or no model of the profile can be asked.
        """
        return (await self._trial(name, symbol)).plan

    async def test(
        self, name: str, symbol: str | None = None, *, key: RequestKey | None = None
    ) -> Mapping[str, JsonValue]:
        """Ask the profile's model once and return what came of it; what the model does wrong is in the answer.

        Raises:
            RejectedError: see `plan`; or the idempotency key was used for another request.
        """
        trial = await self._trial(name, symbol)
        test, recorded = await self._log.begun(key)
        if recorded is not None:
            return dict(recorded)
        plan = trial.plan
        context = RunContext(
            run_id=test.scope,
            trace_id=test.trace_id,
            book=trial.run.book.name,
            limit=plan.limit,
            preset=plan.preset,
        )
        reply = await self._models.ask(
            Question(
                profile=plan.profile,
                briefing=trial.run.briefing,
                context=context,
                purpose=Purpose.TEST,
            )
        )
        payload = {
            **plan.as_json(),
            **_told(test, reply),
            "costSource": await self._cost_source(reply),
        }
        event = test.told(PROFILE_TESTED, payload, reply.attachments)
        await self._log.end(replace(event, book=trial.run.book.name), reply.events)
        return payload

    async def _trial(self, name: str, symbol: str | None) -> _Trial:
        profile = await self._profile_named(name)
        if profile.is_rule_agent:
            raise RejectedError(
                f"profile '{name}' asks no model",
                effect="nothing was asked",
                fix=f"quorate run {FAVOURITE} --profiles {name} shows what it says, for nothing",
            )
        await self._models.refresh()
        chosen = await self._presets.in_force()
        ladder = self._ladder(profile, chosen.preset)
        run = await self._planned(RunRequest(symbols=(await self._symbol(symbol),)))
        return _Trial(await self._stated(profile, ladder, run, chosen.preset), run)

    async def _cost_source(self, reply: AgentReply) -> str:
        """Return the weakest word that the test's cost stands on; `none` where no call was made."""
        settled = [event.payload for event in reply.events if event.type == SETTLED]
        owed = {str(payload["callId"]): payload for payload in settled}
        sources: set[str] = set()
        for call_id in _call_ids(reply):
            facts = owed.get(call_id) or await self._settled(call_id)
            sources.add(str(facts.get("costSource") or CostSource.UNKNOWN.value))
        order = (CostSource.UNKNOWN, CostSource.PRICE_TABLE, CostSource.PROVIDER)
        return next((source.value for source in order if source.value in sources), "none")

    async def _settled(self, call_id: str) -> Mapping[str, JsonValue]:
        rows = await self._store.journal.entries(f"call:{call_id}")
        return next((row.facts for row in reversed(rows) if row.type == SETTLED), {})

    def _ladder(self, profile: AgentProfile, preset: Preset) -> tuple[Rung, ...]:
        wanted = ModelId(profile.provider, profile.model)
        catalogue, providers = self._models.catalogue, self._models.providers
        ladder = catalogue.ladder(wanted, tier=profile.tier, providers=providers, preset=preset)
        if ladder:
            return ladder
        if profile.provider not in providers:
            raise RejectedError(
                f"profile '{profile.name}' needs the provider {profile.provider}, which has no key",
                effect="nothing was asked",
                fix=f"quorate keys set {profile.provider}",
                slug="unauthenticated",
            )
        raise RejectedError(
            f"the preset {preset} leaves no model of the tier {profile.tier} for '{profile.name}'",
            effect="nothing was asked",
            fix="quorate presets apply cheap_and_power",
        )

    async def _symbol(self, named: str | None) -> Symbol:
        if named is not None:
            return checked_symbols([named])[0]
        stored = [each.symbol for each in await self._store.market.listing()]
        if not stored:
            raise RejectedError(
                "there are no bars to show to a model",
                effect="nothing was asked",
                fix="quorate data import FILE",
                slug="not-found",
            )
        return FAVOURITE if FAVOURITE in stored else Symbol(stored[0])

    async def _stated(
        self, profile: AgentProfile, ladder: Sequence[Rung], run: RunPlan, preset: Preset
    ) -> TrialPlan:
        """Return the plan with its worst case: the prompt is composed as the agent will compose it."""
        from quorate.arena.model_agents.messages import opening  # noqa: PLC0415  (slow)

        agents = self._models.agents
        template = await agents.prompts.named(profile.prompt_template)
        composed = compose(template, run.briefing)
        tools = tool_specs(profile)
        prompt = prompt_of(opening(composed), tools)
        rounds = agents.policy.tool_rounds if tools else 0
        costs = [
            agents.gateway.prices.worst_cost(rung.model, prompt.most_tokens, profile.max_tokens)
            for rung in ladder
        ]
        known = [cost.amount for cost in costs if cost is not None]
        once = Usd(max(known)) if len(known) == len(costs) else None
        return TrialPlan(
            profile=profile,
            symbol=run.header.symbols[0],
            as_of=run.header.as_of,
            preset=preset,
            models=tuple(str(rung.model) for rung in ladder),
            prompt_tokens=prompt.estimated_tokens,
            max_tokens=profile.max_tokens,
            tools=tuple(tool.name for tool in tools),
            once=once,
            limit=None if once is None else Usd(once.amount * (rounds + SPARE_CALLS)),
        )


SPARE_CALLS: Final = 3
"""Beside one call a round of tools: the answer, one more try of it, and a repair of its syntax."""


def _call_ids(reply: AgentReply) -> list[str]:
    found = (reply.call or {}).get("callIds")
    return [str(each) for each in found] if isinstance(found, list | tuple) else []


def _told(test: TestId, reply: AgentReply) -> dict[str, JsonValue]:
    """Return what came of it: the answers as they were decoded, what was served, what it cost and on whose word."""
    call = dict(reply.call or {})
    rejection = call.get("rejection")
    return {
        "testId": test.id,
        "traceId": test.trace_id,
        "ok": not reply.failure,
        "failure": reply.failure,
        "detail": str(call.get("error") or ""),
        "rejection": rejection if isinstance(rejection, Mapping) else None,
        "modelAsked": call.get("modelAsked"),
        "modelServed": reply.model,
        "fallbackUsed": reply.fallback_used,
        "fallbackReason": call.get("fallbackReason"),
        "costUsd": shown_usd(reply.cost),
        "latencyMs": round(reply.latency_ms),
        "promptHash": call.get("promptHash"),
        "template": call.get("template"),
        "callIds": list(_call_ids(reply)),
        "toolUses": _tools_used(call.get("toolUses")),
        "answers": [
            {
                "symbol": answer.symbol,
                "action": answer.action.value,
                "confidence": str(answer.confidence.value) if answer.confidence else None,
                "reasonCode": answer.reason,
                "rationale": answer.rationale,
            }
            for answer in reply.answers
        ],
    }


def _tools_used(uses: JsonValue) -> list[JsonValue]:
    given = uses if isinstance(uses, list | tuple) else ()
    return [str(use.get("name")) for use in given if isinstance(use, Mapping)]
