"""Money for model calls: what is asked for, what is set aside, what is charged, and the limits that say no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import BookName, RunId, TraceId
from quorate.kernel.journal import NO_BOOK
from quorate.kernel.money import Usd
from quorate.llm.call import NO_USAGE, ModelId, Purpose, Usage
from quorate.llm.nanos import nanos_of, usd_of
from quorate.llm.tier import Tier

MOST: Final = Decimal(1_000_000)
"""No budget and no cost is larger, in USD: beyond it something is wrong with the number."""

MOST_TOKENS: Final = 1_000_000_000
"""No call has more tokens; see above."""


class Limit(StrEnum):
    """What may say no, in the order in which they are asked. Source: DESIGN 7, R-079."""

    UNPRICED_CALLS = "unpriced-calls"
    POWER_CALLS = "power-calls"
    RUN = "run"
    PROFILE_RUN = "profile-run"
    PROFILE_DAY = "profile-daily"
    DAY = "daily"


COUNTED: Final = frozenset({Limit.UNPRICED_CALLS, Limit.POWER_CALLS})
"""The limits that count calls; all others are dollars."""

SETTABLE: Final = tuple(limit for limit in Limit if limit is not Limit.PROFILE_RUN)
"""The limits that hold for everybody; what one profile may spend in a run stands in the profile alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPolicy:
    """What models may cost until somebody says otherwise; amounts in USD, days are UTC days."""

    per_day: Decimal = Decimal("1.00")
    """What all calls of a day may cost together. Source: UI 2 (the default of the first use)."""

    per_profile_day: Decimal = Decimal("0.50")
    """What one profile may cost a day, unless it has a budget of its own. Ours: half of the day's."""

    per_run: Decimal = Decimal("0.50")
    """What one run may cost, unless it was started with a smaller limit of its own. Ours: half of the day's."""

    power_calls_per_day: int = 25
    """How often models of the power tier may be called a day, each try counted. Source: R-079."""

    unpriced_calls_per_day: int = 500
    """How often models without a known price may be called a day; 0 forbids them.

    Ours: they are mostly models on the user's own machine; a count is the only bound that there is for the others.
    """

    abandoned_after_seconds: float = 600.0
    """A reservation that nobody settled for so long was left by a dead process. Ours: no call lasts 120 s (FM-004)."""

    def __post_init__(self) -> None:
        """Refuse what could not be held to."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"budget policy: {rule}", effect="nothing was run")

    def sizes(self) -> dict[Limit, int]:
        """Return the size of each limit that holds for everybody; see `size_of`."""
        return {
            Limit.UNPRICED_CALLS: self.unpriced_calls_per_day,
            Limit.POWER_CALLS: self.power_calls_per_day,
            Limit.RUN: nanos_of(Usd(self.per_run)),
            Limit.PROFILE_DAY: nanos_of(Usd(self.per_profile_day)),
            Limit.DAY: nanos_of(Usd(self.per_day)),
        }

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        amounts = (self.per_day, self.per_profile_day, self.per_run)
        counts = (self.power_calls_per_day, self.unpriced_calls_per_day)
        return (
            (
                all(amount.is_finite() and 0 <= amount <= MOST for amount in amounts),
                f"an amount is in [0, {MOST}] USD",
            ),
            (all(0 <= count <= MOST for count in counts), f"a number of calls is in [0, {MOST}]"),
            (
                60 <= self.abandoned_after_seconds <= 86_400,
                "abandoned_after_seconds is in [60, 86400]",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationRequest:
    """One hop that wants money: a try, a fallback, a repair, a panel member.

    `logical_id` ties the hops of one logical call together. `worst_cost` is None where the model's price is not known.
    `run_limit` is what the run was told to stay below, None where nobody said.
    """

    call_id: str
    logical_id: str
    run_id: RunId | None
    profile: str
    tier: Tier
    purpose: Purpose
    model: ModelId
    worst_cost: Usd | None
    trace_id: TraceId
    book: BookName = NO_BOOK
    run_limit: Usd | None = None

    def __post_init__(self) -> None:
        """Refuse a worst case that no call has."""
        if self.worst_cost is not None:
            _require_believable(self.worst_cost)

    @property
    def is_free(self) -> bool:
        """Return whether its price says that it costs nothing."""
        return self.worst_cost is not None and self.worst_cost.amount == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What was set aside for one hop; `id` is its call id, `day` the UTC day whose budgets it stands in.

    `reserved` is zero where the price is not known; then the call was counted instead.
    """

    id: str
    request: ReservationRequest
    reserved: Usd
    day: date


