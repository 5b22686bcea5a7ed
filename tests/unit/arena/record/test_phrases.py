import pytest

from quorate.arena.record.phrases import compared, count, enumeration, spaced, trigger_phrase
from quorate.kernel.decision import Trigger, TriggerName


@pytest.mark.parametrize(
    ("value", "threshold", "texts"),
    [
        pytest.param(0.4, 0.34, ("0.40", "0.34"), id="two digits tell them apart"),
        pytest.param(0.3415, 0.34, ("0.342", "0.340"), id="a third is needed"),
        pytest.param(0.34, 0.34, ("0.34", "0.34"), id="equal"),
        pytest.param(0.62 - 1e-16, 0.62, ("0.6199999999999999", "0.6200000000000000"), id="an ulp"),
        pytest.param(1e-20, 0.0, ("1e-20", "0.0"), id="tiny"),
    ],
)
def test_unequal_numbers_never_look_equal(value, threshold, texts):
    assert compared(value, threshold) == texts


@pytest.mark.parametrize(
    ("name", "value", "threshold", "fired", "phrase"),
    [
        ("disagreement", 0.4, 0.34, True, "the disagreement of 0.40 is above the 0.34 limit"),
        ("disagreement", 0.34, 0.34, False, "the disagreement of 0.34 is within the 0.34 limit"),
        ("low_confidence", 0.6, 0.62, True, "the confidence of 0.60 is below the 0.62 limit"),
        ("low_confidence", 0.62, 0.62, False, "the confidence of 0.62 reaches the 0.62 limit"),
        (
            "high_volatility",
            0.95,
            0.95,
            True,
            "the volatility's percentile of 0.95 reaches the 0.95 limit",
        ),
        (
            "high_volatility",
            0.4,
            0.95,
            False,
            "the volatility's percentile of 0.40 is below the 0.95 limit",
        ),
        (
            "high_volatility",
            0.4,
            0.95,
            True,
            "the regime is high volatility after a change of -12.0 %",
        ),
        (
            "high_volatility",
            None,
            0.95,
            True,
            "the regime is high volatility after a change of -12.0 %",
        ),
        ("high_volatility", None, 0.95, False, ""),
        (
            "portfolio_delta",
            2.0,
            1.5,
            True,
            "an order of 2.00 % of equity reaches the 1.50 % limit",
        ),
        (
            "portfolio_delta",
            1.4,
            1.5,
            False,
            "an order of 1.40 % of equity is below the 1.50 % limit",
        ),
    ],
)
def test_a_trigger_says_what_it_saw_beside_its_limit(name, value, threshold, fired, phrase):
    trigger = Trigger(name=TriggerName(name), value=value, threshold=threshold, fired=fired)
    assert trigger_phrase(trigger, last_change=-0.12) == phrase


def test_a_regime_without_a_known_change_stands_alone():
    trigger = Trigger(name=TriggerName.HIGH_VOLATILITY, value=None, threshold=0.95, fired=True)
    assert trigger_phrase(trigger, last_change=None) == "the regime is high volatility"


def test_lists_and_counts_read_as_english():
    assert enumeration([]) == ""
    assert enumeration(["a"]) == "a"
    assert enumeration(["a", "b"]) == "a and b"
    assert enumeration(["a", "b", "c"]) == "a, b and c"
    assert (count(0, "vote"), count(1, "vote"), count(2, "vote")) == (
        "0 votes",
        "1 vote",
        "2 votes",
    )
    assert spaced("no_setup") == "no setup"
