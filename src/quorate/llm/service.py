"""The gateway: the one way to a language model.

size -> remembered? -> ladder of models (`asking`) -> hops, each reserved, sent and settled (`hop`) -> answer
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from quorate.kernel.ports import Clock, IdSource
from quorate.llm.answer import GatewayAnswer
from quorate.llm.asking import Asking
from quorate.llm.call import ModelId
from quorate.llm.charging import charge_of_recall
from quorate.llm.failover import ModelHealth
from quorate.llm.failure import FailureCode, ModelCallError
from quorate.llm.gateway import GatewayPolicy, LogicalCall
from quorate.llm.hop import Hops, wanted_for
from quorate.llm.ports import AnswerCache, LanguageModel, Purse
from quorate.llm.pricing import PriceBook
from quorate.llm.recall import RememberedAnswer


@dataclass(slots=True, kw_only=True)
class Gateway:
    """Asks models; `models` is by provider, `draw` gives chance in [0, 1) for the waits, `answers` remembers.

    What it learns of models (breakers, Retry-After) lives in this process; the money lives in the purse.
    """

    models: Mapping[str, LanguageModel]
    purse: Purse
    prices: PriceBook
    clock: Clock
    ids: IdSource
    draw: Callable[[], float]
    policy: GatewayPolicy = field(default_factory=GatewayPolicy)
    answers: AnswerCache | None = None
    hops: Hops = field(init=False)

    def __post_init__(self) -> None:
        """Open the hops."""
        self.hops = Hops(
            models=self.models,
            purse=self.purse,
            prices=self.prices,
            clock=self.clock,
            policy=self.policy,
        )

    async def ask(self, call: LogicalCall) -> GatewayAnswer:
        """Return the first whole answer that a model of the ladder gives in time.

        Every hop reserves its worst case before it is sent and is settled after: durably where it failed, by the
        answer's `events` where it answered. A caller that is cancelled leaves nothing unsettled.

        Raises:
            RejectedError: a budget refused every hop; nothing was sent.
            ModelCallError: no model answered in time; `code` is that of the failure that ended it, `hops` has all.
            UnavailableError: the purse gave no answer; nothing is sent without a reservation.
        """
        size = call.prompt.estimated_tokens
        if size > self.policy.max_prompt_tokens:
            raise ModelCallError(
                f"a prompt of about {size} tokens is larger than {self.policy.max_prompt_tokens}",
                code=FailureCode.CONTEXT_TOO_LARGE,
                source=str(call.ladder[0].model),
                billed=False,
            )
        return await self._recalled(call) or await self._asked(call)

    async def keep(self, call: LogicalCall, answer: GatewayAnswer) -> None:
        """Remember an answer that proved valid, unless it was a fallback's, or remembered itself."""
        if self.answers is None or not call.fresh_for_s > 0:
            return
        if answer.fallback_used or answer.cache_hit:
            return
        remembered = RememberedAnswer(
            content=answer.content,
            tool_calls=answer.tool_calls,
            model_served=answer.model_served,
        )
        await self.answers.keep(call.answer_key, remembered, call.fresh_for_s)

    def health(self, model: ModelId) -> ModelHealth:
        """Return what is known of `model`: its breaker, and until when it asked to be left alone."""
        return self.hops.health(model)

    def healths(self) -> Mapping[ModelId, ModelHealth]:
        """Return what is known of every model that ever failed, in this process."""
        return self.hops.healths()

    def reset(self, model: ModelId) -> None:
        """Forget what is held against `model`: the next call may ask it."""
        self.hops.reset(model)

    async def close(self) -> None:
        """Give up the requests whose callers left, and return once all are settled."""
        await self.hops.close()

    async def _asked(self, call: LogicalCall) -> GatewayAnswer:
        return await Asking(call=call, hops=self.hops, ids=self.ids, draw=self.draw).answer()

    async def _recalled(self, call: LogicalCall) -> GatewayAnswer | None:
        """Return the answer that is remembered, None where none is: a row in the journal, and no money."""
        if self.answers is None or not call.fresh_for_s > 0:
            return None
        remembered = await self.answers.recall(call.answer_key)
        if remembered is None:
            return None
        wanted = wanted_for(call, call.ladder[0], call_id=self.ids.ulid("call_"), worst_cost=None)
        return GatewayAnswer(
            content=remembered.content,
            tool_calls=remembered.tool_calls,
            model_asked=wanted.model,
            model_served=remembered.model_served,
            fallback_used=False,
            fallback_reason="",
            hops=(),
            latency_ms=0.0,
            events=(self.purse.recalled(wanted, charge_of_recall(call, remembered)),),
            cache_hit=True,
        )
