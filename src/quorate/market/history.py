"""History: the bars up to a session, made comparable with that session's own dollars and shares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from quorate.market.actions import ActionKind
from quorate.market.indicators import indicators_of
from quorate.market.prices import growth
from quorate.market.series import Series


class PriceBar(NamedTuple):
    """One session, adjusted; the means are None before there are so many bars."""

    session: date
    open: float
    high: float
    low: float
    close: float
    volume: float
    sma50: float | None
    sma200: float | None


def price_history(series: Series, as_of: date, sessions: int) -> Sequence[PriceBar]:
    """Return the last `sessions` bars up to `as_of`, oldest first; none where the series begins later.

    Prices are stated in the dollars of the last bar shown, volumes in its shares, so a stop or a target of a decision
    at `as_of` can be held against them.
    """
    last = series.index_at(as_of)
    if last is None:
        return ()
    prices, means = series.adjusted, indicators_of(series)
    splits = growth(
        series.sessions, [action for action in series.actions if action.kind is ActionKind.SPLIT]
    )
    dollars, shares = 1 / float(series.factor[last]), float(splits[last])
    return tuple(
        PriceBar(
            session=series.sessions[place],
            open=float(prices.open[place]) * dollars,
            high=float(prices.high[place]) * dollars,
            low=float(prices.low[place]) * dollars,
            close=float(prices.close[place]) * dollars,
            volume=float(prices.volume[place]) * shares,
            sma50=_known(float(means.sma50[place]) * dollars),
            sma200=_known(float(means.sma200[place]) * dollars),
        )
        for place in range(max(0, last + 1 - sessions), last + 1)
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
