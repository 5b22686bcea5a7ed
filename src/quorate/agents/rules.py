"""The published rules behind the keyless voters: a signal per bar, and the numbers it rests on.

BUY and SELL are the rule's set-ups. HOLD is a view of its own, that nothing will move; where a rule
has neither, the bar is NO_SETUP. A signal depends on its own bar and earlier ones alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from quorate.agents.policy import AgentsPolicy
from quorate.agents.track_record import Signal, Signals
from quorate.market.indicators import indicators_of
from quorate.market.rolling import Flags, shifted
from quorate.market.series import Series
from quorate.market.view import SymbolView
from quorate.market.wyckoff import EVENTS, Event, wyckoff_of
from quorate.market.wyckoff.study import FEWEST_BARS

YEAR: Final = 252
MONTH: Final = 21
"""Sessions of a year and of a month. Source: Jegadeesh, Titman 1993, months 12 to 2 before now."""

BULLISH_EVENTS: Final = (Event.SPRING, Event.SIGN_OF_STRENGTH, Event.LAST_POINT_OF_SUPPORT)
BEARISH_EVENTS: Final = (Event.UPTHRUST, Event.SIGN_OF_WEAKNESS, Event.LAST_POINT_OF_SUPPLY)
"""What ends a trading range, up or down. Source: DESIGN 14; the last is the mirror of the LPS."""

BUILDING: Final = "B"
"""The sub-phase in which a range builds its cause: after the climax, before the test of an edge."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SignalRule:
    """A rule: its signals over a whole history, its readings of one view, its words for a signal.

    `version` changes with every change of meaning, for a track record belongs to a version.
    """

    name: str
    version: int
    signals: Callable[[Series, AgentsPolicy], Signals]
    readings: Callable[[SymbolView], tuple[str, ...]]
    meanings: Mapping[Signal, str]

    @property
    def id(self) -> str:
        """Return the name with its version, as a profile's `model` states it."""
        return f"{self.name}/{self.version}"


def trend_signals(series: Series, policy: AgentsPolicy) -> Signals:
    """Return BUY past both averages, SELL below both, HOLD where the averages lie together.

    The 1-50 and the 1-200 moving-average rule must agree, each past the band, inside which they say
    nothing. HOLD = they do not agree, and the averages are within the band of one another.
    Source: Brock, Lakonishok, LeBaron, Journal of Finance 1992.
    """
    close, averages = series.adjusted.close, indicators_of(series)
    above, below = 1.0 + policy.trend_band, 1.0 - policy.trend_band
    return coded(
        ready=np.isfinite(averages.sma200),
        buy=(close > above * averages.sma50) & (close > above * averages.sma200),
        sell=(close < below * averages.sma50) & (close < below * averages.sma200),
        hold=np.abs(averages.sma50 / averages.sma200 - 1.0) <= policy.trend_band,
    )


def trend_readings(view: SymbolView) -> tuple[str, ...]:
    """Return where the close stands against its averages."""
    close, sma50, sma200 = view.adjusted_close, view.sma50, view.sma200
    return (
        f"close {percent(close / sma50 - 1.0)} from SMA50",
        f"close {percent(close / sma200 - 1.0)} from SMA200",
        f"SMA50 {percent(sma50 / sma200 - 1.0)} from SMA200",
    )


def momentum_signals(series: Series, policy: AgentsPolicy) -> Signals:
    """Return the sign of the 12-1 month return past the threshold, HOLD where it is near zero.

    The last month is left out, for it tends to reverse; between flat and the threshold there is no
    set-up. Source: Jegadeesh, Titman, Journal of Finance 1993; on one asset's own past: Moskowitz,
    Ooi, Pedersen, Journal of Financial Economics 2012.
    """
    close = series.adjusted.close
    past_return = shifted(close, MONTH) / shifted(close, YEAR) - 1.0
    return coded(
        ready=np.isfinite(past_return),
        buy=past_return > policy.momentum_threshold,
        sell=past_return < -policy.momentum_threshold,
        hold=np.abs(past_return) <= policy.momentum_flat,
    )


def momentum_readings(view: SymbolView) -> tuple[str, ...]:
    """Return the return of the last twelve months without the last one."""
    close = view.series.adjusted.close
    past_return = float(close[view.index - MONTH] / close[view.index - YEAR]) - 1.0
    return (f"12-1 month return {percent(past_return)}",)


