from collections import Counter

import pytest

from quorate.agents.profile import Role
from quorate.arena.deciding import deliberate
from quorate.arena.panel import NO_PANEL, Hearing
from quorate.arena.shadow import coin_flip, draw_shadows
from quorate.arena.voting import AgentReply, cast_vote
from quorate.kernel.action import FinalAction
from quorate.kernel.ids import Symbol
from tests.unit.arena.casts import (
    AAPL,
    ABSTAIN,
    BUY,
    HOLD,
    POLICY,
    SELL,
    answer,
    ballot,
    decided,
    profile,
    risk_manager,
    scene,
)


def arms(votes, at=None, hearing=NO_PANEL, *, debated=False):
    seen = at or scene()
    found = deliberate(seen, votes, POLICY)
    made = decided(votes, seen, hearing)
    shadows = draw_shadows(found, made, snapshot_hash="abc", debated=debated)
    assert {shadow.symbol for shadow in shadows} == {AAPL}
    return {shadow.arm: shadow.action and shadow.action.value for shadow in shadows}


def heard(confidence=0.9):
    given = answer(BUY, confidence)
    reply = AgentReply(profile=profile("judge", Role.JUDGE), answers=(given,), model="power")
    word = cast_vote(reply, given, scene(), POLICY, cost=None, panel=True)
    return Hearing(votes=(word,))


def test_each_voter_alone_is_an_arm_and_whoever_has_no_vote_is_none():
    drawn = arms([*ballot(BUY, ABSTAIN, SELL), risk_manager()])
    assert {arm: action for arm, action in drawn.items() if arm.startswith("agent:")} == {
        "agent:a": "BUY",
        "agent:b": "NO_TRADE",
        "agent:c": "SELL",
    }


def test_cheap_only_does_what_the_first_round_may_do_alone():
    assert arms(ballot(BUY, BUY, BUY))["cheap_only"] == "BUY"
    assert arms(ballot(BUY, BUY, BUY, HOLD, HOLD))["cheap_only"] == "NO_TRADE"


@pytest.mark.parametrize(
    ("debated", "no_debate"),
    [
        pytest.param(True, None, id="argued: nobody knows what the panel would have said"),
        pytest.param(False, "BUY", id="not argued: it is the run itself"),
    ],
)
def test_under_a_panel_cheap_only_and_no_debate_are_told_apart(debated, no_debate):
    drawn = arms(ballot(BUY, BUY, HOLD, HOLD), hearing=heard(), debated=debated)
    assert (drawn["cheap_only"], drawn["no_debate"]) == ("NO_TRADE", no_debate)


@pytest.mark.parametrize(
    "votes",
    [
        pytest.param(ballot(BUY), id="no quorum"),
        pytest.param([], id="no vote"),
        pytest.param([*ballot(BUY, BUY), risk_manager(veto=True)], id="vetoed"),
    ],
)
def test_cheap_only_keeps_quorum_and_veto(votes):
    assert arms(votes)["cheap_only"] == "NO_TRADE"


def test_the_baselines_are_always_there():
    drawn = arms(ballot(HOLD, HOLD))
    assert drawn["no_trade"] == "NO_TRADE"
    assert drawn["buy_and_hold"] == "BUY"
    assert drawn["random"] in {"BUY", "SELL", "HOLD"}


@pytest.mark.parametrize(
    "at", [pytest.param(scene(bars=0), id="no bars"), pytest.param(scene(quarantine="BAR_GAP"))]
)
def test_no_arm_trades_without_a_price_that_can_be_trusted(at):
    assert set(arms(ballot(BUY), at).values()) == {"NO_TRADE"}


def test_the_coin_is_the_same_for_the_same_snapshot_and_fair_over_many():
    assert coin_flip("abc", AAPL) is coin_flip("abc", AAPL)
    flips = Counter(coin_flip(str(number), Symbol("IBM")) for number in range(3000))
    assert set(flips) == {FinalAction.BUY, FinalAction.SELL, FinalAction.HOLD}
    assert min(flips.values()) > 900
