import json
from decimal import Decimal

import pytest

from quorate.arena.record.answers import (
    answer_payload,
    duration,
    read_answer,
    read_reply,
    read_vote,
    reply_payload,
    sessions,
    vote_payload,
)
from quorate.arena.record.facts import Facts
from quorate.arena.voting import AgentReply
from quorate.kernel.canonical import canonical_json
from quorate.kernel.money import Usd
from quorate.kernel.vote import Sizing, SizingKind
from quorate.market.wyckoff import Phase, VolumeTrend
from tests.unit.arena.casts import (
    ABSTAIN,
    BUY,
    HOLD,
    answer,
    cast,
    profile,
    risk_manager,
    scene,
    vote,
)

TRAP = scene(phase=Phase.DISTRIBUTION, volume_trend=VolumeTrend.DECLINING)
QTY = Sizing(kind=SizingKind.QTY, value=Decimal("0.000000001"))


def stored(payload):
    """What comes back from the journal."""
    return Facts(json.loads(canonical_json(payload)))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(answer(BUY, 0.1 + 0.2, sizing=QTY, stop="600.01", target="649.640"), id="BUY"),
        pytest.param(answer(ABSTAIN), id="ABSTAIN"),
        pytest.param(answer(HOLD, veto=True, horizon=None), id="HOLD"),
    ],
)
def test_an_answer_reads_back_as_it_was(given):
    assert read_answer(stored(answer_payload(given))) == given


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(vote(BUY, 0.9, at=TRAP, fallback_used=True), id="discounted twice"),
        pytest.param(vote(ABSTAIN), id="abstention"),
        pytest.param(risk_manager(), id="risk manager"),
        pytest.param(cast(answer(BUY, sizing=QTY, stop="600.01")), id="sized"),
    ],
)
def test_a_vote_reads_back_as_it_was(given):
    assert read_vote(stored(vote_payload(given))) == given


def test_a_vote_carries_the_final_confidence_and_its_steps_the_raw_one():
    payload = vote_payload(vote(BUY, 0.9, at=TRAP))
    assert payload["confidence"] == "0.45"
    assert payload["confidenceSteps"][0]["value"] == "0.9"


@pytest.mark.parametrize("cost", [None, Usd(Decimal("0.0010"))], ids=["unpriced", "priced"])
def test_a_reply_reads_back_as_it_was(cost):
    reply = AgentReply(
        profile=profile("a"),
        answers=(answer(BUY), answer(ABSTAIN)),
        model="small",
        latency_ms=1.25,
        cost=cost,
        fallback_used=True,
    )
    assert read_reply(stored(reply_payload(reply)), profile("a")) == reply


def test_payloads_are_what_the_journal_gives_back():
    payload = vote_payload(vote(BUY, 0.9, at=TRAP))
    assert json.loads(canonical_json(payload)) == payload


def test_a_horizon_is_an_iso_duration():
    assert duration(20) == "P20D"
    assert sessions("P20D") == 20
    assert duration(None) is None