def mean_reversion_signals(series: Series, policy: AgentsPolicy) -> Signals:
    """Return BUY on an oversold bar above SMA200, SELL on an overbought one below it; never HOLD.

    A price that is not stretched is no case for this rule; that is no view that it will stay put.
    An RSI of exactly 0 is how TA-Lib writes "did not move", so it is not oversold.
    Source: Connors, Alvarez, Short Term Trading Strategies That Work, 2008; RSI: Wilder 1978.
    """
    close, indicators = series.adjusted.close, indicators_of(series)
    rsi, average = indicators.rsi2, indicators.sma200
    return coded(
        ready=np.isfinite(average) & np.isfinite(rsi),
        buy=(close > average) & (rsi > 0.0) & (rsi <= policy.rsi_oversold),
        sell=(close < average) & (rsi >= policy.rsi_overbought),
        hold=np.zeros(len(series.bars), dtype=np.bool_),
    )


def mean_reversion_readings(view: SymbolView) -> tuple[str, ...]:
    """Return the RSI and the side of the longer trend."""
    trend = percent(view.adjusted_close / view.sma200 - 1.0)
    return (f"RSI(2) {view.rsi2:.1f}", f"close {trend} from SMA200")


def wyckoff_signals(series: Series, _policy: AgentsPolicy) -> Signals:
    """Return BUY on a spring, SOS or LPS, SELL on an upthrust, SOW or LPSY, HOLD in phase B.

    HOLD = phase B: the range builds its cause, so wait for the break. An event counts on the bar
    that completes it; the bars after it, a climax, a trend without an event are no set-up.
    Source: Wyckoff's schematics as in REQUIREMENTS part 2; not validated for profit.
    """
    study = wyckoff_of(series)
    return coded(
        ready=np.arange(len(series.bars)) >= FEWEST_BARS - 1,
        buy=np.isin(study.events, [EVENTS.index(event) for event in BULLISH_EVENTS]),
        sell=np.isin(study.events, [EVENTS.index(event) for event in BEARISH_EVENTS]),
        hold=np.array([found.sub_phase == BUILDING for found in study.findings], dtype=np.bool_),
    )


def wyckoff_readings(view: SymbolView) -> tuple[str, ...]:
    """Return phase, event and volume trend."""
    reading = view.wyckoff
    phase = f"{reading.phase} {reading.sub_phase}".rstrip()
    return (f"phase {phase}", f"event {reading.event}", f"volume {reading.volume_trend}")


def coded(*, ready: Flags, buy: Flags, sell: Flags, hold: Flags) -> Signals:
    """Return one signal per bar; of two that apply, the earlier of BUY, SELL, HOLD counts."""
    codes = np.select(
        [~ready, buy, sell, hold],
        [np.int8(code) for code in (Signal.NO_DATA, Signal.BUY, Signal.SELL, Signal.HOLD)],
        np.int8(Signal.NO_SETUP),
    )
    codes.flags.writeable = False
    return codes


def percent(share: float) -> str:
    """Return `share` as text with its sign, one digit: 0.0421 is "+4.2 %"."""
    return f"{100.0 * share:+.1f} %"


TREND: Final = SignalRule(
    name="trend",
    version=1,
    signals=trend_signals,
    readings=trend_readings,
    meanings={
        Signal.BUY: "Uptrend",
        Signal.SELL: "Downtrend",
        Signal.HOLD: "No trend, the averages lie together",
        Signal.NO_SETUP: "The averages give no common signal",
    },
)
MOMENTUM: Final = SignalRule(
    name="momentum",
    version=1,
    signals=momentum_signals,
    readings=momentum_readings,
    meanings={
        Signal.BUY: "A winner of the last year",
        Signal.SELL: "A loser of the last year",
        Signal.HOLD: "A year without a move",
        Signal.NO_SETUP: "Too little momentum either way",
    },
)
MEAN_REVERSION: Final = SignalRule(
    name="mean_reversion",
    version=1,
    signals=mean_reversion_signals,
    readings=mean_reversion_readings,
    meanings={
        Signal.BUY: "Oversold inside an uptrend",
        Signal.SELL: "Overbought inside a downtrend",
        Signal.NO_SETUP: "Not stretched against the longer trend",
    },
)
WYCKOFF: Final = SignalRule(
    name="wyckoff",
    version=1,
    signals=wyckoff_signals,
    readings=wyckoff_readings,
    meanings={
        Signal.BUY: "The range gives way upwards",
        Signal.SELL: "The range gives way downwards",
        Signal.HOLD: "A range is being built",
        Signal.NO_SETUP: "No event on this bar",
    },
)
