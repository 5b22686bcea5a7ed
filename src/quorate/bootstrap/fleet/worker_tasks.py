"""What a worker of Quorate's own can do: a turn of an agent, and the validation of votes.

trading_analysis: assignment -> series by digest -> snapshot frozen here -> the agent -> result
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec

from quorate.agents.policy import AgentsPolicy
from quorate.arena.hidden_hand import hidden_hand_doubt
from quorate.arena.ports import AgentRunner
from quorate.arena.service import RuleAgents
from quorate.arena.voting import AgentReply
from quorate.bootstrap.fleet.encoding import (
    AssignedAnalysis,
    analysis_result,
    question_of,
    read_assignment,
)
from quorate.bootstrap.fleet.worker_models import WorkerModels
from quorate.fleet.outcome import Done
from quorate.fleet.wire import TaskAssignment
from quorate.kernel.action import Action
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.ports import Clock
from quorate.kernel.spans import span
from quorate.market.series import Series
from quorate.market.wyckoff import Phase, VolumeTrend


class SeriesSource(Protocol):
    """A hub that hands out series."""

    async def series(self, digest: str) -> bytes:
        """Return the bytes under `digest`; nobody has checked them yet.

        Raises:
            UnavailableError: no whole answer.
            RejectedError: there is no such series.
        """
        ...


class SeriesCache(Protocol):
    """Series that were fetched before."""

    async def found(self, digest: str) -> bytes | None:
        """Return the checked bytes under `digest`, None where there are none."""
        ...

    async def keep(self, digest: str, content: bytes) -> None:
        """Keep checked bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisWork:
    """Carries out `trading_analysis`: by the same code as a run that asks its agents itself."""

    models: WorkerModels
    policy: AgentsPolicy
    source: SeriesSource
    cache: SeriesCache
    clock: Clock

    async def carry_out(self, assignment: TaskAssignment) -> Done:
        """Return what the agent says; see the fleet's port.

        Raises:
            RejectedError: the assignment cannot be read, or its bars are not those that it says (`inputs-changed`).
            UnavailableError: the hub did not hand out a series, or gave no word on money.
        """
        assigned = read_assignment(assignment.metadata)
        series = await self._series(assigned.series)
        question = question_of(assigned, series)
        agents = self._agents(assignment.task_id, assigned)
        with span("analysis", trace_id=assigned.context.trace_id, taskId=assignment.task_id):
            reply = await agents.ask(question)
        return Done(result=analysis_result(reply), steps=tuple(_steps(assigned, reply)))

    def _agents(self, task_id: str, assigned: AssignedAnalysis) -> AgentRunner:
        if assigned.profile.is_rule_agent:
            return RuleAgents(self.policy, self.clock)
        return self.models.agents_of(task_id, assigned.prompt)

    async def _series(self, digests: Mapping[Symbol, str]) -> Mapping[Symbol, Series]:
        async with asyncio.TaskGroup() as group:
            tasks = {
                symbol: group.create_task(self._one(digest)) for symbol, digest in digests.items()
            }
        return {symbol: task.result() for symbol, task in tasks.items()}

    async def _one(self, digest: str) -> Series:
        content = await self.cache.found(digest)
        if content is None:
            content = await self.source.series(digest)
            if sha256_hex(content) != digest:
                raise RejectedError(
                    f"the hub sent other bytes than the series {digest[:12]}",
                    effect="the task was not begun",
                    slug="inputs-changed",
                )
            await self.cache.keep(digest, content)
        return Series.from_bytes(content)


class _VoteShape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    symbol: str
    profile: str
    action: Action
    phase: Phase
    volume_trend: VolumeTrend


class _SignalShape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    votes: list[_VoteShape]


class SignalWork:
    """Carries out `trading_signal`: votes held against the phase of their symbols (R-053, FM-TAW-012).

    A vote that runs against its phase is suspicious, not invalid: it may be a spring or an upthrust.
    """

    async def carry_out(self, assignment: TaskAssignment) -> Done:
        """Return how far each vote is believed; see the fleet's port.

        Raises:
            RejectedError: the assignment cannot be read.
        """
        try:
            asked = msgspec.convert(assignment.metadata, _SignalShape)
        except msgspec.MsgspecError as error:
            raise RejectedError(
                f"the assignment cannot be read: {error}",
                effect="the task was not begun",
                slug="malformed-assignment",
            ) from None
        judged = []
        for vote in asked.votes:
            doubt = hidden_hand_doubt(vote.phase, vote.action, vote.volume_trend)
            said = {"isValid": True, "factor": doubt.factor, "reason": doubt.reason}
            judged.append({"symbol": vote.symbol, "profile": vote.profile, **said})
        return Done(result={"judged": judged})


def _steps(assigned: AssignedAnalysis, reply: AgentReply) -> list[str]:
    """Return what was done, a line each, for people."""
    frozen = f"froze {assigned.snapshot_hash[:12]} of {assigned.as_of}"
    asked = f"asked {assigned.profile.name} through {reply.model}"
    told = f"{len(reply.answers)} answers" if not reply.failure else f"no answer: {reply.failure}"
    return [frozen, asked, told]
