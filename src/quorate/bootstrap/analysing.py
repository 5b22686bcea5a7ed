"""Analysing: the turns of a run's agents as tasks, done here or by a worker elsewhere.

question -> a rule agent: asked and recorded whole | a model: begun, asked, recorded | a worker: queued, awaited,
recorded
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final, Protocol

from quorate.agents.prompts import Prompts
from quorate.arbiter.moves import TO_CHECK, TO_END, TO_WORK, moved, received_event, whole
from quorate.arbiter.ports import TaskJournal
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.task import (
    TERMINAL,
    FailureSource,
    Task,
    TaskEvent,
    TaskState,
    TaskType,
)
from quorate.arena.ports import AgentRunner, Question, Recorded
from quorate.arena.turn import abstention, reply_problems
from quorate.arena.voting import AgentReply
from quorate.bootstrap.fleet.encoding import analysis_assignment, reply_of
from quorate.fleet.policy import Analyses
from quorate.kernel.action import AbstainReason
from quorate.kernel.canonical import Json, sha256_hex
from quorate.kernel.errors import (
    ConflictError,
    InvalidOutputError,
    InvariantBrokenError,
    QuorateError,
    RejectedError,
    UnavailableError,
)
from quorate.kernel.ids import TaskId, crockford
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.kernel.spans import span
from quorate.kernel.vote import StepKind, Vote

SOURCES: Final[Mapping[str, FailureSource]] = {
    AbstainReason.TIMEOUT: FailureSource.LLM_TIMEOUT,
    AbstainReason.PROVIDER_ERROR: FailureSource.NETWORK_ERROR,
}
"""Whose failure it is that an agent gave no answer. Source: R-051."""

WAIT_S: Final = 180.0
"""How long a turn elsewhere may take in all: an LLM call of 120 s, and the 45 s in which a dead worker is found out.

