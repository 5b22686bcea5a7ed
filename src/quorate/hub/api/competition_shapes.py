"""Competitions as the API takes and gives them. Ratios are shares of 1, money is decimal text."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Day, Given, Moment, Ratio, Shape, Usd

Signed = Annotated[float | None, msgspec.Meta(description="A share of the start capital.")]


class NewCompetition(Given):
    """A competition to create. Without `profiles` every enabled profile that votes takes part, unless `traders` do.

    REPLAY plays past sessions from `from` to `to`; PAPER plays `rounds` sessions as they come, on the broker's bars.
    """

    name: str
    symbols: tuple[str, ...]
    profiles: tuple[str, ...] | None = None
    traders: tuple[str, ...] = ()
    mode: str = "REPLAY"
    rounds: int | None = None
    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None
    capital_usd: str | int | None = None
    max_cost_usd: str | int | float | None = None


class Nothing(Given):
    """A request that says all in its address."""


class ScoreShape(Shape):
    """What one book came to, net of what its models cost.

    `rank` is null for a baseline and under 30 closed outcomes (`provisional`); `rankBest` and `rankWorst` are what the
    intervals leave open. `slippageUsd` is what the fills cost against the bars' own prices, as the terms assume it.
    `llmCostUsd` sums what is priced, `unpricedRounds` counts the rounds whose cost nobody knows.
    """

    name: str
    baseline: bool
    rank: int | None
    tied: bool
    rank_best: int | None
    rank_worst: int | None
    provisional: bool
    equity_usd: Usd
    pnl_usd: Usd
    llm_cost_usd: Usd
    unpriced_rounds: int
    net_pnl_usd: Usd
    net_return: Signed
    return_low: Signed
    return_high: Signed
    max_drawdown: Ratio
    trades: int
    outcomes: int
    win_rate: Ratio
    mean_hold_sessions: float | None
    refused: int
    errors: int
    decisions: int
    cost_per_decision_usd: Usd
    slippage_usd: Usd


class ScoreWithEquity(ScoreShape):
    """A score with what the book was worth: the start capital, then one worth per round."""

    equity: tuple[str, ...]


class TermsShape(Shape):
    """The costs and limits that are equal for all; limits are shares of equity unless their name says otherwise."""

    fill: str
    slippage_bps: str
    fee_per_fill_usd: str
    max_risk: str
    max_order_equity: str
    max_order_usd: str
    max_order_shares: str
    max_volume_share: str
    max_position_equity: str
    max_cash_share: str
    max_daily_loss: str
    max_drawdown: str


class EntrantShape(Shape):
    """A trader as it entered: its agents, the costs and limits of its book; `thresholds` differ from the arena's."""

    name: str
    version: int
    profiles: tuple[str, ...]
    strategy: str | None
    thresholds: dict[str, str]
    terms: TermsShape


class CompetitionItem(Shape):
    """A competition in a list; `rounds` of `sessions` are played, `playing` says that a process is at it.

    `profiles` names those who have a book, agents and traders; a PAPER one knows neither `from` nor `to` beforehand.
    """

    competition_id: str
    kind: str
    name: str
    book_mode: str | None
    status: str
    playing: bool
    profiles: tuple[str, ...]
    symbols: tuple[str, ...]
    from_: Day | None = msgspec.field(name="from")
    to: Day | None
    sessions: int
    rounds: int
    created_at: Moment
    ended_at: Moment | None


class CompetitionList(Shape):
    """Every competition, newest first."""

    read_at: Moment
    items: tuple[CompetitionItem, ...]
    next_cursor: str | None = None
    total: Total = None


class CompetitionShape(CompetitionItem):
    """A competition: terms, how far it is, scores, and how far to believe their order."""

    traders: tuple[EntrantShape, ...]
    as_of: Day | None
    capital_usd: Usd
    max_cost_usd: Usd
    counted_usd: Usd
    terms: TermsShape
    reason: str | None
    verdict: str
    scores: tuple[ScoreShape, ...]


class CompetitionScores(Shape):
    """The scores with the equity race: `sessions` are those that were played."""

    competition_id: str
    status: str
    verdict: str
    sessions: tuple[Day, ...]
    scores: tuple[ScoreWithEquity, ...]


class CompetitionChanged(Shape):
    """What became of a wish; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    status: str
    rounds: int
