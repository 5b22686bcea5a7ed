"""Agreement: shares of the same word, and Cohen's kappa by hand."""

import pytest

from quorate.scoring.leaderboard import Known, LeaderboardFilter, Side, agreement_of, selected
from tests.unit.scoring.leaderboard.scored import recorded, view

KNOWN = {"trend": Known(label="Trend", tier="", provider="", role="", retired=False)}


def agreed(views):
    return agreement_of(selected(recorded(views), LeaderboardFilter()), "replay", "all", KNOWN)


def said(name, sides):
    return [
        view(number, name, side, run_id=f"run_{number}", symbol="AAPL")
        for number, side in enumerate(sides)
        if side is not None
    ]


def test_kappa_is_that_of_the_textbook():
    """The table of Fleiss' 50 grant proposals: 20 both yes, 15 both no, 5 and 10 apart: kappa 0.4."""
    one = [Side.BUY] * 25 + [Side.SELL] * 25
    other = [Side.BUY] * 20 + [Side.SELL] * 5 + [Side.BUY] * 10 + [Side.SELL] * 15
    (pair,) = agreed([*said("trend", one), *said("momentum", other)]).pairs
    assert (pair.one, pair.other, pair.n) == ("momentum", "trend", 50)
    assert pair.alike == pytest.approx(0.7)
    assert pair.kappa == pytest.approx(0.4)


def test_what_one_of_them_said_nothing_about_is_left_out():
    views = [
        *said("trend", [Side.BUY, None, Side.HOLD]),
        *said("judge", [Side.BUY, Side.BUY, None]),
    ]
    (pair,) = agreed(views).pairs
    assert (pair.n, pair.alike) == (1, 1.0)


def test_who_always_say_one_and_the_same_agree_by_chance_alone():
    (pair,) = agreed([*said("trend", [Side.BUY] * 3), *said("judge", [Side.BUY] * 3)]).pairs
    assert (pair.alike, pair.kappa) == (1.0, None)


def test_two_that_never_met_have_no_share():
    (pair,) = agreed([*said("trend", [Side.BUY, None]), *said("judge", [None, Side.BUY])]).pairs
    assert (pair.n, pair.alike, pair.kappa) == (0, None, None)


def test_a_hold_is_a_word_and_symbols_of_a_run_are_told_apart():
    views = [
        view(0, "trend", Side.HOLD),
        view(0, "judge", Side.HOLD),
        view(0, "trend", Side.BUY, symbol="IBM"),
        view(0, "judge", Side.SELL, symbol="IBM"),
    ]
    (pair,) = agreed(views).pairs
    assert (pair.n, pair.alike) == (2, 0.5)


def test_pairs_over_the_threshold_are_named():
    same = [Side.BUY, Side.SELL, Side.HOLD, Side.BUY]
    found = agreed([*said("trend", same), *said("judge", same), *said("wyckoff", same[::-1])])
    assert found.names == ("judge", "trend", "wyckoff")
    assert found.labels == ("judge", "Trend", "wyckoff")
    assert found.redundant == (("judge", "trend"),)
    assert [item["alike"] for item in found.as_json()["items"]] == [1.0, 0.5, 0.5]


def test_of_nobody_there_is_nothing():
    assert agreed([]).pairs == ()