Source: DESIGN 10.
"""

VALIDATION: Final = "hidden-hand"
"""The step of a run that holds its votes against the phase of their symbols."""


class Fleet(Protocol):
    """The workers elsewhere, as a waiting run knows them."""

    def can_place(self, task_type: str) -> bool:
        """Return whether a living worker, of whichever hub, may be given such a task."""
        ...

    async def finished(self, task_id: TaskId, deadline_s: float) -> Mapping[str, Json]:
        """Return what a worker made of a task, once that is durable.

        Raises:
            UnavailableError: nobody did it in time, or it failed; it is not done any more.
        """
        ...


class NoWorkers:
    """The fleet of a process that serves none and sees none."""

    def can_place(self, task_type: str) -> bool:  # noqa: ARG002
        """Return that nobody is there."""
        return False

    async def finished(self, task_id: TaskId, deadline_s: float) -> Mapping[str, Json]:  # noqa: ARG002
        """Refuse."""
        raise UnavailableError("no hub serves workers here", source="fleet")


@dataclass(slots=True, kw_only=True)
class AnalysisTasks:
    """The turns of one run; `run` is its task, under whose lease and verdict those stand that are done here.

    `left` are the parts that a former holder of the run began, by their id.
    """

    run: Task
    spec: TaskSpec
    agents: AgentRunner
    arbiter: Arbiter
    journal: TaskJournal
    clock: Clock
    prompts: Prompts
    fleet: Fleet
    placement: Analyses = Analyses.EMBEDDED
    left: Mapping[TaskId, Task] = field(default_factory=dict)
    _placed: dict[str, bool] = field(default_factory=dict, init=False)

    def begun(self, questions: Sequence[Question]) -> Sequence[Event]:
        """Return the rows of the turns that begin with the run; see the arena's port."""
        asked = [each for each in questions if self._is_begun_here(each)]
        return [event for each in asked for event in self._opened(each)]

    async def answered(self, question: Question, recorded: Recorded) -> AgentReply:
        """Return what the profile says once it is recorded; see the arena's port."""
        with span("analysis", profile=question.profile.name, step=question.step):
            if self._goes_away(question):
                return await self._away(question, recorded)
            if question.profile.is_rule_agent:
                return await self._whole(question, recorded)
            return await self._here(question, recorded)

    def validated(self, votes: Sequence[Vote]) -> Sequence[Event]:
        """Return the rows of the validation of a run's votes; see the arena's port."""
        cast = [vote for vote in votes if vote.steps]
        doubted = sum(_is_doubted(vote) for vote in cast)
        task = self._part(TaskType.TRADING_SIGNAL, VALIDATION)
        said = f"{len(cast)} votes held against the phase of their symbols, {doubted} believed less"
        if task.task_id in self.left:
            return []
        return whole(task, self.spec, reason=said)

    async def _whole(self, question: Question, recorded: Recorded) -> AgentReply:
        """Ask a rule agent, whose answer has no effect outside, and record all of the turn at once."""
        reply = await self._reply(question)
        rows = whole(self._turn(question), self.spec, recorded(reply), *reply.events)
        await self._commit(rows)
        return reply

    async def _here(self, question: Question, recorded: Recorded) -> AgentReply:
        """Ask a model from this process; the turn is durable before the first byte is sent."""
        task = await self._in_hand(question)
        try:
            reply = await self._reply(question)
        except QuorateError as error:
            _, failed = moved(task, TaskEvent.ERROR, reason=str(error))
            await self._commit([failed])
            raise
        source = SOURCES.get(reply.failure, FailureSource.NONE)
        _, done = moved(task, *TO_CHECK, *TO_END, reason=reply.failure, failure_source=source)
        await self._commit([recorded(reply), *reply.events, done])
        return reply

    async def _away(self, question: Question, recorded: Recorded) -> AgentReply:
        """Have a worker take the turn, and wait for it; what it cannot do is an abstention."""
        try:
            task_id = await self._queued(question)
            reply = reply_of(await self.fleet.finished(task_id, WAIT_S), question)
            _require_sound(reply, question)
        except (UnavailableError, RejectedError, InvalidOutputError) as error:
            reply = abstention(question, error.cause)
        await self._commit([recorded(reply)])
        return reply

    async def _queued(self, question: Question) -> TaskId:
        task = self._turn(question)
        if task.task_id in self.left:
            return task.task_id
        now = self.clock.now()
        waiting = replace(task, token=0, expires_at=now + timedelta(seconds=WAIT_S))
        template = await self.prompts.named(question.profile.prompt_template)
        # A former holder of the run may have queued it a moment before it died.
        with suppress(ConflictError):
            await self.arbiter.queue(waiting, self.spec, analysis_assignment(question, template))
        return task.task_id

    async def _reply(self, question: Question) -> AgentReply:
        try:
            reply = await self.agents.ask(question)
        except UnavailableError as error:
            return abstention(question, str(error))
        _require_sound(reply, question)
        return reply

    async def _in_hand(self, question: Question) -> Task:
        """Return the turn's task in this process's hands, at work."""
        task = self._turn(question)
        before = self.left.get(task.task_id)
        if before is None:
            if self._is_begun_here(question) and self.run.attempts == 1:
                return self._at_work(task)
            await self._commit(self._opened(question))
            return self._at_work(task)
        if before.state in TERMINAL:
            raise InvariantBrokenError(f"the turn {task.task_id} ended and left no answer")
        path = (TaskEvent.LEASE_LOST, TaskEvent.ASSIGNED, TaskEvent.STARTED)
        taken, move = moved(before, *path, reason="the former holder died", changed=task)
        await self._commit([move])
        return taken

    def _opened(self, question: Question) -> Sequence[Event]:
        task = self._turn(question)
        _, begun = moved(task, *TO_WORK)
        return [received_event(task, self.spec), begun]

    @staticmethod
    def _at_work(task: Task) -> Task:
        return replace(task, state=TaskState.EXECUTING)

    def _is_begun_here(self, question: Question) -> bool:
        first = question.round == 0 and not question.before
        return first and not question.profile.is_rule_agent and not self._goes_away(question)

    def _goes_away(self, question: Question) -> bool:
        """Return where the turn is taken; it stays so, whatever becomes of the workers meanwhile."""
        if question.step not in self._placed:
            self._placed[question.step] = self._is_away(question)
        return self._placed[question.step]

    def _is_away(self, question: Question) -> bool:
        if question.profile.is_rule_agent or self.placement is Analyses.EMBEDDED:
            return False
        anyway = self.placement is Analyses.REMOTE
        return anyway or self.fleet.can_place(TaskType.TRADING_ANALYSIS)

    def _turn(self, question: Question) -> Task:
        return self._part(TaskType.TRADING_ANALYSIS, f"{question.step}\n{question.step_input}")

    def _part(self, kind: TaskType, step: str) -> Task:
        named = sha256_hex(f"{self.run.subject}\n{kind}\n{step}")
        return replace(
            self.run,
            task_id=TaskId("tsk_" + crockford(int(named[:32], 16), 26)),
            type=kind,
            state=TaskState.RECEIVED,
            attempts=1,
            parent=self.run.task_id,
            subject=f"{self.run.subject} {step.partition(chr(10))[0]}",
            owner=self.arbiter.owner,
        )

    async def _commit(self, events: Sequence[Event]) -> None:
        await self.journal.commit(lambda _tx: events)


def _is_doubted(vote: Vote) -> bool:
    return any(
        step.kind is StepKind.HIDDEN_HAND and step.factor is not None and step.factor < 1
        for step in vote.steps
    )


def _require_sound(reply: AgentReply, question: Question) -> None:
    problems = reply_problems(reply, question)
    if problems:
        raise InvariantBrokenError(
            f"the reply of {question.profile.name} cannot count: {'; '.join(problems)}"
        )
