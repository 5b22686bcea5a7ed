"""Limits and marks in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.hub.pages.limits import NAMES
from quorate.hub.pages.wording import held, money
from quorate.llm.budget import COUNTED, SETTABLE, Limit
from quorate.llm.budget_line import BudgetLine
from quorate.llm.nanos import dollars, usd_of
from quorate.llm.outlook import Outlook
from quorate.llm.threshold import MARKS

USED, PALE, AMBER, RED = 1, 0, 5, 6
"""The colours of a meter: what is used, what the forecast adds, and what is nearly or wholly used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A limit of the day as a meter: `parts` are (share, colour); `tone` is the class of its sentence."""

    name: str
    used: str
    size: str
    parts: tuple[tuple[float, int], ...]
    words: str
    tone: str


def name_of(line: BudgetLine) -> str:
    """Return what a limit is called on a page."""
    if line.limit is Limit.PROFILE_DAY and line.profile:
        return f"{line.profile}, a day"
    return NAMES[line.limit]


def gauges(outlook: Outlook) -> list[Gauge]:
    """Return the limits that fill up today: those for everybody, then those of the profiles that were called."""
    return [
        _gauge(outlook, line)
        for line in outlook.budgets
        if line.today is not None and (not line.profile or line.today.calls)
    ]


def month_gauge(outlook: Outlook) -> Gauge:
    """Return what this month cost as the budgets count; no limit holds for it."""
    forecast = outlook.month_end
    known = forecast.amount
    ahead = "" if known is None else f"{money(usd_of(known))} at its end: "
    return Gauge(
        name="This month",
        used=money(outlook.month.counted),
        size="",
        parts=(),
        words=ahead + forecast.method,
        tone="hub-mut",
    )


def settable(outlook: Outlook) -> list[tuple[BudgetLine, str, str]]:
    """Return the limits that can be set here: each with its name and its size as it is written."""
    return [
        (outlook.line(limit), NAMES[limit], _written(outlook.line(limit)))
        for limit in reversed(SETTABLE)
    ]


def _gauge(outlook: Outlook, line: BudgetLine) -> Gauge:
    used, forecast = line.used or 0, outlook.forecast_of(line)
    share = min(used / line.size, 1.0) if line.size else 1.0
    tone = USED if share * 100 < MARKS[0] else AMBER if share * 100 < MARKS[1] else RED
    ahead = 0.0
    if forecast.amount is not None and line.size:
        ahead = max(min(forecast.amount / line.size, 1.0) - share, 0.0)
    return Gauge(
        name=name_of(line),
        used=held(line.used, line),
        size=held(line.size, line),
        parts=((share, tone), (ahead, PALE)),
        words=_forecast_words(outlook, line),
        tone="hub-dn" if tone is RED or forecast.runs_out_at else "hub-mut",
    )


def _forecast_words(outlook: Outlook, line: BudgetLine) -> str:
    forecast = outlook.forecast_of(line)
    if line.size and not line.left:
        return "used up: further calls are refused until 00:00 UTC"
    if forecast.runs_out_at is not None:
        at = f"{forecast.runs_out_at:%H:%M} UTC"
        return f"runs out about {at}: then budget_exhausted"
    if forecast.amount is None:
        return "too few calls today for a forecast"
    return f"forecast {held(forecast.amount, line)} at 24:00 UTC, fits"


def _written(line: BudgetLine) -> str:
    return str(line.size) if line.limit in COUNTED else dollars(line.size).removeprefix("$")
