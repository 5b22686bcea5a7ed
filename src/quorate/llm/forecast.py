"""Forecasts of what models will cost by the end of the UTC day or month: the rate so far, and nothing else.

No season, no trend, no interval is made up: where too little was seen for a rate, there is no forecast, and it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

LEAST_HOURS: Final = 1.0
"""Before so much of the day has passed there is no rate. Ours: one burst after midnight would be taken for a day."""

LEAST_CALLS: Final = 10
"""Fewer calls are no rate. Ours."""

LEAST_DAYS: Final = 3
"""Fewer days with a call in a month are no rate for it. Ours: a work week has two that differ."""

_DAY_HOURS: Final = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What will be spent at the end: billionths of a dollar, or calls where those are counted.

    `amount` is None without enough data; `method` says how it was found, or why there is none. `runs_out_at` is when a
    limit has no room left at that rate, None where it holds or nobody can say.
    """

    amount: int | None
    method: str
    runs_out_at: datetime | None = None


def day_forecast(spent: int, calls: int, now: datetime, limit: int | None = None) -> Forecast:
    """Return where the day ends at the rate since 00:00 UTC; `spent` is what was spent in `calls` calls since then."""
    hours = _hours(now)
    if hours < LEAST_HOURS or calls < LEAST_CALLS:
        return Forecast(
            amount=None,
            method=(
                f"no forecast before {LEAST_CALLS} calls and {LEAST_HOURS:.0f} h of the UTC day: "
                f"{calls} calls in {hours:.1f} h so far"
            ),
        )
    rate = spent / hours
    return Forecast(
        amount=round(spent + rate * (_DAY_HOURS - hours)),
        method=f"the rate of {calls} calls since 00:00 UTC ({hours:.1f} h), kept up until 24:00",
        runs_out_at=_runs_out(spent, rate, now, limit),
    )


def month_forecast(spent: int, days_with_calls: int, first: date, now: datetime) -> Forecast:
    """Return where the month ends at the rate since `first`, its first day with a call."""
    if days_with_calls < LEAST_DAYS:
        return Forecast(
            amount=None,
            method=(
                f"no forecast before {LEAST_DAYS} days with calls this month: {days_with_calls} so far"
            ),
        )
    passed = (now.date() - first).days + _hours(now) / _DAY_HOURS
    left = (_next_month(now.date()) - now.date()).days - _hours(now) / _DAY_HOURS
    return Forecast(
        amount=round(spent + spent / passed * left),
        method=f"the rate since {first.isoformat()} ({passed:.1f} days), kept up to the month's end",
    )


def month_start(today: date) -> date:
    """Return the first day of the month."""
    return today.replace(day=1)


def _runs_out(spent: int, rate: float, now: datetime, limit: int | None) -> datetime | None:
    """Return when the limit is reached at this rate, None where the day ends first."""
    if limit is None or rate <= 0:
        return None
    hours = max(limit - spent, 0) / rate
    return now + timedelta(hours=hours) if hours < _DAY_HOURS - _hours(now) else None


def _hours(now: datetime) -> float:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return (now - midnight).total_seconds() / 3600


def _next_month(day: date) -> date:
    return (month_start(day) + timedelta(days=32)).replace(day=1)
