"""The three tests that the seeds name, with their names and values, against the code that decides. Source: R-056."""

import pytest

from quorate.arena.voting import AgentReply, cast_vote
from quorate.fleet.capability import capable_agents
from quorate.kernel.vote import StepKind
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import BUY, POLICY, answer, profile, scene


def test_trading_task_requires_sovereign_capability():
    """FM-TAW-004: a trading task goes to an agent with sovereign_access, never to a generic one."""
    agents = [
        ("generic_01", {"code": True}),
        ("trading_01", {"sovereign_access": True, "trading_analysis": True}),
    ]
    assert capable_agents("trading_analysis", agents) == ("trading_01",)


def test_fallback_reduces_confidence():
    """FM-TAW-006: an answer of a fallback model is believed by a fifth less, once, and says so."""
    given = answer(BUY, 0.85)
    reply = AgentReply(profile=profile("a"), answers=(given,), model="small", fallback_used=True)
    vote = cast_vote(reply, given, scene(), POLICY, cost=None)
    assert vote.confidence.value == pytest.approx(0.68)
    (degraded,) = [step for step in vote.steps if step.kind is StepKind.FALLBACK]
    assert degraded.factor == 0.8
    assert "fallback" in degraded.reason


def test_hidden_hand_flags_distribution_buy():
    """FM-TAW-012: buying into distribution on declining volume is believed half, and warned of."""
    given = answer(BUY, 0.9)
    reply = AgentReply(profile=profile("a"), answers=(given,), model="small")
    at = scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING)
    vote = cast_vote(reply, given, at, POLICY, cost=None)
    assert vote.confidence.value == pytest.approx(0.45)
    (warning,) = [step for step in vote.steps if step.kind is StepKind.HIDDEN_HAND]
    assert warning.factor == 0.5
    assert "upthrust" in warning.reason
