"""What the stream tells of the fleet's workers: who came, is ready, is set aside, drains, is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quorate.arena.record.facts import Facts
from quorate.fleet.roster import WorkerFact
from quorate.hub.stream.told import Telling, Told


def _worker(facts: Facts) -> Told:
    return Told(
        {
            "agentId": facts.text("workerId"),
            "standing": facts.text("standing"),
            "quarantined": facts.flag("quarantined"),
            "draining": facts.flag("draining"),
            "reason": facts.text("reason"),
        }
    )


FLEET: Final[Mapping[str, Telling]] = {
    fact.value: (("agent.state",), _worker) for fact in WorkerFact
}
