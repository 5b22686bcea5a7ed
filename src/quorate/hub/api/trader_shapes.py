"""Traders as the API takes and gives them. Shares of 1 are exact decimal text."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from quorate.arena.competition.trader import RegisteredTrader, trader_json
from quorate.arena.competition.trader_history import TraderStep
from quorate.hub.api.shape import Given, Moment, Shape

Share: TypeAlias = Annotated[
    str | None, msgspec.Meta(description="A share of 1 as text; null: what holds for everybody.")
]
AskedShare: TypeAlias = str | float | msgspec.UnsetType | None


class TraderEdit(Given, kw_only=True):
    """What changes of a trader; what is left out stays. Naming `profiles` leaves the strategy, and so round about."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    profiles: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    strategy: str | msgspec.UnsetType | None = msgspec.UNSET
    entry_equity: AskedShare = msgspec.UNSET
    max_order_equity: AskedShare = msgspec.UNSET
    max_position_equity: AskedShare = msgspec.UNSET
    max_cash_share: AskedShare = msgspec.UNSET
    max_daily_loss: AskedShare = msgspec.UNSET
    max_drawdown: AskedShare = msgspec.UNSET


class NewTrader(TraderEdit, kw_only=True):
    """A trader to make: agents in `profiles`, or one `strategy`, not both."""

    name: str


class TraderShape(Shape):
    """A trader: whose votes decide for its book, how large an entry is that names no size, its own tighter limits."""

    name: str
    title: str
    description: str
    profiles: tuple[str, ...]
    strategy: str | None
    entry_equity: Share
    max_order_equity: Share
    max_position_equity: Share
    max_cash_share: Share
    max_daily_loss: Share
    max_drawdown: Share
    version: int
    archived: bool


class TraderList(Shape):
    """Every trader, by name."""

    read_at: Moment
    items: tuple[TraderShape, ...]
    next_cursor: str | None = None


class TraderChanged(Shape):
    """What became of a wish; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    trader: TraderShape


class TraderStepShape(Shape):
    """One thing that was done to a trader, and how it stood then; `kind` is created, changed or archived."""

    seq: int
    at: Moment
    kind: str
    by: str
    version: int
    trader: TraderShape


class TraderHistory(Shape):
    """What was done to a trader, newest first."""

    read_at: Moment
    name: str
    items: tuple[TraderStepShape, ...]


def trader_shape(registered: RegisteredTrader) -> TraderShape:
    """Return a trader as the API gives it."""
    return msgspec.convert(trader_json(registered), TraderShape)


def step_shape(step: TraderStep) -> TraderStepShape:
    """Return a step of a trader's history as the API gives it."""
    return TraderStepShape(
        seq=step.seq,
        at=step.at,
        kind=step.kind,
        by=step.by,
        version=step.version,
        trader=trader_shape(RegisteredTrader(step.trader, step.version)),
    )
