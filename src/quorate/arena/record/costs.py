"""What a run's model calls cost, split by who asked and what for; what nobody knows stays apart from the sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from quorate.kernel.money import Usd
from quorate.llm.budget import CallStatus
from quorate.llm.call import Purpose
from quorate.llm.call_listing import CallLine
from quorate.llm.tier import Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPart:
    """One profile's calls for one purpose: `known` sums what has a cost, `unpriced` counts what ended without one."""

    profile: str
    role: str
    purpose: Purpose
    tier: Tier
    calls: int
    cache_hits: int
    open_calls: int
    failed: int
    unpriced: int
    known: Usd
    prompt_tokens: int
    completion_tokens: int


def cost_parts(calls: Iterable[CallLine]) -> tuple[CostPart, ...]:
    """Return the parts in the order in which their first call was made."""
    groups: defaultdict[tuple[str, Purpose], list[CallLine]] = defaultdict(list)
    for call in calls:
        groups[call.profile, call.purpose].append(call)
    return tuple(_part(group) for group in groups.values())


def known_cost(parts: Iterable[CostPart]) -> Usd:
    """Return what all priced calls cost together."""
    return Usd(sum((part.known.amount for part in parts), Decimal(0)))


def _part(calls: Sequence[CallLine]) -> CostPart:
    first, made = calls[0], [call for call in calls if not call.cache_hit]
    return CostPart(
        profile=first.profile,
        role=first.role,
        purpose=first.purpose,
        tier=first.tier,
        calls=len(made),
        cache_hits=len(calls) - len(made),
        open_calls=sum(call.status is CallStatus.RESERVED for call in made),
        failed=sum(bool(call.code) for call in made),
        unpriced=sum(call.is_unpriced for call in made),
        known=Usd(sum((call.cost.amount for call in calls if call.cost), Decimal(0))),
        prompt_tokens=sum(call.prompt_tokens or 0 for call in made),
        completion_tokens=sum(call.completion_tokens or 0 for call in made),
    )
