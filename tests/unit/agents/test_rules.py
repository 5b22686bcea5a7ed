from collections.abc import Sequence

import pytest

from quorate.agents.policy import AgentsPolicy
from quorate.agents.rules import (
    MEAN_REVERSION,
    MOMENTUM,
    TREND,
    WYCKOFF,
    SignalRule,
    percent,
)
from quorate.agents.track_record import Signal
from quorate.market.view import SymbolView
from quorate.market.wyckoff import Event, wyckoff_of
from tests.unit.agents.histories import history, packaged, path

POLICY = AgentsPolicy()
RULES = (TREND, MOMENTUM, MEAN_REVERSION, WYCKOFF)
by_name = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def last_signal(rule: SignalRule, closes: Sequence[float]) -> Signal:
    return Signal(rule.signals(history(closes), POLICY)[-1])


def last_readings(rule: SignalRule, closes: Sequence[float]) -> tuple[str, ...]:
    series = history(closes)
    return rule.readings(SymbolView(series, len(series.bars) - 1))


UP, DOWN = path(100, (260, 0.003)), path(100, (260, -0.003))
FLAT = path(100, (260, 0.0))


@pytest.mark.parametrize(
    ("closes", "signal"),
    [
        pytest.param(UP, Signal.BUY, id="above both averages"),
        pytest.param(DOWN, Signal.SELL, id="below both averages"),
        pytest.param(FLAT, Signal.HOLD, id="averages together"),
        pytest.param([*UP, 180.0], Signal.NO_SETUP, id="between the averages"),
        pytest.param([*FLAT, 100.9], Signal.HOLD, id="inside the band"),
        pytest.param([*FLAT, 101.2], Signal.BUY, id="past the band"),
        pytest.param([*FLAT, 98.8], Signal.SELL, id="past the band below"),
        pytest.param(UP[:199], Signal.NO_DATA, id="no 200-session average yet"),
    ],
)
def test_trend_follows_the_close_past_both_averages(
    closes: Sequence[float], signal: Signal
) -> None:
    assert last_signal(TREND, closes) is signal


def year_then_month(after_eleven_months: float, now: float) -> list[float]:
    return [100.0, *[after_eleven_months] * 231, *[now] * 21]


@pytest.mark.parametrize(
    ("closes", "signal"),
    [
        pytest.param(year_then_month(111, 111), Signal.BUY, id="a winner"),
        pytest.param(year_then_month(111, 50), Signal.BUY, id="the last month is left out"),
        pytest.param(year_then_month(89, 150), Signal.SELL, id="a loser"),
        pytest.param(year_then_month(101.9, 150), Signal.HOLD, id="hardly moved"),
        pytest.param(year_then_month(98.1, 150), Signal.HOLD, id="hardly moved down"),
        pytest.param(year_then_month(109, 150), Signal.NO_SETUP, id="short of the threshold"),
        pytest.param(year_then_month(111, 111)[1:], Signal.NO_DATA, id="a bar short of a year"),
    ],
)
def test_momentum_follows_the_year_before_the_last_month(
    closes: Sequence[float], signal: Signal
) -> None:
    assert last_signal(MOMENTUM, closes) is signal


@pytest.mark.parametrize(
    ("closes", "signal"),
    [
        pytest.param([*UP, 212.0, 208.0], Signal.BUY, id="a dip inside an uptrend"),
        pytest.param([*DOWN, 47.0, 49.0], Signal.SELL, id="a rally inside a downtrend"),
        pytest.param([*UP, 100.0, 90.0], Signal.NO_SETUP, id="a fall through the trend"),
        pytest.param(UP, Signal.NO_SETUP, id="overbought inside an uptrend"),
        pytest.param([*UP, *[UP[-1]] * 120], Signal.NO_SETUP, id="a price that stopped moving"),
        pytest.param(UP[:199], Signal.NO_DATA, id="no longer trend yet"),
    ],
)
def test_mean_reversion_fades_an_extreme_against_the_longer_trend(
    closes: Sequence[float], signal: Signal
) -> None:
    assert last_signal(MEAN_REVERSION, closes) is signal


def test_mean_reversion_never_holds() -> None:
    assert Signal.HOLD not in MEAN_REVERSION.signals(packaged()["IBM"], POLICY)


EVENT_SIGNALS = {
    Event.SPRING: Signal.BUY,
    Event.SIGN_OF_STRENGTH: Signal.BUY,
    Event.LAST_POINT_OF_SUPPORT: Signal.BUY,
    Event.UPTHRUST: Signal.SELL,
    Event.SIGN_OF_WEAKNESS: Signal.SELL,
    Event.LAST_POINT_OF_SUPPLY: Signal.SELL,
}


def test_wyckoff_trades_the_event_and_holds_while_a_range_is_built() -> None:
    series = packaged()["AAPL"]
    study, signals = wyckoff_of(series), WYCKOFF.signals(series, POLICY)
    for index in range(59, len(series.bars)):
        reading = study.at(index)
        quiet = Signal.HOLD if reading.sub_phase == "B" else Signal.NO_SETUP
        assert signals[index] == EVENT_SIGNALS.get(reading.event, quiet)


def test_wyckoff_says_nothing_before_sixty_bars() -> None:
    signals = WYCKOFF.signals(packaged()["AAPL"], POLICY)
    assert set(signals[:59]) == {Signal.NO_DATA}
    assert signals[59] != Signal.NO_DATA


@by_name
def test_a_rule_has_words_for_every_signal_it_gives_on_real_bars(rule: SignalRule) -> None:
    given = {
        Signal(code) for series in packaged().values() for code in rule.signals(series, POLICY)
    }
    assert given - {Signal.NO_DATA} <= rule.meanings.keys()


@by_name
def test_the_signals_of_a_series_cannot_be_changed(rule: SignalRule) -> None:
    assert not rule.signals(history(UP), POLICY).flags.writeable


@by_name
def test_a_rule_names_its_version(rule: SignalRule) -> None:
    assert rule.id == f"{rule.name}/{rule.version}"


def test_a_stricter_policy_gives_fewer_signals() -> None:
    series = packaged()["IBM"]
    usual = MOMENTUM.signals(series, POLICY) == Signal.BUY
    strict = MOMENTUM.signals(series, AgentsPolicy(momentum_threshold=0.3)) == Signal.BUY
    assert 0 < strict.sum() < usual.sum()


def test_a_split_is_no_fall() -> None:
    series = packaged()["AAPL"]
    index = next(i for i, day in enumerate(series.sessions) if str(day) == "2005-02-28")
    assert TREND.signals(series, POLICY)[index] == Signal.BUY
    assert MOMENTUM.signals(series, POLICY)[index] == Signal.BUY


def test_the_readings_are_the_numbers_that_the_rule_looked_at() -> None:
    assert last_readings(TREND, [*FLAT, 101.2]) == (
        "close +1.2 % from SMA50",
        "close +1.2 % from SMA200",
        "SMA50 +0.0 % from SMA200",
    )
    assert last_readings(MOMENTUM, year_then_month(111, 50)) == ("12-1 month return +11.0 %",)
    assert last_readings(MEAN_REVERSION, [*FLAT, 101.2])[1] == "close +1.2 % from SMA200"
    assert last_readings(WYCKOFF, FLAT)[1:] == ("event none", "volume neutral")


def test_a_share_is_written_with_its_sign() -> None:
    assert [percent(share) for share in (0.0421, -0.1, 0.0)] == ["+4.2 %", "-10.0 %", "+0.0 %"]
