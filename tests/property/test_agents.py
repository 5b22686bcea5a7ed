"""What holds for every rule agent on every history and at every bar."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from quorate.agents.defaults import KEYLESS_PROFILES
from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import AgentProfile
from quorate.agents.rule_agents import rule_agent
from quorate.agents.rules import MEAN_REVERSION, MOMENTUM, TREND, WYCKOFF, SignalRule
from quorate.agents.track_record import Signal, TrackRecord, non_overlapping, track_records
from quorate.kernel.action import Action
from quorate.market.series import Series
from quorate.market.view import SymbolView
from tests.unit.agents.histories import cut, history, packaged

POLICY = AgentsPolicy()
RULES = (TREND, MOMENTUM, MEAN_REVERSION, WYCKOFF)
SYMBOLS = st.sampled_from(["AAPL", "FB", "GOOG", "IBM", "MSFT"])
PRICES = st.floats(0.01, 1e6)

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
every_profile = pytest.mark.parametrize(
    "profile", KEYLESS_PROFILES, ids=lambda profile: profile.name
)


def signals_of(bars: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.int8, bars, elements=st.sampled_from([int(signal) for signal in Signal]))


@st.composite
def walks(draw: st.DrawFn) -> Series:
    """Draw a history long enough for every rule, with calm, trending and wild stretches."""
    changes: list[float] = []
    for _ in range(draw(st.integers(1, 8))):
        drift, noise = draw(st.floats(-0.02, 0.02)), draw(st.floats(0, 0.05))
        stretch = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).normal(drift, noise, 50)
        changes.extend(np.clip(stretch, -0.3, 0.3))
    return history((100 * np.cumprod(1 + np.array(changes))).clip(0.5, 1e6).tolist())


@every_rule
@settings(max_examples=15, deadline=None)
@given(symbol=SYMBOLS, share=st.floats(0.001, 1))
def test_later_bars_change_no_earlier_signal(rule: SignalRule, symbol: str, share: float) -> None:
    whole = packaged()[symbol]
    bars = max(1, int(share * len(whole.bars)))
    expected = rule.signals(whole, POLICY)[:bars]
    assert rule.signals(cut(whole, bars), POLICY).tolist() == expected.tolist()


@every_profile
@settings(max_examples=15, deadline=None)
@given(symbol=SYMBOLS, share=st.floats(0.001, 1))
def test_later_bars_change_no_earlier_answer(
    profile: AgentProfile, symbol: str, share: float
) -> None:
    whole = packaged()[symbol]
    bars = max(1, int(share * len(whole.bars)))
    agent = rule_agent(profile)
    then = agent.answer(SymbolView(cut(whole, bars), bars - 1), profile, POLICY)
    assert agent.answer(SymbolView(whole, bars - 1), profile, POLICY) == then


@every_profile
@settings(max_examples=15, deadline=None)
@given(series=walks())
def test_a_vote_has_a_confidence_inside_0_and_1_and_an_abstention_has_none(
    profile: AgentProfile, series: Series
) -> None:
    agent = rule_agent(profile)
    for index in range(0, len(series.bars), 7):
        answer = agent.answer(SymbolView(series, index), profile, POLICY)
        assert answer.rationale
        if answer.action is Action.ABSTAIN:
            assert answer.reason is not None
            assert answer.confidence is None
        else:
            assert answer.reason is None
            assert answer.confidence is not None
            assert 0 < answer.confidence.value < 1


@settings(max_examples=50, deadline=None)
@given(data=st.data(), bars=st.integers(1, 120), horizon=st.integers(1, 30))
def test_later_bars_change_no_earlier_score(data: st.DataObject, bars: int, horizon: int) -> None:
    signals = data.draw(signals_of(bars))
    opens, closes = (data.draw(arrays(np.float64, bars, elements=PRICES)) for _ in range(2))
    known = data.draw(st.integers(1, bars))
    whole = track_records(signals, opens, closes, horizon=horizon, hold_band=0.02)
    early = track_records(
        signals[:known], opens[:known], closes[:known], horizon=horizon, hold_band=0.02
    )
    assert early.hits.tolist() == whole.hits[:, :known].tolist()
    assert early.trials.tolist() == whole.trials[:, :known].tolist()


@given(st.sets(st.integers(0, 500)), st.integers(1, 40))
def test_the_windows_that_count_never_overlap_and_none_could_be_added(
    found: set[int], horizon: int
) -> None:
    bars = np.array(sorted(found), dtype=np.intp)
    chosen = non_overlapping(bars, horizon).tolist()
    assert set(chosen) <= found
    assert all(later - earlier >= horizon for earlier, later in pairwise(chosen))
    assert all(any(0 <= bar - kept < horizon for kept in chosen) for bar in found)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_shrinkage_is_beta_2_2(hits: int, misses: int) -> None:
    confidence = TrackRecord(hits, hits + misses).confidence.value
    assert confidence == (hits + 2) / (hits + misses + 4)
    assert 0 < confidence < 1


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_further_hit_raises_the_confidence_and_a_further_miss_lowers_it(
    hits: int, misses: int
) -> None:
    now = TrackRecord(hits, hits + misses).confidence
    assert TrackRecord(hits + 1, hits + misses + 1).confidence > now
    assert TrackRecord(hits, hits + misses + 1).confidence < now
