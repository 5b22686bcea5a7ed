"""How often a signal was right before: the only source of a rule agent's confidence.

A signal on bar j is acted on at the next open and judged at the close of its horizon, bar j + h;
from that close on, and not before, its outcome is known. Signals whose windows overlap share their
luck, so of those only the earliest counts. All of it looks back only: later bars change nothing.
Source: DESIGN 5 and 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quorate.kernel.action import Action
from quorate.kernel.confidence import Confidence

Floats: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = NDArray[np.int32]
Signals: TypeAlias = NDArray[np.int8]
"""One `Signal` per bar of a series."""

PRIOR: Final = 2
"""Beta(2,2): one imagined right and wrong more than the uniform; without history, 0.5. DESIGN 5."""


class Signal(IntEnum):
    """What a rule says on one bar: a view, no set-up, or too few bars to tell."""

    NO_DATA = 0
    NO_SETUP = 1
    HOLD = 2
    BUY = 3
    SELL = 4


ACTION_OF: Final = {Signal.HOLD: Action.HOLD, Signal.BUY: Action.BUY, Signal.SELL: Action.SELL}
"""The signals that are votes; the others abstain."""


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """`hits` of `trials` earlier equal signals were right."""

    hits: int
    trials: int

    @property
    def confidence(self) -> Confidence:
        """Return the Beta(2,2)-shrunk hit rate, always strictly between 0 and 1."""
        return Confidence((self.hits + PRIOR) / (self.trials + 2 * PRIOR))


@dataclass(frozen=True, slots=True, eq=False)
class TrackRecords:
    """The running score of every signal of one rule on one series: row = signal, column = bar."""

    hits: Counts
    trials: Counts

    def at(self, index: int, signal: Signal) -> TrackRecord:
        """Return how `signal` had done by the close of bar `index`."""
        return TrackRecord(int(self.hits[signal, index]), int(self.trials[signal, index]))


def horizon_returns(opens: Floats, closes: Floats, horizon: int) -> Floats:
    """Return for each bar j the return from open j + 1 to close j + `horizon` (at least 1).

    The result is shorter than the series by `horizon`: later bars have no outcome yet.
    """
    judged = max(len(closes) - horizon, 0)
    returns: Floats = closes[horizon:] / opens[1 : judged + 1] - 1.0
    return returns


def non_overlapping(bars: NDArray[np.intp], horizon: int) -> NDArray[np.intp]:
    """Return those of the ascending `bars` that are `horizon` apart, from the earliest on."""
    chosen = []
    place = 0
    while place < len(bars):
        chosen.append(bars[place])
        place = int(np.searchsorted(bars, bars[place] + horizon))
    return np.array(chosen, dtype=np.intp)


def track_records(
    signals: Signals, opens: Floats, closes: Floats, *, horizon: int, hold_band: float
) -> TrackRecords:
    """Return the running score of `signals` on a series with these adjusted prices.

    BUY is right on a rise, SELL on a fall, HOLD on a move smaller than `hold_band` either way.
    """
    hits = np.zeros((len(Signal), len(signals)), dtype=np.int32)
    trials = np.zeros_like(hits)
    returns = horizon_returns(opens, closes, horizon)
    was_right = {
        Signal.HOLD: np.abs(returns) < hold_band,
        Signal.BUY: returns > 0.0,
        Signal.SELL: returns < 0.0,
    }
    for signal, right in was_right.items():
        judged = non_overlapping(np.flatnonzero(signals[: len(returns)] == signal), horizon)
        hits[signal, judged + horizon] = right[judged]
        trials[signal, judged + horizon] = 1
    return TrackRecords(hits.cumsum(axis=1, dtype=np.int32), trials.cumsum(axis=1, dtype=np.int32))
