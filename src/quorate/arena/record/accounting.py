"""Accounting: what a recorded run made and used, as the verdict on it is told."""

from __future__ import annotations

from collections.abc import Sequence

from quorate.agents.profile import AgentProfile
from quorate.arena.record.decisions import decision_hash
from quorate.arena.record.run import RecordedRun
from quorate.kernel.account import Account, Subject
from quorate.kernel.canonical import JsonValue
from quorate.kernel.money import Usd, total_cost


def account_of(
    run: RecordedRun, profiles: Sequence[AgentProfile], costs: Sequence[Usd | None], wall_ms: float
) -> Account:
    """Return the account of a run: its decisions and its snapshot by their hashes, who answered, what it cost.

    `costs` are those of its turns; where the price of one is unknown, the others are what was counted.
    """
    decisions = [
        Subject(name=made.fact.decision_id, sha256=decision_hash(made.fact))
        for made in run.decisions
    ]
    snapshot = Subject(name="snapshot", sha256=run.snapshot_hash or "")
    panel = {vote.fact.profile for vote in run.votes if vote.fact.panel}
    counted = total_cost(cost for cost in costs if cost is not None)
    facts: dict[str, JsonValue] = {
        "countedUsd": "0" if counted is None else str(counted.amount),
        "symbols": sorted({made.fact.symbol for made in run.decisions}),
        "models": {vote.fact.profile: vote.fact.model for vote in run.votes},
        "prompts": {each.name: each.prompt_template for each in profiles if each.prompt_template},
    }
    return Account(
        subjects=(*decisions, snapshot),
        cost=total_cost(costs),
        power_calls=len(panel),
        wall_ms=wall_ms,
        facts=facts,
    )
