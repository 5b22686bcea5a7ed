"""A probe: one question of a token or so to a provider, to see that it answers and what that costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from quorate.kernel.money import Usd
from quorate.llm.call import Message, ModelId
from quorate.llm.catalogue import Catalogue
from quorate.llm.failure import FailureCode
from quorate.llm.gateway import GatewayPolicy
from quorate.llm.ladder import Rung
from quorate.llm.pricing import PriceBook
from quorate.llm.prompt import Prompt, prompt_of
from quorate.llm.tier import Tier

PROBE_PROFILE: Final = "provider-test"
"""In whose name a probe is paid: no agent's, so that no agent's budget goes into it."""

ONE_TOKEN: Final = 1

OPENAI_TOKENS: Final = 16
"""OpenAI's newer models refuse to answer in fewer. Source: OpenAI, "Responses" (max_output_tokens >= 16)."""

ANSWERED_ALL_THE_SAME: Final = frozenset({FailureCode.TRUNCATED, FailureCode.EMPTY_ANSWER})
"""Ends that prove a probe: the model worked until the token that it was allowed was spent."""

PROMPT: Final[Prompt] = prompt_of((Message(role="user", content="Reply with the word ok."),))

_ASKED_FIRST: Final = (Tier.CHEAP, Tier.FREE)
"""Free models are often overrun, so a cheap one says more; a power model is never probed unasked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbePlan:
    """What a probe would ask, and what it may cost: `worst_cost` is None where no price is known."""

    rung: Rung
    max_tokens: int
    worst_cost: Usd | None
    price_source: str


def probe_plan(rung: Rung, prices: PriceBook, policy: GatewayPolicy) -> ProbePlan:
    """Return the plan of a probe of one model; the worst case counts every try that the gateway may make."""
    tokens = probe_tokens(rung.model)
    once = prices.worst_cost(rung.model, PROMPT.most_tokens, tokens)
    tries = min(max(1 + policy.retries, policy.rate_limit_tries), policy.max_attempts)
    return ProbePlan(
        rung=rung,
        max_tokens=tokens,
        worst_cost=None if once is None else Usd(once.amount * tries),
        price_source=prices.version(rung.model),
    )


def probe_tokens(model: ModelId) -> int:
    """Return how many tokens a probe lets the model answer with."""
    is_openai = model.provider == "openai" or model.model.startswith("openai/")
    return OPENAI_TOKENS if is_openai else ONE_TOKEN


def probe_rung(
    catalogue: Catalogue,
    provider: str,
    *,
    offered: Sequence[str],
    tiers: Collection[Tier],
    prices: PriceBook,
    local: bool,
) -> Rung | None:
    """Return the model that a probe of `provider` asks: the cheapest that is known, else the first that it offers.

    `tiers` are those of the preset in force; None where they leave nothing. A model that nobody gave a tier counts
    as free on this machine and as cheap elsewhere.
    """
    known = [rung for rung in catalogue.models if rung.model.provider == provider]
    usable = [rung for rung in known if not offered or rung.model.model in offered]
    for tier in _ASKED_FIRST:
        found = [rung for rung in usable if rung.tier is tier and tier in tiers]
        if found:
            return _cheapest(found, prices)
    unknown = Tier.FREE if local else Tier.CHEAP
    strangers = [name for name in offered if catalogue.tier(ModelId(provider, name)) is None]
    if not strangers or unknown not in tiers:
        return None
    return Rung(model=ModelId(provider, strangers[0]), tier=unknown)


def _cheapest(rungs: Iterable[Rung], prices: PriceBook) -> Rung:
    def worst(rung: Rung) -> tuple[bool, object, ModelId]:
        cost = prices.worst_cost(rung.model, PROMPT.most_tokens, probe_tokens(rung.model))
        return cost is None, cost.amount if cost is not None else 0, rung.model

    return min(rungs, key=worst)
