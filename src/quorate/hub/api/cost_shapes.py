"""Money on the wire: sums, calls, limits and prices."""

from __future__ import annotations

from typing import Annotated

import msgspec

from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Moment, Ratio, Shape, Usd
from quorate.kernel.stamps import stamp
from quorate.llm.budget import Limit
from quorate.llm.budget_line import BudgetLine
from quorate.llm.call_listing import CallLine
from quorate.llm.cost import CostLine
from quorate.llm.forecast import Forecast
from quorate.llm.nanos import exact
from quorate.llm.outlook import Outlook
from quorate.llm.price_line import PriceLine
from quorate.llm.threshold import Warned

Known = Annotated[str, msgspec.Meta(description="US dollars as exact decimal text.")]


class CostItem(Shape):
    """Calls added up; `costUsd` is the sum of the known costs, `countedUsd` what the budgets count."""

    key: str
    calls: int
    open_calls: int
    failed: int
    unpriced: int
    cache_hits: int
    cost_usd: Usd
    counted_usd: Known
    wasted_usd: Known
    wasted_calls: int
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int


class ForecastShape(Shape):
    """Where the rate so far leads; null without enough data. `method` says how it was found, or why not."""

    usd: Usd
    method: str
    runs_out_at: Moment | None


class ForecastPair(Shape):
    """The forecasts of this UTC day and of this month."""

    day: ForecastShape
    month: ForecastShape


class PowerCalls(Shape):
    """Calls of the power tier this UTC day."""

    used: int
    limit: int
    left: int


class CostSummary(Shape):
    """What model calls cost from `since` to `until`, both included, added up by `groupBy`."""

    read_at: Moment
    group_by: str
    since: str
    until: str
    items: tuple[CostItem, ...]
    total: CostItem
    cached_share: Ratio
    power_calls: PowerCalls
    forecast: ForecastPair
    next_cursor: str | None = None


class CallItem(Shape):
    """One model call; a `costUsd` of null is unknown, of an ended call as of one under way."""

    call_id: str
    logical_id: str
    run_id: str | None
    trace_id: str
    profile: str
    role: str | None
    tier: str
    purpose: str
    provider: str
    model: str
    model_served: str | None
    day: str
    reserved_at: Moment
    settled_at: Moment | None
    status: str
    code: str | None
    reserved_usd: Usd
    cost_usd: Usd
    counted_usd: Known
    cost_source: str | None
    price_version: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cached_tokens: int | None
    latency_ms: float | None
    prompt_hash: str | None
    template: str | None
    cache_hit: bool
    fallback_reason: str | None
    usage_estimated: bool


class CallList(Shape):
    """Model calls, newest first."""

    read_at: Moment
    items: tuple[CallItem, ...]
    next_cursor: str | None
    total: Total = None


class BudgetItem(Shape):
    """One limit; `profile` is null where it holds for everybody. Dollars or calls, the other kind is null."""

    budget: str
    profile: str | None
    limit_usd: Usd
    limit_calls: int | None
    used_usd: Usd
    used_calls: int | None
    left_usd: Usd
    left_calls: int | None
    reserved_usd: Usd
    spent_usd: Usd
    calls: int | None
    open_calls: int | None
    unpriced: int | None
    source: str


class BudgetWarning(Shape):
    """A limit that reached 80 or 100 % this UTC day; told once."""

    budget: str
    profile: str | None
    percent: int
    refused: bool


class BudgetList(Shape):
    """Every limit and how full it is today."""

    read_at: Moment
    items: tuple[BudgetItem, ...]
    warnings: tuple[BudgetWarning, ...]
    next_cursor: str | None = None


class BudgetsChanged(Shape):
    """What became of the wish; `changed` are the limits that were not so already."""

    target: str
    applied: bool
    dry_run: bool
    changed: tuple[str, ...]
    items: tuple[BudgetItem, ...]


class PriceItem(Shape):
    """One model and its price in USD per million tokens; null where nobody knows it."""

    model: str
    tier: str | None
    prompt_usd_per_million: Usd
    completion_usd_per_million: Usd
    tiered: bool
    source: str
    price_version: str | None
    changes: int
    used_by: tuple[str, ...]


class PriceList(Shape):
    """Every model that is named anywhere, by name."""

    read_at: Moment
    items: tuple[PriceItem, ...]
    next_cursor: str | None = None


class PriceChanged(Shape):
    """What became of a stated price; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    price: PriceItem


def cost_item(line: CostLine) -> CostItem:
    """Return a sum as it goes out."""
    return msgspec.convert(line.as_json(), CostItem)


def call_item(line: CallLine) -> CallItem:
    """Return a call as it goes out."""
    return msgspec.convert(line.as_json(), CallItem)


def budget_item(line: BudgetLine) -> BudgetItem:
    """Return a limit as it goes out."""
    return msgspec.convert(line.as_json(), BudgetItem)


def price_item(line: PriceLine) -> PriceItem:
    """Return a price as it goes out."""
    return msgspec.convert(line.as_json(), PriceItem)


def budget_warning(warned: Warned) -> BudgetWarning:
    """Return a warning as it goes out."""
    return BudgetWarning(
        budget=warned.limit.value,
        profile=warned.profile or None,
        percent=warned.percent,
        refused=warned.refused,
    )


def cached_share(line: CostLine) -> float | None:
    """Return which share of the questions was answered from the cache, None where there was none."""
    asked = line.calls + line.cache_hits
    return line.cache_hits / asked if asked else None


def power_calls(outlook: Outlook) -> PowerCalls:
    """Return the power calls of the day."""
    line = outlook.line(Limit.POWER_CALLS)
    return PowerCalls(used=line.used or 0, limit=line.size, left=line.left or 0)


def forecasts(outlook: Outlook) -> ForecastPair:
    """Return where the day and the month end at the rate so far."""
    return ForecastPair(day=_forecast(outlook.day_end), month=_forecast(outlook.month_end))


def _forecast(found: Forecast) -> ForecastShape:
    return ForecastShape(
        usd=exact(found.amount),
        method=found.method,
        runs_out_at=None if found.runs_out_at is None else stamp(found.runs_out_at),
    )