class CostSource(StrEnum):
    """Who says what a call cost. Source: DESIGN 7."""

    PROVIDER = "provider"
    PRICE_TABLE = "price_table"
    UNKNOWN = "unknown"


class CallStatus(StrEnum):
    """Where a call stands; RESERVED is before its end, ABANDONED is the guess of a recovery."""

    RESERVED = "reserved"
    ANSWERED = "answered"
    FAILED = "failed"
    LATE = "late"
    """It answered after its deadline: the answer is thrown away, its cost is not."""
    ABANDONED = "abandoned"
    """The process that made it ended before it could say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """How one hop ended and what it cost.

    `cost` is None where nobody knows: then the budgets count the worst case that was set aside. A call that is
    known not to be billed (refused before any work) costs zero. `code` is empty for an answer. `usage_estimated` says
    that the provider told no usage: the tokens are then estimates by length, and no cost is made of them.
    """

    cost: Usd | None
    cost_source: CostSource
    status: CallStatus
    price_version: str = ""
    usage: Usage = NO_USAGE
    code: str = ""
    latency_ms: float = 0.0
    model_served: str = ""
    prompt_hash: str = ""
    template: str = ""
    cache_hit: bool = False
    fallback_reason: str = ""
    usage_estimated: bool = False

    def __post_init__(self) -> None:
        """Refuse what no call costs or counts, and an end that is none."""
        if self.cost is not None:
            _require_believable(self.cost)
        tokens = (
            self.usage.prompt_tokens,
            self.usage.completion_tokens,
            self.usage.cached_tokens,
        )
        if not all(count is None or 0 <= count <= MOST_TOKENS for count in tokens):
            raise InvariantBrokenError(f"no call has {self.usage}")
        if self.status == CallStatus.RESERVED:
            raise InvariantBrokenError("a call that is only reserved has no charge")


class BudgetExhaustedError(RejectedError):
    """A limit has no room for a call: `limit` says which, `size` how large it is, `left` what is left of it.

    Sizes are dollars, or calls where the limit counts those.
    """

    default_slug = "budget-exhausted"

    def __init__(self, cause: str, *, fix: str, limit: Limit, size: Decimal, left: Decimal) -> None:
        super().__init__(cause, effect="the model was not asked", fix=fix)
        self.limit = limit
        self.size = size
        self.left = left


def shown_size(limit: Limit, size: int) -> Decimal:
    """Return a size as people say it: dollars, or calls where the limit counts those."""
    return Decimal(size) if limit in COUNTED else usd_of(size).amount


def size_of(limit: Limit, shown: Decimal) -> int:
    """Return the size that somebody wants a limit to have: billionths of a dollar, or calls where it counts those.

    Raises:
        RejectedError: it is no size of this limit (slug `validation-failed`).
    """
    if limit not in SETTABLE:
        raise RejectedError(
            f"the limit '{limit}' belongs to one profile",
            effect="nothing was changed",
            fix=f"choose from {', '.join(SETTABLE)}",
        )
    whole = limit in COUNTED
    if not shown.is_finite() or not 0 <= shown <= MOST or (whole and shown % 1):
        unit = "whole number of calls" if whole else "number of dollars"
        raise RejectedError(
            f"{shown} is no {unit} from 0 to {MOST}",
            effect="nothing was changed",
            fix=f"quorate budget set {limit} {10 if whole else '2.00'}",
        )
    return int(shown) if whole else nanos_of(Usd(shown))


def sizes_in_force(
    policy: Mapping[Limit, int], told: Mapping[Limit, int], own: Mapping[Limit, int]
) -> dict[Limit, int]:
    """Return each limit's size: the run's or the profile's `own` before what was `told`, that before the policy's."""
    return {**policy, **told, **own}


def _require_believable(cost: Usd) -> None:
    if not 0 <= cost.amount <= MOST:
        raise InvariantBrokenError(f"no call costs {cost} USD")
