"""Limits as people read them: what each is for, how full it is now, and which key sets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final

from quorate.bootstrap.safety.answers import LimitLine
from quorate.portfolio.policy import MAX_RISK
from quorate.risk import RiskLimits

SECTION: Final = "risk"
"""The section of the configuration that sets them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How full the limits are; None where the book was never marked. Shares are of equity."""

    day_loss: Decimal | None = None
    drawdown: Decimal | None = None
    gross: Decimal | None = None
    largest: Decimal | None = None
    largest_symbol: str = ""
    orders_today: int = 0
    repeats: int = 0
    repeated: str = ""
    """The symbol and side that was ordered most often today, as in "AAPL BUY"."""


@dataclass(frozen=True, slots=True)
class _Gauge:
    """A limit with what it is called, and how much of it is used."""

    key: str
    name: str
    unit: str
    note: Callable[[RiskLimits], str]
    now: Callable[[Usage], Decimal | None]
    about: Callable[[Usage], str] = lambda _usage: ""


def _whole(number: int) -> Decimal:
    return Decimal(number)


GAUGES: Final = (
    _Gauge(
        "reducing_day_loss",
        "Day loss",
        "percent",
        lambda at: f"then REDUCING; {_percent(at.halting_day_loss)} halts",
        lambda now: now.day_loss,
    ),
    _Gauge(
        "halting_drawdown",
        "Drawdown from the peak",
        "percent",
        lambda _at: "then HALTED",
        lambda now: now.drawdown,
    ),
    _Gauge(
        "max_orders_per_day",
        "Orders today",
        "count",
        lambda at: f"{at.max_orders_per_minute} a minute",
        lambda now: _whole(now.orders_today),
    ),
    _Gauge(
        "max_repeats_per_day",
        "Same symbol and side today",
        "count",
        lambda _at: "then locked until a person lifts it",
        lambda now: _whole(now.repeats),
        lambda now: now.repeated,
    ),
    _Gauge(
        "max_gross_equity",
        "Gross exposure",
        "percent",
        lambda _at: "long only, open orders included",
        lambda now: now.gross,
    ),
    _Gauge(
        "max_position_equity",
        "Largest position",
        "percent",
        lambda _at: "of one symbol, open orders included",
        lambda now: now.largest,
        lambda now: now.largest_symbol,
    ),
)
"""Those that fill up, in the sequence in which they stop a trade. Source: UI 1 (safety)."""

_UNITS: Final = (
    ("_usd", "usd"),
    ("_bps", "bps"),
    ("_age_s", "seconds"),
    ("_ttl_s", "seconds"),
    ("_window_s", "seconds"),
    ("_min", "minutes"),
)
_SHARES: Final = frozenset(
    {
        "limit_collar",
        "move_collar",
        "max_order_equity",
        "max_volume_share",
        "max_position_equity",
        "max_gross_equity",
        "usable_buying_power",
        "reducing_day_loss",
        "halting_day_loss",
        "halting_drawdown",
        "low_profit",
        "min_maintenance_margin",
        "escalation_delta",
    }
)


def limit_lines(limits: RiskLimits, usage: Usage) -> Sequence[LimitLine]:
    """Return every limit: the constant first, then those that fill up, then the rest by name."""
    gauged = {gauge.key for gauge in GAUGES}
    values = {
        each.name: Decimal(value)
        for each in fields(limits)
        if isinstance(value := getattr(limits, each.name), Decimal | int)
    }
    return (
        LimitLine(
            key="",
            name="Risk at the stop, per trade",
            note="a constant, not a setting",
            unit="percent",
            limit=MAX_RISK,
        ),
        *(
            LimitLine(
                key=f"{SECTION}.{gauge.key}",
                name=gauge.name,
                note=gauge.note(limits),
                unit=gauge.unit,
                limit=values[gauge.key],
                now=gauge.now(usage),
                about=gauge.about(usage),
            )
            for gauge in GAUGES
        ),
        *(
            LimitLine(
                key=f"{SECTION}.{name}",
                name=name.replace("_", " ").removesuffix(" s").capitalize(),
                note="",
                unit=_unit(name),
                limit=value,
            )
            for name, value in sorted(values.items())
            if name not in gauged
        ),
    )


def etag_of_limits(limits: RiskLimits) -> str:
    """Return what tells these limits from all others."""
    return f'"{limits.hash[:32]}"'


def _unit(name: str) -> str:
    if name in _SHARES:
        return "percent"
    return next((unit for ending, unit in _UNITS if name.endswith(ending)), "count")


def _percent(share: Decimal) -> str:
    return f"{(100 * share).normalize():f} %"
