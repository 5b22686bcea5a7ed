"""Strategies and backtests as the API takes and gives them. Ratios are shares of 1, signed where they can be lost."""

from __future__ import annotations

from datetime import date
from typing import Annotated, TypeAlias

import msgspec

from quorate.hub.api.counting import Total
from quorate.hub.api.shape import Day, Given, Moment, Ratio, Shape, Usd

Signed = Annotated[float | None, msgspec.Meta(description="A share of 1; below zero is a loss.")]


class BacktestItem(Shape):
    """A backtest of the list; `passes` and the figures are null without a result."""

    backtest_id: str
    strategy: str
    version: int
    status: str
    first: Day
    last: Day
    started_at: Moment
    ended_at: Moment | None
    by: str
    passes: bool | None
    trades: int | None
    win_rate: Ratio
    returned: Signed
    max_drawdown: Ratio


class BacktestList(Shape):
    """A page of the backtests, newest first."""

    read_at: Moment
    items: tuple[BacktestItem, ...]
    next_cursor: str | None = None
    total: Total = None


class StrategyShape(Shape):
    """A strategy; what it leaves to the configuration is null. `hash` changes with anything that it says.

    `version` is the newest on record, 0 before it was ever switched or tried; what is `enabled` is that version.
    `gate` is what its newest backtest came to: passed, refused, or untested. One that the configuration has no more is
    not `configured`, and says nothing.
    """

    name: str
    description: str
    symbols: tuple[str, ...]
    profiles: tuple[str, ...]
    horizon_sessions: int | None
    thresholds: dict[str, str]
    preset: str | None
    answer_ttl_s: float | None
    max_cost_usd: Usd
    hash: str
    configured: bool
    version: int
    enabled: bool
    gate: str
    recorded_at: Moment | None
    changed_by: str | None
    changed_at: Moment | None
    reason: str | None
    last_backtest: BacktestItem | None


class StrategyList(Shape):
    """Every strategy, by name."""

    read_at: Moment
    items: tuple[StrategyShape, ...]
    next_cursor: str | None = None


class SaidChangeShape(Shape):
    """One thing that a strategy says, before and after; an object where it is a table."""

    key: str
    before: object
    after: object


class StrategyStepShape(Shape):
    """One thing that happened to a strategy: recorded, enabled or disabled."""

    seq: int
    at: Moment
    kind: str
    by: str
    reason: str | None
    version: int
    hash: str
    changes: tuple[SaidChangeShape, ...]


class StrategyHistory(Shape):
    """What happened to a strategy, newest first."""

    read_at: Moment
    name: str
    items: tuple[StrategyStepShape, ...]
    next_cursor: str | None = None


class StrategySwitch(Given):
    """Why a strategy is switched."""

    reason: str = ""


class StrategyEdit(Given):
    """What can be changed of a strategy here: its switch. What it says stands in quorate.toml."""

    enabled: bool
    reason: str = ""


Unset: TypeAlias = msgspec.UnsetType


class NewStrategy(Given):
    """A strategy, or the next version of the one of this name; what is not named is as in `basedOn`, else as it was.

    Null, and an empty list, leave a part to the configuration. A threshold is one of `[arena]`'s values.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    based_on: str | None = None
    description: str | Unset | None = msgspec.UNSET
    symbols: tuple[str, ...] | Unset | None = msgspec.UNSET
    profiles: tuple[str, ...] | Unset | None = msgspec.UNSET
    horizon_sessions: int | Unset | None = msgspec.UNSET
    thresholds: dict[str, str | int | float] | Unset | None = msgspec.UNSET
    preset: str | Unset | None = msgspec.UNSET
    answer_ttl_s: float | Unset | None = msgspec.UNSET
    max_cost_usd: str | Unset | None = msgspec.UNSET


class StrategyChanged(Shape):
    """What became of a wish to switch a strategy; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    strategy: StrategyShape


class NewBacktest(Given):
    """A backtest to start; without dates all sessions on which the strategy could have decided."""

    strategy_id: str
    from_: date | None = msgspec.field(name="from", default=None)
    to: date | None = None


class BacktestStarted(Shape):
    """A backtest that was started, or that an earlier request with the same key started."""

    backtest_id: str
    status: str
    replayed: bool


class FiguresShape(Shape):
    """What a backtest came to. Intervals are 95 %, of the trades `apart`: those that overlapped no other one.

    `returned` and `maxDrawdown` are the equity's, at the strategy's own size; `drawdownAtRisk` has 1 % at risk in each
    trade apart, which is what the gate looks at. `held...` are the same symbols bought and held.
    """

    sessions: int
    decisions: int
    signals: int
    refused_by_gate: int
    unprotected: int
    overlapping: int
    gapped: int
    too_late: int
    trades: int
    wins: int
    apart: int
    open: int
    win_rate: Ratio
    win_rate_low: Ratio
    win_rate_high: Ratio
    mean_return: Signed
    mean_return_low: Signed
    mean_return_high: Signed
    profit_factor: float | None
    drawdown_at_risk: Ratio
    returned: Signed
    max_drawdown: Ratio
    exposure: Ratio
    costs: Ratio
    held_returned: Signed
    held_drawdown: Ratio


class BacktestTrade(Shape):
    """One trade; prices in USD as they were traded. The last four are null while it is open."""

    symbol: str
    signal: Day
    entered: Day
    entry_price: float
    share: float
    left: Day | None
    exit_price: float | None
    how: str | None
    gained: Signed


class BacktestPoint(Shape):
    """One session of the curve: `equity` and `held` begin at 1."""

    session: Day
    equity: float
    drawdown: float
    held: float


class BacktestResult(Shape):
    """What a finished backtest found; `refusals` is empty where the gate lets the strategy through."""

    passes: bool
    refusals: tuple[str, ...]
    figures: FiguresShape
    reasons: dict[str, int]
    exits: dict[str, int]
    trades: tuple[BacktestTrade, ...]
    curve: tuple[BacktestPoint, ...]


class BacktestShape(Shape):
    """A backtest with its terms; `result` stands on a completed one, `failure` on a failed one.

    `leftOut` are profiles that it did not ask, for a model costs money. `digests` name the bars. `said` is what it came
    to in sentences, `limits` what no backtest here shows.
    """

    backtest_id: str
    strategy: str
    version: int
    hash: str
    by: str
    symbols: tuple[str, ...]
    profiles: tuple[str, ...]
    left_out: tuple[str, ...]
    first: Day
    last: Day
    fee_bps: float
    slippage_bps: float
    min_trades: int
    min_win_rate: float
    max_drawdown: float
    digests: dict[str, str]
    status: str
    started_at: Moment
    ended_at: Moment | None
    failure: str | None
    result: BacktestResult | None
    said: tuple[str, ...]
    limits: tuple[str, ...]
