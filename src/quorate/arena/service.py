"""One arena run, carried out; the arbiter walks the task, this is the work that the task does.

snapshot -> every agent, in parallel -> votes -> a decision per symbol, each hop journaled before the next
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import AgentProfile
from quorate.agents.rule_agents import rule_agent
from quorate.arena.deciding import decide
from quorate.arena.policy import ArenaPolicy
from quorate.arena.ports import AgentRunner, RunJournal
from quorate.arena.postcheck import violations
from quorate.arena.record import (
    Facts,
    RecordedRun,
    RunEnd,
    RunEvent,
    RunHeader,
    RunStatus,
    completed_payload,
    decision_payload,
    ended_payload,
    read_reply,
    read_run,
    reply_payload,
    requested_payload,
    shadows_payload,
    snapshot_payload,
    stream_of,
    total_cost,
    vote_payload,
)
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import usd
from quorate.arena.scene import scene_of
from quorate.arena.shadow import Shadow, draw_shadows
from quorate.arena.voting import AgentReply, cast_votes
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.errors import (
    InvariantBrokenError,
    QuorateError,
    RejectedError,
    UnavailableError,
)
from quorate.kernel.ids import Symbol, TraceId
from quorate.kernel.journal import Event, JournalEntry, step_key
from quorate.kernel.money import Usd
from quorate.kernel.ports import Clock
from quorate.kernel.vote import Answer, Vote
from quorate.market.snapshot import Snapshot
from quorate.portfolio.book import Book

STEP_VERSION: Final = "1"
"""Part of every step's key: raise it when a step comes to mean something else."""

