from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.agents.defaults import KEYLESS_PROFILES
from quorate.agents.policy import AgentsPolicy
from quorate.agents.risk_manager import RuleRiskManager, to_tick
from quorate.kernel.action import Action
from quorate.kernel.vote import Answer, Sizing, SizingKind
from quorate.market.actions import ActionKind, CorporateAction
from quorate.market.regime import Regime
from quorate.market.series import Series
from quorate.market.view import SymbolView
from tests.unit.agents.histories import FIRST_SESSION, history, packaged, path

POLICY = AgentsPolicy()
PROFILE = KEYLESS_PROFILES[-1]
UP, DOWN = path(100, (300, 0.003)), path(100, (300, -0.003))


def last_view(series: Series) -> SymbolView:
    return SymbolView(series, len(series.bars) - 1)


def advice(series: Series, policy: AgentsPolicy = POLICY) -> Answer:
    return RuleRiskManager().answer(last_view(series), PROFILE, policy)


@pytest.mark.parametrize("closes", [UP, DOWN, UP[:5]], ids=["up", "down", "too few"])
def test_it_never_votes(closes: Sequence[float]) -> None:
    answer = advice(history(closes))
    assert answer.action is Action.ABSTAIN
    assert (answer.reason, answer.confidence) == ("not_a_voter", None)


def test_an_entry_is_small_and_has_both_exits() -> None:
    answer, view = advice(history(UP)), last_view(history(UP))
    assert not answer.veto
    assert answer.sizing == Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal("0.014"))
    assert answer.horizon == PROFILE.horizon
    assert answer.stop is not None
    assert answer.target is not None
    assert float(view.close - answer.stop) == pytest.approx(2 * view.atr14, abs=0.01)
    assert float(answer.target - view.close) == pytest.approx(3 * view.atr14, abs=0.01)
    assert answer.rationale.startswith(f"An entry at {view.close} may take 1.400 % of equity")


def test_a_bearish_regime_is_vetoed_and_nothing_is_sized() -> None:
    answer = advice(history(DOWN))
    assert answer.veto
    assert answer.risk_flags == ("bearish_regime",)
    assert (answer.sizing, answer.stop, answer.target) == (None, None, None)
    assert answer.rationale.startswith("No new risk, the regime is bearish")


def test_without_an_average_true_range_there_is_no_stop_and_no_entry() -> None:
    answer = advice(history(UP[:10]))
    assert answer.veto
    assert answer.risk_flags == ("no_stop",)


def test_a_stop_below_zero_is_no_stop() -> None:
    answer = advice(history(UP), replace(POLICY, stop_atr=Decimal(99)))
    assert answer.veto
    assert answer.risk_flags == ("no_stop",)


def test_a_price_that_never_moved_has_no_stop_below_it() -> None:
    assert advice(history([100.0] * 300, spread=0.0)).risk_flags == ("no_stop",)


def test_exits_are_in_the_dollars_of_the_session_after_a_split() -> None:
    halved = [*UP[:200], *(close / 2 for close in UP[200:])]
    split = CorporateAction(
        session=FIRST_SESSION + timedelta(days=200),
        kind=ActionKind.SPLIT,
        ratio=Decimal(2),
        numerator=2,
        denominator=1,
    )
    before, after = advice(history(UP)), advice(history(halved, actions=[split]))
    assert before.stop is not None
    assert after.stop is not None
    assert float(after.stop) == pytest.approx(float(before.stop) / 2, abs=0.02)


def test_the_reward_is_never_less_than_asked_for_on_real_bars() -> None:
    series = packaged()["MSFT"]
    for index in range(252, len(series.bars), 25):
        view = SymbolView(series, index)
        answer = RuleRiskManager().answer(view, PROFILE, POLICY)
        assert answer.veto == (view.regime.regime is Regime.BEARISH)
        if answer.stop is not None and answer.target is not None:
            assert answer.target - view.close >= Decimal("1.5") * (view.close - answer.stop)


@pytest.mark.parametrize(
    ("price", "tick"),
    [
        pytest.param("12.341", "12.35", id="cents from a dollar on"),
        pytest.param("12.34", "12.34", id="a cent stays"),
        pytest.param("0.12341", "0.1235", id="hundredths of a cent below"),
        pytest.param("1", "1.00", id="a dollar"),
    ],
)
def test_a_price_is_rounded_up_to_what_can_be_quoted(price: str, tick: str) -> None:
    assert str(to_tick(Decimal(price))) == tick


def test_a_packaged_bear_market_is_vetoed() -> None:
    series = packaged()["IBM"]
    index = series.index_at(date(2002, 3, 6))
    assert index is not None
    assert RuleRiskManager().answer(SymbolView(series, index), PROFILE, POLICY).veto
