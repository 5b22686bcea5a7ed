"""Asking a model on a profile's behalf: prompt, tools, answer, decode, one repair; never an exception for bad output.

question -> prompt -> model <-> read-only tools -> raw answer -> decode | one cheap repair -> answers | abstention
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from quorate.agents.profile import AgentProfile, Role
from quorate.agents.prompts import PackagedPrompts, Prompts, compose
from quorate.agents.prompts.tokens import BUDGET_TOKENS
from quorate.agents.tools import NO_ROOM, ToolUse, refused_use, tool_specs, use_tool
from quorate.arena.model_agents.answers import (
    abstain_reason,
    abstentions,
    answers_of,
    failure_of,
    panel_failure_of,
    seen_symbols,
)
from quorate.arena.model_agents.messages import opening, repair, storable_call, tool_round
from quorate.arena.ports import Question
from quorate.arena.voting import AgentReply
from quorate.kernel.action import AbstainReason, DecisionReason
from quorate.kernel.canonical import JsonValue, sha256_hex
from quorate.kernel.errors import ConflictError, RejectedError, UnavailableError
from quorate.kernel.journal import Event
from quorate.kernel.money import total_cost
from quorate.kernel.ports import Clock, IdSource
from quorate.kernel.storable import storable
from quorate.llm import (
    Message,
    ModelCallError,
    ModelId,
    Purpose,
    Tier,
    ToolCall,
)
from quorate.llm.answer import GatewayAnswer, Hop
from quorate.llm.catalogue import Catalogue
from quorate.llm.decode import (
    ANSWER_SCHEMA,
    DecodedAnswer,
    Rejection,
    RejectionCode,
    decode_answer,
    decode_repaired,
)
from quorate.llm.gateway import LogicalCall
from quorate.llm.ladder import Preset, Rung
from quorate.llm.prompt import prompt_of
from quorate.llm.provider import WELL_KNOWN
from quorate.llm.service import Gateway
from quorate.llm.tokens import safe_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAgentsPolicy:
    """How far one turn of a model may go."""

    tool_rounds: int = 3
    """How often a model may ask for tools before it must answer. Source: RELIABILITY 6.16 (recursion limits)."""

    tool_calls: int = 8
    """How many tools one turn may use in all. Source: RELIABILITY 6.16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAgents:
    """Asks the models of profiles through the gateway; `providers` are those with a key or an endpoint."""

    gateway: Gateway
    catalogue: Catalogue
    providers: Collection[str]
    clock: Clock
    ids: IdSource
    policy: ModelAgentsPolicy = field(default_factory=ModelAgentsPolicy)
    prompts: Prompts = field(default_factory=PackagedPrompts)
    structured: Collection[str] = frozenset(WELL_KNOWN)
    """Providers that are asked to keep to the answer's schema; others are only told it."""

    async def ask(self, question: Question) -> AgentReply:
        """Return what the profile's model says; whatever it does wrong is an abstention with its reason."""
        ladder = self._ladder(question.profile, question.context.preset)
        if not ladder:
            return _unanswerable(question)
        turn = _Turn(agents=self, question=question, ladder=ladder)
        try:
            return await turn.reply()
        except (ModelCallError, RejectedError) as error:
            return turn.failed(error)

    def repair_ladder(
        self, profile: AgentProfile, preset: Preset | None = None
    ) -> tuple[Rung, ...]:
        """Return the cheap models that mend an answer's syntax for `profile`, at its provider."""
        wanted = ModelId(profile.provider, "repair")
        if not self.catalogue.knows(wanted):
            return ()
        return self.catalogue.ladder(
            wanted, tier=Tier.CHEAP, providers=self.providers, preset=preset
        )

    def _ladder(self, profile: AgentProfile, preset: Preset | None) -> tuple[Rung, ...]:
        wanted = ModelId(profile.provider, profile.model)
        return self.catalogue.ladder(
            wanted, tier=profile.tier, providers=self.providers, preset=preset
        )


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One profile's turn: its calls share one deadline."""

    agents: ModelAgents
    question: Question
    ladder: tuple[Rung, ...]
    _began: float = field(init=False)
    _hops: list[Hop] = field(default_factory=list, init=False)
    _events: list[Event] = field(default_factory=list, init=False)
    _uses: list[ToolUse] = field(default_factory=list, init=False)
    _tokens: int = field(default=0, init=False)
    _texts: list[bytes] = field(default_factory=list, init=False)
    _facts: dict[str, JsonValue] = field(default_factory=dict, init=False)
    _exchanges: list[dict[str, JsonValue]] = field(default_factory=list, init=False)
    _heard: list[tuple[LogicalCall, GatewayAnswer]] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        """Start the turn's one clock."""
        self._began = self.agents.clock.monotonic()

    async def reply(self) -> AgentReply:
        """Ask until the model answers, decode what it said, have its syntax mended once at the most."""
        answer = await self._answered()
        symbols = seen_symbols(self.question.briefing)
        decoded = decode_answer(answer.content, symbols)
        if isinstance(decoded, DecodedAnswer):
            await self._remember()
        elif decoded.repairable:
            decoded = await self._mended(answer, decoded)
        self._note(answer, decoded)
        return AgentReply(
            profile=self.question.profile,
            answers=answers_of(decoded, symbols),
            model=storable(answer.model_served) or str(answer.model_asked.model),
            latency_ms=self._latency_ms,
            cost=total_cost(hop.cost for hop in self._hops),
            fallback_used=answer.fallback_used,
            failure=decoded.code.value if isinstance(decoded, Rejection) else "",
            call=self._record(),
            attachments=tuple(self._texts),
            events=tuple(self._events),
        )

    def failed(self, error: ModelCallError | RejectedError) -> AgentReply:
        """Return the abstention of an agent that got no answer; what its hops cost is kept."""
        if isinstance(error, ModelCallError):
            self._hops += error.hops
        self._facts["error"] = str(error)
        profile = self.question.profile
        symbols = seen_symbols(self.question.briefing)
        panel = self.question.purpose is Purpose.PANEL
        return AgentReply(
            profile=profile,
            answers=abstentions(symbols, abstain_reason(error).value, error.cause),
            model=profile.model,
            latency_ms=self._latency_ms,
            cost=total_cost(hop.cost for hop in self._hops),
            failure=panel_failure_of(error, was_asked=bool(self._hops))
            if panel
            else failure_of(error),
            call=self._record(),
            attachments=tuple(self._texts),
            events=tuple(self._events),
        )

    async def _answered(self) -> GatewayAnswer:
        """Return the model's final words, having served its wishes for tools as far as they are allowed."""
        question, agents = self.question, self.agents
        template = await agents.prompts.named(question.profile.prompt_template)
        prompt = compose(template, question.briefing, before=question.before)
        self._facts["evidenceTier"] = prompt.tier.value
        self._tokens = prompt.tokens
        messages, tools = opening(prompt), tool_specs(question.profile)
        for _ in range(agents.policy.tool_rounds):
            answer = await self._call(messages, tools=bool(tools))
            if not answer.tool_calls:
                return answer
            messages = (*messages, *self._served(answer))
        return await self._call(messages, tools=False)

    def _served(self, answer: GatewayAnswer) -> Sequence[Message]:
        left = self.agents.policy.tool_calls - len(self._uses)
        calls = [storable_call(call) for call in answer.tool_calls[: max(left, 0)]]
        uses = [self._used(call) for call in calls]
        self._uses += uses
        return tool_round(storable(answer.content), calls, uses)

    def _used(self, call: ToolCall) -> ToolUse:
        began = self.agents.clock.monotonic()
        use = use_tool(call, self.question.profile, self.question.briefing)
        if self._tokens + safe_tokens(use.result) > BUDGET_TOKENS:
            use = refused_use(call, NO_ROOM)
        self._tokens += safe_tokens(use.result)
        return replace(use, latency_ms=round((self.agents.clock.monotonic() - began) * 1000, 3))

    async def _call(self, messages: Sequence[Message], *, tools: bool) -> GatewayAnswer:
        profile = self.question.profile
        structured = profile.provider in self.agents.structured
        prompt = prompt_of(
            messages,
            tool_specs(profile) if tools else (),
            ANSWER_SCHEMA if structured and not tools else None,
        )
        self._facts.setdefault("promptHash", prompt.hash)
        return await self._asked(
            LogicalCall(
                logical_id=self.agents.ids.ulid("ask_"),
                trace_id=self.question.context.trace_id,
                profile=profile.name,
                purpose=self.question.purpose,
                ladder=self.ladder,
                prompt=prompt,
                max_tokens=profile.max_tokens,
                timeout_s=self._left_s(profile.tier),
                template=profile.prompt_template,
                interim=tools,
                temperature=profile.temperature,
                run_id=self.question.context.run_id,
                run_limit=self.question.context.limit,
                book=self.question.context.book,
                fresh_for_s=self._fresh_for_s,
                profile_version=answer_version(profile),
            )
        )

    @property
    def _fresh_for_s(self) -> float:
        """Return how long an answer is remembered: arguments and judgements are about one dispute, so they are not."""
        is_first_round = self.question.purpose is Purpose.ANSWER
        return self.question.context.answer_ttl_s if is_first_round else 0.0

    async def _remember(self) -> None:
        """Have every answer of a turn remembered that came to a valid one; a fallback's turn is not."""
        if any(answer.fallback_used for _, answer in self._heard):
            return
        try:
            for call, answer in self._heard:
                tools = tuple(map(storable_call, answer.tool_calls))
                await self.agents.gateway.keep(call, replace(answer, tool_calls=tools))
        except (ConflictError, UnavailableError) as error:
            self._facts["notRemembered"] = str(error)

    async def _mended(
        self, answer: GatewayAnswer, rejected: Rejection
    ) -> DecodedAnswer | Rejection:
        """Spend one cheap call on the syntax; without one, or when it fails, the rejection stands.

        It has what the answer left of its attempts: a repair is a hop of the same question. Source: DESIGN 7.
        """
        profile = self.question.profile
        ladder = self.agents.repair_ladder(profile, self.question.context.preset)
        left = self.agents.gateway.policy.max_attempts - len(answer.hops)
        if not ladder or left < 1 or _may_hide_a_veto(profile, rejected):
            return rejected
        prompt = prompt_of(repair(storable(answer.content)))
        call = LogicalCall(
            logical_id=self.agents.ids.ulid("ask_"),
            trace_id=self.question.context.trace_id,
            profile=profile.name,
            purpose=Purpose.REPAIR,
            ladder=ladder,
            prompt=prompt,
            max_tokens=profile.max_tokens,
            timeout_s=self._left_s(profile.tier),
            run_id=self.question.context.run_id,
            run_limit=self.question.context.limit,
            book=self.question.context.book,
            most_attempts=left,
        )
        try:
            mended = await self._asked(call)
        except (ModelCallError, RejectedError) as error:
            self._facts["repair"] = str(error)
            self._hops += error.hops if isinstance(error, ModelCallError) else ()
            return rejected
        symbols = seen_symbols(self.question.briefing)
        return decode_repaired(mended.content, symbols, answer.content)

    async def _asked(self, call: LogicalCall) -> GatewayAnswer:
        exchange = self._begun(call)
        answer = await self.agents.gateway.ask(call)
        exchange["answerHash"] = sha256_hex(answer.content)
        self._hops += answer.hops
        self._events += answer.events
        self._texts.append(answer.content)
        self._heard.append((call, answer))
        return answer

    def _begun(self, call: LogicalCall) -> dict[str, JsonValue]:
        """Keep what is asked, and note where to find it: its answer is told once there is one."""
        self._texts.append(call.prompt.text.encode())
        exchange: dict[str, JsonValue] = {
            "logicalId": call.logical_id,
            "purpose": call.purpose.value,
            "template": call.template,
            "promptHash": call.prompt.hash,
            "answerHash": None,
        }
        self._exchanges.append(exchange)
        return exchange

    def _left_s(self, tier: Tier) -> float:
        """Return what is left of the turn's deadline; a call needs some time, so at least a moment."""
        passed = self.agents.clock.monotonic() - self._began
        return max(self.agents.gateway.policy.timeout_s(tier) - passed, 0.001)

    def _note(self, answer: GatewayAnswer, decoded: DecodedAnswer | Rejection) -> None:
        self._facts["modelAsked"] = str(answer.model_asked)
        self._facts["fallbackReason"] = answer.fallback_reason or None
        self._facts["cacheHit"] = answer.cache_hit
        if isinstance(decoded, Rejection):
            self._facts["rejection"] = {
                "code": decoded.code.value,
                "detail": decoded.detail,
                "rawHead": decoded.raw_head,
                "rawSha256": decoded.raw_sha256,
            }
        else:
            self._facts["notes"] = [note.value for note in decoded.notes]

    def _record(self) -> dict[str, JsonValue]:
        """Return what the run's journal keeps of the turn beside its answers (R-087)."""
        return {
            **self._facts,
            "template": self.question.profile.prompt_template,
            "callIds": [hop.call_id for hop in self._hops],
            "exchanges": list(self._exchanges),
            "toolUses": [
                {
                    "name": use.name,
                    "arguments": use.arguments,
                    "result": use.result,
                    "refusal": use.refusal or None,
                    "latencyMs": use.latency_ms,
                }
                for use in self._uses
            ],
        }

    @property
    def _latency_ms(self) -> float:
        return round((self.agents.clock.monotonic() - self._began) * 1000, 3)


def answer_version(profile: AgentProfile) -> str:
    """Return what an answer depends on beside its prompt and its model: who asks, how warm, how long."""
    return f"{profile.name} {profile.temperature!r} {profile.max_tokens}"


def _may_hide_a_veto(profile: AgentProfile, rejected: Rejection) -> bool:
    """Return whether a repair could take a veto away: that of an answer which stops before its end.

    What a risk manager did not come to say may be its veto, so nobody closes its sentence for it.
    """
    is_cut = rejected.code is RejectionCode.JSON_TRUNCATED
    return is_cut and profile.role is Role.RISK_MANAGER


def _unanswerable(question: Question) -> AgentReply:
    """Return the abstention of an agent whose models cannot be asked: no key, or the preset leaves them out."""
    profile = question.profile
    panel = question.purpose is Purpose.PANEL
    why = f"no model of {profile.provider} can be asked for {profile.model}"
    return AgentReply(
        profile=profile,
        answers=abstentions(
            seen_symbols(question.briefing), AbstainReason.PROVIDER_ERROR.value, why
        ),
        model=profile.model,
        failure=(DecisionReason.NO_POWER_MODEL if panel else AbstainReason.PROVIDER_ERROR).value,
    )
