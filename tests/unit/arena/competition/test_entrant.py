"""A trader's agents decide as one: the plurality, and every way in which it does not reach a trade."""

from dataclasses import replace

import pytest

from quorate.arena.competition.entrant import (
    Entrant,
    decide_together,
    entrant_payload,
    read_entrant,
)
from quorate.arena.competition.trader import TraderName
from quorate.arena.record.facts import Facts
from quorate.kernel.canonical import as_json
from quorate.kernel.ids import ProfileName, StrategyName, decision_id
from quorate.portfolio import PortfolioPolicy
from tests.unit.arena.casts import (
    AAPL,
    ABSTAIN,
    BUY,
    HOLD,
    POLICY,
    RUN,
    SELL,
    ballot,
    risk_manager,
    scene,
)

TRIO = Entrant(
    name=TraderName("trio"),
    version=2,
    members=tuple(map(ProfileName, "abc")),
    strategy=None,
    thresholds={},
    portfolio=PortfolioPolicy(),
)


def decided(votes, at=None, entrant=TRIO):
    return decide_together(at or scene(), votes, entrant, run_id=RUN, arena=POLICY)


@pytest.mark.parametrize(
    ("votes", "at", "ends"),
    [
        pytest.param(ballot(BUY, BUY, BUY), scene(), ("BUY", "consensus"), id="all of one mind"),
        pytest.param(ballot(BUY, BUY, HOLD), scene(), ("BUY", "consensus"), id="a third dissents"),
        pytest.param(
            ballot(BUY, HOLD, SELL), scene(), ("NO_TRADE", "quorum_not_met"), id="three minds"
        ),
        pytest.param(
            ballot(BUY, ABSTAIN, ABSTAIN), scene(), ("NO_TRADE", "quorum_not_met"), id="one votes"
        ),
        pytest.param(
            ballot(BUY, BUY, BUY, confidence=0.5),
            scene(),
            ("NO_TRADE", "low_confidence"),
            id="nobody is sure",
        ),
        pytest.param(
            [*ballot(BUY, BUY, BUY), risk_manager(veto=True)],
            scene(),
            ("NO_TRADE", "risk_veto"),
            id="a veto",
        ),
        pytest.param(ballot(HOLD, HOLD, BUY), scene(), ("HOLD", "consensus"), id="waits"),
        pytest.param(
            ballot(SELL, SELL, SELL), scene(), ("NO_TRADE", "nothing_to_sell"), id="holds none"
        ),
        pytest.param(
            ballot(SELL, SELL, SELL), scene(held="3"), ("SELL", "consensus"), id="sells what it has"
        ),
        pytest.param(
            ballot(BUY, BUY, BUY),
            scene(bars=100),
            ("NO_TRADE", "insufficient_history"),
            id="too few bars",
        ),
        pytest.param([], scene(), ("NO_TRADE", "quorum_not_met"), id="nobody answered"),
    ],
)
def test_what_the_votes_come_to(votes, at, ends):
    made = decided(votes, at)
    assert (made.action, made.reason) == ends
    assert (made.escalated, made.triggers) == (False, ())


def test_a_decision_carries_the_traders_name_and_its_own_id():
    made = decided(ballot(BUY, BUY, BUY))
    assert (made.profile, made.symbol) == ("trio", AAPL)
    assert made.decision_id == decision_id(RUN, AAPL, ProfileName("trio"))
    assert made.decision_id != decision_id(RUN, AAPL, ProfileName("a"))
    assert made.sizing is not None


def test_its_own_thresholds_hold_in_the_place_of_the_arenas():
    bold = replace(TRIO, thresholds={"min_confidence": "0.4", "entry_pct_equity": "0.03"})
    made = decided(ballot(BUY, BUY, BUY, confidence=0.5), entrant=bold)
    assert (made.action, str(made.sizing.value)) == ("BUY", "0.03")
    strict = replace(TRIO, thresholds={"quorum": "3"})
    assert decided(ballot(BUY, BUY, ABSTAIN), entrant=strict).reason == "quorum_not_met"


def test_one_agent_alone_is_its_own_quorum():
    lone = replace(TRIO, members=(ProfileName("a"),), thresholds={"quorum": "3"})
    assert (TRIO.quorum, lone.quorum) == (2, 1)
    assert decided(ballot(BUY), entrant=lone).action == "BUY"


def test_an_entrant_reads_back_as_it_was_written():
    told = replace(TRIO, strategy=StrategyName("swing"), thresholds={"quorum": "2"})
    assert read_entrant(Facts(as_json(entrant_payload(told)))) == told
