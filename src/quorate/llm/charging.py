"""From the end of a hop to its charge: the provider's word, else the price table, else NULL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from quorate.kernel.money import Usd
from quorate.llm.budget import CallStatus, Charge, CostSource
from quorate.llm.call import NO_USAGE, ModelId, ModelReply, Usage
from quorate.llm.failover import OTHER_MODEL_SERVED
from quorate.llm.failure import FailureCode, ModelCallError
from quorate.llm.gateway import LogicalCall
from quorate.llm.pricing import PriceBook, is_believable, is_believable_cost
from quorate.llm.recall import RememberedAnswer
from quorate.llm.served import is_another_model
from quorate.llm.tokens import likely_tokens

NOT_BILLED: Final = Usd(Decimal(0))
"""What a hop costs that the provider is known not to charge for. Source: PEERS 3.12."""


LONGEST_NAME: Final = 200
"""A longer name of a model is cut: it comes from outside and is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """How one hop ended: with a reply, with a failure, or with a failure that a reply came with.

    `at` is the wall time of the end, `latency_ms` the hop's own time. `fallback_reason` says why this model was asked
    instead of the first one, empty for the first.
    """

    model: ModelId
    reply: ModelReply | None
    failure: ModelCallError | None
    status: CallStatus
    at: datetime
    latency_ms: float
    fallback_reason: str

    @property
    def model_served(self) -> str:
        """Return the model that the provider named, fit to be stored; empty where it named none."""
        told = self.reply if self.reply is not None else self.failure
        name = told.model_served if told is not None else ""
        return name if name.isprintable() and len(name) <= LONGEST_NAME else _printable(name)


def reason_for_doubt(landing: Landing) -> str:
    """Return why the answer is another model's than the one asked first, empty where it is not."""
    if landing.fallback_reason:
        return landing.fallback_reason
    is_other = is_another_model(landing.model.model, landing.model_served)
    return OTHER_MODEL_SERVED if is_other else ""


def charge_of(landing: Landing, call: LogicalCall, prices: PriceBook) -> Charge:
    """Return the charge of a hop that ended.

    Usage or a cost that cannot be true is neither stored nor counted with: the cost is unknown, and the code says so.
    """
    usage, reported, billed = _told(landing)
    absurd = not is_believable(usage) or not (reported is None or is_believable_cost(reported))
    if absurd:
        usage, reported = NO_USAGE, None
    cost, source, version = _priced(landing, usage, reported, prices)
    if cost is None and billed is False:
        cost, source = NOT_BILLED, CostSource.PROVIDER
    estimated = landing.reply is not None and usage == NO_USAGE and not absurd
    if landing.reply is not None and estimated:
        usage = _estimated(call, landing.reply)
    code = landing.failure.code if landing.failure is not None else ""
    return Charge(
        cost=cost,
        cost_source=source,
        price_version=version,
        usage=usage,
        status=landing.status,
        code=code or (FailureCode.USAGE_ABSURD.value if absurd else ""),
        latency_ms=landing.latency_ms,
        model_served=landing.model_served,
        prompt_hash=call.prompt.hash,
        template=call.template,
        fallback_reason=reason_for_doubt(landing),
        usage_estimated=estimated,
    )


def charge_of_recall(call: LogicalCall, remembered: RememberedAnswer) -> Charge:
    """Return the charge of an answer that needed no call."""
    return Charge(
        cost=NOT_BILLED,
        cost_source=CostSource.PROVIDER,
        status=CallStatus.ANSWERED,
        model_served=remembered.model_served,
        prompt_hash=call.prompt.hash,
        template=call.template,
        cache_hit=True,
    )


def _estimated(call: LogicalCall, reply: ModelReply) -> Usage:
    """Return about how many tokens a call took of which the provider told nothing. Source: RELIABILITY 1.1."""
    said = len(reply.content.decode(errors="replace"))
    wished = sum(len(tool.name) + len(tool.arguments) for tool in reply.tool_calls)
    return Usage(
        prompt_tokens=call.prompt.estimated_tokens, completion_tokens=likely_tokens(said + wished)
    )


def _told(landing: Landing) -> tuple[Usage, Usd | None, bool | None]:
    """Return what the provider said: usage, cost, and whether it charges at all."""
    failure, reply = landing.failure, landing.reply
    if failure is not None:
        return failure.usage, failure.reported_cost, failure.billed
    if reply is not None:
        return reply.usage, reply.reported_cost, True
    return NO_USAGE, None, None


def _priced(
    landing: Landing, usage: Usage, reported: Usd | None, prices: PriceBook
) -> tuple[Usd | None, CostSource, str]:
    """Return cost, source and edition of the prices: reported, else by the table, else unknown."""
    if reported is not None:
        return reported, CostSource.PROVIDER, ""
    model = _billed_model(landing)
    cost = prices.cost(model, usage, landing.at) if usage is not NO_USAGE else None
    if cost is None:
        return None, CostSource.UNKNOWN, ""
    return cost, CostSource.PRICE_TABLE, prices.version(model)


def _billed_model(landing: Landing) -> ModelId:
    """Return whose price holds: that of the model which answered, where it is another."""
    asked, served = landing.model, landing.model_served
    if is_another_model(asked.model, served):
        return ModelId(asked.provider, served)
    return asked


def _printable(name: str) -> str:
    return "".join(each for each in name[:LONGEST_NAME] if each.isprintable())
