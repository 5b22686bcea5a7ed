from dataclasses import replace

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES, KEYLESS_PROFILES, MODEL_PROFILES
from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import AgentProfile
from quorate.agents.rule_agents import RULE_AGENTS, rule_agent, signal_history
from quorate.agents.rules import MOMENTUM, TREND
from quorate.agents.track_record import Signal
from quorate.kernel.action import Action
from quorate.kernel.errors import RejectedError
from quorate.kernel.vote import Answer
from quorate.market.series import Series
from quorate.market.view import SymbolView
from tests.unit.agents.histories import cut, history, packaged, path

POLICY = AgentsPolicy()
UP = path(100, (300, 0.003))
PROFILES = {profile.name: profile for profile in DEFAULT_PROFILES}
VOTERS = [profile for profile in KEYLESS_PROFILES if profile.voter]


def answer(profile: AgentProfile, series: Series, index: int = -1) -> Answer:
    place = range(len(series.bars))[index]
    return rule_agent(profile).answer(SymbolView(series, place), profile, POLICY)


def test_a_vote_carries_the_hit_rate_of_earlier_equal_signals() -> None:
    vote = answer(PROFILES["trend"], history(UP))
    assert vote.action is Action.BUY
    assert vote.confidence is not None
    assert vote.confidence.value == (5 + 2) / (5 + 4)
    assert vote.rationale == (
        "Uptrend: close +7.5 % from SMA50, close +32.7 % from SMA200, SMA50 +23.5 % from SMA200; "
        "right in 5 of 5 earlier cases over 20 sessions."
    )
    assert (vote.reason, vote.horizon, vote.veto) == (None, 20, False)


def test_the_horizon_of_the_profile_is_the_one_that_is_judged() -> None:
    short = replace(PROFILES["trend"], horizon=5)
    vote = answer(short, history(UP))
    assert vote.horizon == 5
    assert vote.rationale.endswith("right in 20 of 20 earlier cases over 5 sessions.")


def test_a_first_signal_is_a_coin() -> None:
    vote = answer(PROFILES["trend"], history(UP), index=199)
    assert vote.action is Action.BUY
    assert vote.confidence is not None
    assert vote.confidence.value == 0.5
    assert vote.rationale.endswith("no earlier case had run its 20 sessions.")


def test_an_agent_without_a_set_up_says_so_and_gives_no_confidence() -> None:
    abstention = answer(PROFILES["mean_reversion"], history(UP))
    assert abstention.action is Action.ABSTAIN
    assert (abstention.reason, abstention.confidence) == ("no_setup", None)
    assert abstention.rationale.startswith("Not stretched against the longer trend: RSI(2) 100.0,")


def test_an_agent_without_its_bars_says_so() -> None:
    abstention = answer(PROFILES["momentum"], history(UP), index=251)
    assert abstention.action is Action.ABSTAIN
    assert (abstention.reason, abstention.confidence) == ("no_data", None)
    assert abstention.rationale == "252 bars are too few for this rule."


def test_a_year_without_a_move_is_a_hold_and_not_an_abstention() -> None:
    vote = answer(PROFILES["momentum"], history(path(100, (300, 0.0))))
    assert vote.action is Action.HOLD
    assert vote.confidence is not None
    assert vote.confidence.value > 0.5


@pytest.mark.parametrize("profile", VOTERS, ids=lambda profile: profile.name)
def test_later_bars_change_no_earlier_answer(profile: AgentProfile) -> None:
    whole = packaged()["IBM"]
    assert answer(profile, cut(whole, 2001)) == answer(profile, whole, 2000)


def test_an_equal_series_is_not_computed_again() -> None:
    first = signal_history(TREND, history(UP), POLICY, 20)
    assert signal_history(TREND, history(UP), POLICY, 20) is first
    assert signal_history(TREND, history(UP), AgentsPolicy(trend_band=0.02), 20) is not first
    assert signal_history(TREND, history(UP), POLICY, 10) is not first


def test_the_confidence_of_a_real_day_can_be_counted_by_hand() -> None:
    series, day, horizon = packaged()["MSFT"], 3000, 20
    signals = MOMENTUM.signals(series, POLICY)
    wanted, hits, trials, bar = signals[day], 0, 0, 0
    assert wanted in {Signal.BUY, Signal.SELL, Signal.HOLD}
    while bar + horizon <= day:
        if signals[bar] != wanted:
            bar += 1
            continue
        move = series.adjusted.close[bar + horizon] / series.adjusted.open[bar + 1] - 1
        right = {Signal.BUY: move > 0, Signal.SELL: move < 0, Signal.HOLD: abs(move) < 0.02}
        hits, trials, bar = hits + right[Signal(wanted)], trials + 1, bar + horizon
    confidence = answer(PROFILES["momentum"], series, day).confidence
    assert trials > 10
    assert confidence is not None
    assert confidence.value == (hits + 2) / (trials + 4)


@pytest.mark.parametrize(
    "profile",
    [
        pytest.param(MODEL_PROFILES[0], id="a model"),
        pytest.param(replace(PROFILES["trend"], model="trend/0"), id="a version we do not have"),
    ],
)
def test_a_profile_that_names_no_rule_agent_is_refused_with_the_ones_there_are(
    profile: AgentProfile,
) -> None:
    with pytest.raises(RejectedError, match="momentum/1") as refusal:
        rule_agent(profile)
    assert profile.model in refusal.value.cause


def test_every_agent_answers_to_its_own_name() -> None:
    assert all(agent.id == name for name, agent in RULE_AGENTS.items())
