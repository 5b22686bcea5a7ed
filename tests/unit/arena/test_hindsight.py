"""Hindsight decides as a run would have, looks at nothing later, and asks nobody who must be paid."""

from decimal import Decimal

import pytest

from quorate.agents.defaults import KEYLESS_PROFILES, MODEL_PROFILES
from quorate.arena.hindsight import asked_for_nothing, past_decisions
from quorate.kernel.action import FinalAction
from quorate.kernel.errors import RejectedError
from tests.unit.arena.benches import BENCH, STOCKS
from tests.unit.market.histories import AAPL, FB, IBM, cut, packaged


def decided(series, sessions, bench=BENCH):
    return list(past_decisions(series, sessions, bench))


def test_the_last_250_sessions_come_out_as_the_readme_tells():
    made = decided(STOCKS, packaged()[AAPL].sessions[-250:])
    assert len(made) == 1000
    assert sum(each.enters for each in made) == 75
    assert sum(each.leaves for each in made) == 22
    assert sum(each.decision.action is FinalAction.HOLD for each in made) == 1


def test_an_entry_has_stop_target_and_horizon():
    made = decided(STOCKS, packaged()[AAPL].sessions[-250:])
    (first, *_) = [each for each in made if each.enters]
    decision = first.decision
    assert (decision.symbol, str(first.view.session)) == (AAPL, "2012-03-02")
    assert (decision.stop, decision.target) == (Decimal("526.22"), Decimal("573.63"))
    assert (decision.horizon, decision.sizing.value) == (20, Decimal("0.014"))


@pytest.mark.parametrize("bars", [300, 1500, 3000])
def test_what_comes_later_changes_nothing(bars):
    series = packaged()[AAPL]
    sessions = series.sessions[bars - 20 : bars]
    known = decided({AAPL: cut(series, bars)}, sessions)
    later = decided({AAPL: series}, sessions)
    assert [each.decision for each in known] == [each.decision for each in later]


def test_a_symbol_without_enough_bars_is_refused_and_one_without_any_says_so():
    made = decided({FB: packaged()[FB], IBM: packaged()[IBM]}, packaged()[IBM].sessions[2000:2001])
    assert {each.decision.symbol: each.decision.reason for each in made}[FB] == "no_data"
    assert next(each for each in made if each.decision.symbol == FB).view is None
    (made,) = decided({FB: packaged()[FB]}, packaged()[FB].sessions[100:101])
    assert made.decision.reason == "insufficient_history"


def test_models_are_not_asked():
    assert asked_for_nothing((*KEYLESS_PROFILES, *MODEL_PROFILES)) == KEYLESS_PROFILES


@pytest.mark.parametrize(
    "profiles",
    [
        pytest.param(MODEL_PROFILES, id="models alone"),
        pytest.param(KEYLESS_PROFILES[:1], id="one voter"),
        pytest.param((KEYLESS_PROFILES[0], KEYLESS_PROFILES[-1]), id="a voter and the manager"),
    ],
)
def test_too_few_keyless_voters_are_refused(profiles):
    with pytest.raises(RejectedError, match="keyless voters"):
        asked_for_nothing(profiles)
