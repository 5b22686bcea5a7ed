"""Waivers as the page says them, and the form that asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from quorate.arbiter.constitution import Delta, Waiver, WaiverState, WaiverWish
from quorate.hub.pages.forms import entered, wrong

TONES: Final[Mapping[WaiverState, str]] = {
    WaiverState.ACTIVE: "warn",
    WaiverState.EXPIRED: "",
    WaiverState.REVOKED: "",
}
"""A waiver in force is something to keep an eye on."""

GATES: Final = (
    ("budget_adherence.usd", "US dollars spent"),
    ("budget_adherence.power_calls", "Power calls made"),
    ("budget_adherence.wall_time", "Time taken"),
    ("budget_adherence.tokens", "Tokens used"),
    ("budget_adherence.portfolio_delta", "Share of equity moved"),
    ("budget_compliance", "A budget beyond its tier"),
    ("quality_gates", "Quality below its least"),
)
"""The gates that the form offers; others cannot be waived by anybody."""

USUAL_DAYS: Final = "7"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverRow:
    """A waiver of the list; `left` is what is left of its time, empty where it counts no more."""

    waiver: Waiver
    state: WaiverState
    tone: str
    left: str
    raises: str

    @property
    def counts(self) -> bool:
        """Return whether it is in force."""
        return self.state is WaiverState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverForm:
    """What was entered, as it was entered."""

    title: str = ""
    reason: str = ""
    gates: tuple[str, ...] = ()
    operations: str = "*"
    days: str = USUAL_DAYS
    raises: Mapping[str, str] = field(default_factory=dict)
    confirmed: bool = False


def waiver_row(waiver: Waiver, now: datetime) -> WaiverRow:
    """Return a waiver as its line says it."""
    state = waiver.state(now)
    left = left_words(waiver.wish.expires_at - now) if state is WaiverState.ACTIVE else ""
    return WaiverRow(
        waiver=waiver,
        state=state,
        tone=TONES[state],
        left=left,
        raises=raise_words(waiver.wish.delta),
    )


def left_words(left: timedelta) -> str:
    """Return what is left of a time: "3 d left", "5 h left", "20 min left"."""
    if left >= timedelta(days=1):
        return f"{left.days} d left"
    minutes = int(left.total_seconds() // 60)
    return f"{minutes // 60} h left" if minutes >= 60 else f"{minutes} min left"


def raise_words(delta: Delta) -> str:
    """Return by how much a budget is raised, empty where none is."""
    parts = (
        f"${delta.usd:f}" if delta.usd else "",
        f"{delta.power_calls} power calls" if delta.power_calls else "",
        f"{delta.wall_ms / 1000:g} s" if delta.wall_ms else "",
        f"{delta.tokens} tokens" if delta.tokens else "",
        f"{delta.portfolio_delta:f} of equity" if delta.portfolio_delta else "",
    )
    return ", ".join(part for part in parts if part)


def read_form(fields: Mapping[str, list[str]]) -> WaiverForm:
    """Return what was entered."""
    return WaiverForm(
        title=entered(fields, "title"),
        reason=entered(fields, "reason"),
        gates=tuple(fields.get("gate", ())),
        operations=entered(fields, "operations") or "*",
        days=entered(fields, "days"),
        raises={name: entered(fields, name) for name in RAISES},
        confirmed=bool(entered(fields, "confirm")),
    )


RAISES: Final[Mapping[str, str]] = {
    "usd": "US dollars",
    "powerCalls": "Power calls",
    "seconds": "Seconds",
    "tokens": "Tokens",
    "portfolioDelta": "Share of equity",
}
"""The fields of what is raised."""


def wish_of(form: WaiverForm, by: str, now: datetime) -> WaiverWish:
    """Return what a form asks for.

    Raises:
        RejectedError: a number is none, or nobody confirmed it.
    """
    if not form.confirmed:
        raise wrong("nobody confirmed that tasks may pass these gates", "tick the box")
    amounts = {name: _amount(form.raises.get(name, ""), label) for name, label in RAISES.items()}
    return WaiverWish(
        title=form.title,
        reason=form.reason,
        gates=form.gates,
        operations=tuple(form.operations.replace(",", " ").split()),
        approved_by=by,
        expires_at=now + timedelta(days=float(min(_amount(form.days, "Days"), TOO_LONG))),
        delta=Delta(
            usd=amounts["usd"],
            power_calls=int(amounts["powerCalls"]),
            wall_ms=int(1000 * amounts["seconds"]),
            tokens=int(amounts["tokens"]),
            portfolio_delta=amounts["portfolioDelta"],
        ),
    )


TOO_LONG: Final = Decimal(3650)
"""Days that every rule refuses, and the calendar still has."""

MOST: Final = Decimal(10) ** 12
"""No raise is larger."""


def _amount(text: str, name: str) -> Decimal:
    try:
        amount = Decimal(text or "0")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= MOST:
        raise wrong(f"{name}: {text!r} is no number from 0 on", "write it as in 0.50")
    return amount
