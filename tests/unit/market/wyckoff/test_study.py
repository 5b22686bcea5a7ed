import pytest

from quorate.market import EVENTS, PHASES, Event, Phase, VolumeTrend, wyckoff_of
from quorate.market.wyckoff.study import volume_trend
from tests.unit.market.histories import packaged, raw_bars, rising, series_of
from tests.unit.market.wyckoff.schematics import (
    breakout,
    decline,
    last_reading,
    mirrored,
    pullback,
    sideways,
    spring,
)

BASE = [*decline(), *sideways()]


def test_a_quiet_spring_after_a_decline_is_accumulation():
    reading = last_reading([*BASE, spring()])
    assert (reading.phase, reading.sub_phase) == (Phase.ACCUMULATION, "C")
    assert (reading.event, reading.confidence) == (Event.SPRING, 0.7)
    assert (reading.range_low, reading.range_high) == (100, 110)
    assert reading.evidence[:2] == ("bars since spring: 0", "volume then 0.51 of its 20-bar mean")


def test_an_upthrust_after_a_rise_is_distribution():
    reading = last_reading(mirrored([*BASE, spring()]))
    assert (reading.phase, reading.sub_phase) == (Phase.DISTRIBUTION, "C")
    assert (reading.event, reading.confidence) == (Event.UPTHRUST, 0.7)


@pytest.mark.parametrize(
    ("volume", "event", "confidence"),
    [
        pytest.param(500, Event.SPRING, 0.7, id="quiet"),
        pytest.param(900, Event.SPRING, 0.6, id="marginal"),
        pytest.param(1500, Event.SHAKEOUT, 0.4, id="loud"),
    ],
)
def test_the_louder_a_spring_the_less_it_is_believed(volume, event, confidence):
    reading = last_reading([*BASE, spring(volume)])
    assert (reading.event, reading.confidence) == (event, confidence)


@pytest.mark.parametrize("depth", [pytest.param(0.001, id="touch"), pytest.param(0.06, id="break")])
def test_a_spring_pierces_neither_too_little_nor_too_much(depth):
    assert last_reading([*BASE, spring(depth=depth)]).event is Event.NONE


def test_an_event_colours_the_bars_after_it():
    reading = last_reading([*BASE, spring(), *sideways(3)])
    assert (reading.phase, reading.event) == (Phase.ACCUMULATION, Event.NONE)
    assert reading.evidence[0] == "bars since spring: 3"


def test_a_breakout_on_volume_is_a_sign_of_strength_and_its_pullback_a_last_point_of_support():
    strength = last_reading([*BASE, breakout()])
    support = last_reading([*BASE, breakout(), pullback()])
    assert (strength.phase, strength.event) == (Phase.ACCUMULATION, Event.SIGN_OF_STRENGTH)
    assert (support.sub_phase, support.event) == ("D", Event.LAST_POINT_OF_SUPPORT)


def test_a_breakdown_on_volume_is_a_sign_of_weakness_and_its_rally_a_last_point_of_supply():
    weakness = last_reading(mirrored([*BASE, breakout()]))
    supply = last_reading(mirrored([*BASE, breakout(), pullback()]))
    assert (weakness.phase, weakness.event) == (Phase.DISTRIBUTION, Event.SIGN_OF_WEAKNESS)
    assert (supply.sub_phase, supply.event) == ("D", Event.LAST_POINT_OF_SUPPLY)


def test_a_loud_wide_fall_in_a_decline_is_a_selling_climax_and_its_quiet_retest_a_test():
    climax, rally, retest = (95, 104, 97, 3000), (99, 101, 100, 900), (96, 98, 97, 700)
    assert last_reading([*decline(), climax]).event is Event.SELLING_CLIMAX
    reading = last_reading([*decline(), climax, rally, retest])
    assert (reading.phase, reading.sub_phase) == (Phase.ACCUMULATION, "A")
    assert reading.event is Event.SECONDARY_TEST


@pytest.mark.parametrize(
    ("daily", "phase"),
    [
        pytest.param(0.01, Phase.MARKUP, id="markup"),
        pytest.param(-0.01, Phase.MARKDOWN, id="markdown"),
    ],
)
def test_a_steepening_trend_outside_any_range_is_a_markup_or_markdown(daily, phase):
    closes = [100 * (1 + daily / 4) ** n for n in range(60)]
    closes += [closes[-1] * (1 + daily) ** n for n in range(1, 30)]
    series = series_of(raw_bars(closes))
    reading = wyckoff_of(series).at(len(series) - 1)
    assert (reading.phase, reading.event, reading.confidence) == (phase, Event.NONE, 0.5)
    assert "MACD histogram" in reading.evidence[1]


def test_no_bars_make_an_empty_study():
    assert wyckoff_of(series_of([])).findings == ()


def test_fewer_than_60_bars_say_nothing():
    series = series_of(raw_bars(rising(60, daily=0.01)))
    study = wyckoff_of(series)
    assert {study.at(index).phase for index in range(59)} == {Phase.UNKNOWN}
    assert study.at(58).evidence == ()


@pytest.mark.parametrize(
    ("drift", "trend"),
    [
        (0.89, VolumeTrend.DECLINING),
        (0.9, VolumeTrend.NEUTRAL),
        (1.1, VolumeTrend.NEUTRAL),
        (1.11, VolumeTrend.RISING),
        (float("nan"), VolumeTrend.UNKNOWN),
    ],
)
def test_the_volume_trend_has_a_neutral_middle(drift, trend):
    assert volume_trend(drift) is trend


def test_columns_and_readings_agree():
    for series in packaged().values():
        study = wyckoff_of(series)
        for index in range(0, len(series), 53):
            reading = study.at(index)
            assert PHASES[study.phases[index]] is reading.phase
            assert EVENTS[study.events[index]] is reading.event
            assert 0 <= reading.confidence <= 0.7
            assert (reading.confidence == 0) == (reading.phase is Phase.UNKNOWN)
