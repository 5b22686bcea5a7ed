"""Arenas of others as the API gives them. Ratios are shares of 1, money is decimal text in the arena's currency."""

from __future__ import annotations

from typing import Annotated

import msgspec

from quorate.hub.api.competition_shapes import Signed
from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Day, Moment, Ratio, Shape

Money = Annotated[str, msgspec.Meta(description="Decimal text in the arena's currency.")]


class ArenaScoreShape(Shape):
    """What one book came to.

    `outsideBar` counts trades booked outside the low and high of their bar, `zeroQuantity` those of no shares, which
    `trades` leaves out. `rank` is null for a baseline and under 30 closed outcomes (`provisional`).
    """

    name: str
    baseline: bool
    rank: int | None
    rank_best: int | None
    rank_worst: int | None
    provisional: bool
    equity: Money
    pnl: Money
    return_: Signed = msgspec.field(name="return")
    return_low: Signed
    return_high: Signed
    max_drawdown: Ratio
    trades: int
    outside_bar: int
    zero_quantity: int
    findings: int
    outcomes: int
    win_rate: Ratio


class ArenaScoreWithEquity(ArenaScoreShape):
    """A score with what the book was worth: the capital, then one worth per marked day."""

    equity_curve: tuple[str, ...]


class ImportedArenaShape(Shape):
    """An arena of others: its terms, sources with their SHA-256, scores, and findings by kind."""

    competition_id: str
    kind: str
    name: str
    status: str
    profiles: tuple[str, ...]
    from_: Day = msgspec.field(name="from")
    to: Day
    sessions: int
    capital: Money
    currency: str
    bar_size: str
    zone: str | None
    mark_time: str
    tolerance: Money
    symbols: int
    files: dict[str, str]
    created_at: Moment
    created_by: str
    verdict: str
    pairs: int
    separable_pairs: int
    trades: int
    findings: dict[str, int]
    scores: tuple[ArenaScoreShape, ...]


class ArenaScores(Shape):
    """The scores with the equity race: `sessions` are the marked days."""

    competition_id: str
    currency: str
    verdict: str
    sessions: tuple[Day, ...]
    scores: tuple[ArenaScoreWithEquity, ...]


class FindingShape(Shape):
    """Something wrong at a `line` of a participant's log; `price`, `low` and `high` where a fill missed its bar."""

    kind: str
    participant: str
    line: int
    at: str
    symbol: str | None
    detail: str
    price: str | None
    low: str | None
    high: str | None


class FindingList(Shape):
    """What is wrong with an arena's logs, by participant and line."""

    read_at: Moment
    items: tuple[FindingShape, ...]
    next_cursor: str | None = None
    total: Total = None