FREE: Final = Usd(Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """All that a run depends on, frozen before it begins."""

    header: RunHeader
    trace_id: TraceId
    profiles: tuple[AgentProfile, ...]
    snapshot: Snapshot
    book: Book


class RuleAgents:
    """Asks the keyless agents, in this process: they are code, so they answer at once and for nothing."""

    def __init__(self, policy: AgentsPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    async def ask(self, profile: AgentProfile, snapshot: Snapshot) -> AgentReply:
        """Return what the rule agent of `profile` says; see the port."""
        agent, began = rule_agent(profile), self._clock.monotonic()
        answers = [agent.answer(view, profile, self._policy) for view in snapshot.views.values()]
        return AgentReply(
            profile=profile,
            answers=tuple(answers),
            model=profile.model,
            latency_ms=round((self._clock.monotonic() - began) * 1000, 3),
            cost=FREE,
        )


@dataclass(slots=True, kw_only=True)
class ArenaRun:
    """The work of one `arena_run` task; the arbiter calls it state by state.

    A run that `resumes` was begun by another process: what that one recorded is looked up first.
    """

    plan: RunPlan
    policy: ArenaPolicy
    config_hash: str
    agents: AgentRunner
    journal: RunJournal
    clock: Clock
    resumes: bool = False
    _began: float = field(init=False)
    _recorded: RecordedRun | None = None
    _cost: Usd | None = None

    def __post_init__(self) -> None:
        """Note when the run began."""
        self._began = self.clock.monotonic()

    @property
    def stream(self) -> str:
        """Return the stream of the run's rows."""
        return stream_of(self.plan.header.run_id)

    def requested(self) -> Sequence[Event]:
        """Return the fact that the run was asked for."""
        return [
            self._event(RunEvent.REQUESTED, requested_payload(self.plan.header, self.plan.profiles))
        ]

    async def execute(self) -> Sequence[Event]:
        """Freeze the snapshot, ask every agent, and return the votes and decisions to commit with the task's result.

        A step that the journal already holds is not run again.

        Raises:
            RejectedError: what the run depends on is not what it was requested on, so it would be another run.
        """
        self._require_unchanged()
        recorded = await self.journal.recorded_steps(self.stream) if self.resumes else {}
        await self._freeze(recorded)
        return list(self._conclusions(await self._replies(recorded)))

    async def violations(self) -> Sequence[str]:
        """Return what the post-check finds wrong in the recorded run."""
        await self._read_back()
        return violations(self.recorded, self.policy)

    async def completed(self) -> Sequence[Event]:
        """Return the fact that the run is over and stands."""
        if self._recorded is None:
            await self._read_back()
        latency_ms = round((self.clock.monotonic() - self._began) * 1000, 3)
        end = RunEnd(status=RunStatus.COMPLETED, cost=self._cost, latency_ms=latency_ms)
        self._recorded = replace(self.recorded, end=end)
        decisions = [made.fact for made in self.recorded.decisions]
        payload = completed_payload(decisions, cost=self._cost, latency_ms=latency_ms)
        return [self._event(RunEvent.COMPLETED, payload)]

    def failed(self, reason: str, detail: str) -> Sequence[Event]:
        """Return the fact that the run ended without a result."""
        return [self._event(RunEvent.FAILED, ended_payload(reason=reason, detail=detail))]

    @property
    def recorded(self) -> RecordedRun:
        """Return the run as its journal told it to the post-check, with its end.

        Raises:
            InvariantBrokenError: the run has not come so far.
        """
        if self._recorded is None:
            raise InvariantBrokenError("the run has not been read back from its journal yet")
        return self._recorded

    async def _read_back(self) -> None:
        """Read the run from its journal: what happened, and what its calls cost together."""
        entries = await self.journal.entries(self.stream)
        self._recorded = read_run(entries)
        answers = [entry for entry in entries if entry.type == RunEvent.AGENT_ANSWERED]
        self._cost = total_cost(Facts(entry.facts).optional("costUsd", usd) for entry in answers)

    def _require_unchanged(self) -> None:
        """Refuse to go on with a run that another process began on another configuration or book."""
        header = self.plan.header
        now = {"configuration": self.config_hash, "book": self.plan.book.state_hash}
        then = {"configuration": header.config_hash, "book": header.book_state_hash}
        for what, hash_ in then.items():
            if now[what] != hash_:
                raise _changed(what, header.symbols)

    async def _freeze(self, recorded: Mapping[str, JournalEntry]) -> None:
        snapshot, header = self.plan.snapshot, self.plan.header
        key = self._key("snapshot", header.as_of.isoformat())
        if key not in recorded:
            payload = snapshot_payload(snapshot, header.symbols)
            event = self._event(RunEvent.SNAPSHOT_FROZEN, payload, key)
            await self.journal.commit(lambda _tx: [event])
        elif recorded[key].facts["snapshotHash"] != snapshot.hash:
            raise _changed("bars", header.symbols)

    async def _replies(self, recorded: Mapping[str, JournalEntry]) -> Sequence[AgentReply]:
        """Ask every agent at once; of several failures the first one is the run's."""
        try:
            async with asyncio.TaskGroup() as asking:
                tasks = [
                    asking.create_task(self._reply(profile, recorded))
                    for profile in self.plan.profiles
                ]
        except* QuorateError as several:
            raise several.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _reply(
        self, profile: AgentProfile, recorded: Mapping[str, JournalEntry]
    ) -> AgentReply:
        key = self._key(f"answer:{profile.name}", f"{profile.model}\n{self.plan.snapshot.hash}")
        if key in recorded:
            return read_reply(Facts(recorded[key].facts), profile)
        reply = await self._asked(profile)
        event = self._event(RunEvent.AGENT_ANSWERED, reply_payload(reply), key)
        await self.journal.commit(lambda _tx: [event])
        return reply

    async def _asked(self, profile: AgentProfile) -> AgentReply:
        try:
            return await self.agents.ask(profile, self.plan.snapshot)
        except UnavailableError as error:
            return _abstention(profile, self.plan.snapshot, str(error))

    def _conclusions(self, replies: Sequence[AgentReply]) -> Iterator[Event]:
        """Yield the run's votes, then its decisions, then what the shadow arms would have done."""
        plan, shadows = self.plan, list[Shadow]()
        scenes = {
            symbol: scene_of(plan.snapshot, symbol, plan.book) for symbol in plan.header.symbols
        }
        votes: dict[Symbol, list[Vote]] = {symbol: [] for symbol in scenes}
        for reply in replies:
            for vote in cast_votes(reply, scenes, self.policy):
                votes[vote.answer.symbol].append(vote)
                yield self._event(RunEvent.VOTE_CAST, vote_payload(vote))
        for symbol, scene in scenes.items():
            made = decide(scene, votes[symbol], run_id=plan.header.run_id, policy=self.policy)
            yield self._event(RunEvent.DECISION_MADE, decision_payload(made))
            shadows += draw_shadows(
                scene,
                votes[symbol],
                made,
                snapshot_hash=plan.snapshot.hash,
                policy=self.policy,
            )
        yield self._event(RunEvent.SHADOWS_DRAWN, shadows_payload(shadows))

    def _key(self, step: str, step_input: str) -> str:
        run_id = self.plan.header.run_id
        return step_key(scope=run_id, step=step, version=STEP_VERSION, step_input=step_input)

    def _event(self, kind: RunEvent, payload: Payload, key: str = "") -> Event:
        return Event(
            stream=self.stream,
            type=kind.value,
            payload=payload,
            trace_id=self.plan.trace_id,
            book=self.plan.header.book,
            step_key=key,
        )


def _changed(what: str, symbols: Sequence[Symbol]) -> RejectedError:
    return RejectedError(
        f"the {what} changed since the run was requested",
        effect="it cannot go on, its result would be another run's",
        fix=f"quorate run {' '.join(symbols)}",
        slug="inputs-changed",
    )


def _abstention(profile: AgentProfile, snapshot: Snapshot, why: str) -> AgentReply:
    answers = tuple(
        Answer(
            symbol=symbol,
            action=Action.ABSTAIN,
            reason=AbstainReason.PROVIDER_ERROR,
            rationale=why,
        )
        for symbol in snapshot.views
    )
    return AgentReply(profile=profile, answers=answers, model=profile.model)
