"""A recorded run to read: its rows as a run of AAPL, IBM and XYZ leaves them in the journal."""

from dataclasses import replace
from decimal import Decimal

from quorate.arena.deciding import deliberate
from quorate.arena.record.answers import reply_payload, vote_payload
from quorate.arena.record.decisions import decision_payload, shadows_payload
from quorate.arena.record.evidence import snapshot_payload
from quorate.arena.record.header import (
    RunEvent,
    RunHeader,
    completed_payload,
    requested_payload,
)
from quorate.arena.shadow import draw_shadows
from quorate.arena.voting import AgentReply
from quorate.kernel.ids import ProfileName, Symbol
from quorate.kernel.money import Usd
from tests.unit.arena.casts import (
    ABSTAIN,
    BUY,
    HOLD,
    POLICY,
    PROFILES,
    answer,
    ballot,
    decided,
    header,
    risk_manager,
    scene,
    vote,
)
from tests.unit.arena.markets import snapshot

SYMBOLS = (Symbol("IBM"), Symbol("AAPL"))


def facts(begun: RunHeader | None = None) -> list[tuple[str, object]]:
    """A BUY of AAPL by 2 of 3, and a quarantined IBM on which nobody votes; votes out of order."""
    votes = [*ballot(BUY, BUY, HOLD)[::-1], vote(ABSTAIN, name="d"), risk_manager()]
    bought = decided(votes)
    refused = replace(decided([], scene(quarantine="BAR_GAP")), symbol=Symbol("IBM"))
    shadows = draw_shadows(
        deliberate(scene(), votes, POLICY), bought, snapshot_hash="5na9", debated=False
    )
    reply = AgentReply(
        profile=PROFILES[ProfileName("trend")], answers=(answer(BUY),), model="trend/1"
    )
    return [
        (RunEvent.REQUESTED, requested_payload(begun or header(*SYMBOLS), PROFILES.values())),
        (RunEvent.SNAPSHOT_FROZEN, snapshot_payload(snapshot(), SYMBOLS)),
        (RunEvent.AGENT_ANSWERED, reply_payload(reply)),
        *((RunEvent.VOTE_CAST, vote_payload(cast)) for cast in votes),
        (RunEvent.DECISION_MADE, decision_payload(bought)),
        (RunEvent.DECISION_MADE, decision_payload(refused)),
        (RunEvent.SHADOWS_DRAWN, shadows_payload(shadows)),
        (
            RunEvent.COMPLETED,
            completed_payload([bought, refused], cost=Usd(Decimal("0.00")), latency_ms=9.5),
        ),
    ]
