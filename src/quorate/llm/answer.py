"""What came of a logical call: the answer, and every hop that was made for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from quorate.kernel.journal import Event
from quorate.kernel.money import Usd, total_cost
from quorate.llm.budget import CostSource
from quorate.llm.call import ModelId, ToolCall, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One try of one model: `code` is empty where it answered; `cost` is None where nobody knows it.

    A hop that was still on its way at the deadline has no cost yet: its row in the journal gets it later.
    """

    call_id: str
    model: ModelId
    model_served: str
    code: str
    latency_ms: float
    cost: Usd | None
    cost_source: CostSource
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAnswer:
    """An answer that arrived whole and in time; nobody has parsed it yet.

    `model_served` is the provider's word for what answered, empty where it named nothing. `fallback_used` says that
    another model answered than the one asked first, and `fallback_reason` why: the code of the failure that
    left it, or `OTHER_MODEL_SERVED`. `latency_ms` is the whole call, waits and failed hops included.
    `events` settle what was reserved: whoever uses the answer commits them with what it leads to.
    """

    content: bytes
    tool_calls: tuple[ToolCall, ...]
    model_asked: ModelId
    model_served: str
    fallback_used: bool
    fallback_reason: str
    hops: tuple[Hop, ...]
    latency_ms: float
    events: tuple[Event, ...]
    cache_hit: bool = field(default=False)

    @property
    def cost(self) -> Usd | None:
        """Return what all hops cost together, None where that of one is unknown."""
        return total_cost(hop.cost for hop in self.hops)

    @property
    def cost_source(self) -> CostSource:
        """Return the weakest source that the cost stands on."""
        return weakest_source(self.hops)


def weakest_source(hops: Sequence[Hop]) -> CostSource:
    """Return unknown where one hop's cost is, else the price table where one stands on it, else the provider."""
    sources = {hop.cost_source for hop in hops}
    for source in (CostSource.UNKNOWN, CostSource.PRICE_TABLE):
        if source in sources:
            return source
    return CostSource.PROVIDER
