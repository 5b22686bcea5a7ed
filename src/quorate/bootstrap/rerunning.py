"""Rerunning: recorded runs recomputed for nothing, asked "what if", and laid side by side.

record -> plan and policy of then -> the same ArenaRun, its answers from the record -> the same bytes, or what differs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from quorate.arena.acceptance import RequestKey
from quorate.arena.record import RecordedRun, read_run
from quorate.arena.record.answers import Payload
from quorate.arena.rerun import (
    Bystanders,
    Comparison,
    Difference,
    RecordJournal,
    WhatIfRequest,
    compared,
    conclusions_of,
    differences,
    digest_of,
    recorded_conclusions,
)
from quorate.arena.service import ArenaRun
from quorate.bootstrap.answers import StartedRun
from quorate.bootstrap.recalling import RecalledRun, recalled
from quorate.bootstrap.running import Runner
from quorate.bootstrap.store import Store
from quorate.bootstrap.viewing import recorded_run
from quorate.kernel.journal import Event, JournalEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedRun:
    """A run recomputed from its record: the digest over what it concludes now, and how that differs from the record.

    `unrecorded` names the answers that it would have needed and that the record lacks. `run` is the run as recomputed.
    """

    run: RecordedRun
    digest: str
    recorded_digest: str
    differences: tuple[Difference, ...]
    unrecorded: tuple[str, ...]

    @property
    def identical(self) -> bool:
        """Return whether it came to the same bytes, from the record alone."""
        return self.digest == self.recorded_digest and not self.unrecorded

    def as_json(self) -> Payload:
        """Return the replay for programs."""
        return {
            "runId": self.run.run_id,
            "identical": self.identical,
            "digest": self.digest,
            "recordedDigest": self.recorded_digest,
            "differences": [each.as_json() for each in self.differences],
            "unrecorded": list(self.unrecorded),
            "costUsd": "0",
            "run": self.run.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Reruns:
    """The recorded runs of one home, once more."""

    store: Store
    runner: Runner

    async def replay(self, run_id: str) -> ReplayedRun:
        """Return a run recomputed from its record: nobody is asked, nothing is bought, nothing is written.

        Raises:
            RejectedError: it cannot be recalled; see `recalling`.
        """
        then = await recalled(self.store, run_id)
        bystanders = Bystanders()
        work = ArenaRun(
            plan=then.plan,
            policy=then.policy,
            config_hash=then.plan.header.config_hash,
            analyses=bystanders,
            journal=RecordJournal(then.entries),
            clock=self.store.clock,
            resumes=True,
        )
        events = await work.execute()
        recorded, now = recorded_conclusions(then.entries), conclusions_of(events)
        return ReplayedRun(
            run=read_run(_rows(then, events)),
            digest=digest_of(now),
            recorded_digest=digest_of(recorded),
            differences=differences(recorded, now),
            unrecorded=tuple(bystanders.asked),
        )

    async def what_if(self, wanted: WhatIfRequest) -> Comparison:
        """Carry a what-if out, and return the run that it stands on beside it.

        Raises:
            RejectedError: it cannot be made; nothing was written.
        """
        plan = await self.runner.what_ifs.planned(wanted)
        made = await self.runner.run_plan(plan)
        return compared(await recorded_run(self.store, wanted.run_id), made)

    async def start(self, wanted: WhatIfRequest, key: RequestKey | None) -> StartedRun:
        """Begin a what-if, and return once it is durable that it was asked for; see `Runner.start`."""
        return await self.runner.start_plan(lambda: self.runner.what_ifs.planned(wanted), key)

    async def compare(self, a: str, b: str) -> Comparison:
        """Return two recorded runs side by side; raises as `recorded_run`."""
        first, second = await recorded_run(self.store, a), await recorded_run(self.store, b)
        return compared(first, second)


def _rows(then: RecalledRun, events: Sequence[Event]) -> Sequence[JournalEntry]:
    """Return the rows of the run with what it concludes now in place of what it concluded then."""
    now = conclusions_of(events)
    kinds = {each.type for each in now}
    kept = [entry for entry in then.entries if entry.type not in kinds]
    there = [entry for entry in then.entries if entry.type in kinds]
    places = [*there, *[then.entries[-1]] * max(len(now) - len(there), 0)]
    return [
        *kept,
        *(
            replace(place, type=each.type, payload=each.payload)
            for place, each in zip(places, now, strict=False)
        ),
    ]
