import pytest

from quorate.arena.hidden_hand import NO_DOUBT, hidden_hand_doubt
from quorate.kernel.action import Action
from quorate.market.wyckoff import Phase, VolumeTrend

AGAINST = {(Phase.DISTRIBUTION, Action.BUY), (Phase.ACCUMULATION, Action.SELL)}


@pytest.mark.parametrize(
    ("phase", "action", "trap"),
    [
        pytest.param(Phase.DISTRIBUTION, Action.BUY, "an upthrust", id="BUY in distribution"),
        pytest.param(Phase.ACCUMULATION, Action.SELL, "a spring", id="SELL in accumulation"),
    ],
)
@pytest.mark.parametrize(
    ("volume", "factor"),
    [
        pytest.param(VolumeTrend.DECLINING, 0.5, id="declining"),
        pytest.param(VolumeTrend.RISING, 0.8, id="rising"),
        pytest.param(VolumeTrend.NEUTRAL, 0.8, id="neutral"),
        pytest.param(VolumeTrend.UNKNOWN, 0.8, id="unknown"),
    ],
)
def test_a_trade_against_the_phase_is_doubted(phase, action, trap, volume, factor):
    doubt = hidden_hand_doubt(phase, action, volume)
    assert doubt.factor == factor
    assert trap in doubt.reason


@pytest.mark.parametrize("volume", VolumeTrend)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("phase", Phase)
def test_nothing_else_is_doubted_and_nothing_is_ever_boosted(phase, action, volume):
    doubt = hidden_hand_doubt(phase, action, volume)
    assert 0 < doubt.factor <= 1
    assert (doubt == NO_DOUBT) == ((phase, action) not in AGAINST)
