"""One arena run, carried out; the arbiter walks the task, this is the work that the task does.

snapshot -> every agent, in parallel -> votes -> what they dispute is heard by the panel -> a decision per symbol,
each hop journaled before the next
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Final

from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import ADVOCATES, AgentProfile
from quorate.agents.prompts import BookView, Briefing
from quorate.agents.rule_agents import rule_agent
from quorate.arena.competition.deciding import own_conclusions
from quorate.arena.debate import Debate
from quorate.arena.deciding import Deliberation, decide, deliberate
from quorate.arena.panel import NO_PANEL, Hearing
from quorate.arena.policy import ArenaPolicy
from quorate.arena.ports import AgentRunner, Analyses, Question, RunContext, RunJournal
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
    end_of,
    ended_payload,
    read_reply,
    read_run,
    reply_payload,
    requested_payload,
    shadows_payload,
    snapshot_payload,
    stream_of,
    vote_payload,
)
from quorate.arena.record.accounting import account_of
from quorate.arena.record.answers import Payload
from quorate.arena.record.facts import usd
from quorate.arena.record.results import results_payload
from quorate.arena.request import COMPETITION
from quorate.arena.scene import equity_of, scene_of
from quorate.arena.seats import NO_SEATS, Seats
from quorate.arena.shadow import Shadow, draw_shadows
from quorate.arena.voting import AgentReply, cast_votes
from quorate.kernel.account import Account
from quorate.kernel.decision import Decision
from quorate.kernel.errors import (
    InvariantBrokenError,
    QuorateError,
    RejectedError,
)
from quorate.kernel.ids import Symbol, TraceId
from quorate.kernel.journal import Event, JournalEntry, step_key
from quorate.kernel.money import Usd, total_cost
from quorate.kernel.ports import Clock
from quorate.kernel.vote import Vote
from quorate.market.news import NewsItem
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
    seats: Seats = NO_SEATS
    news: tuple[NewsItem, ...] = ()
    beside: tuple[Event, ...] = ()
    """Rows that are committed with the run's first one: why these are asked, and not others."""

    @property
    def context(self) -> RunContext:
        """Return what the run's calls are recorded and paid under."""
        header = self.header
        return RunContext(
            run_id=header.run_id,
            trace_id=self.trace_id,
            book=header.book,
            limit=header.max_cost,
            preset=header.preset,
            answer_ttl_s=header.answer_ttl_s,
        )

    @property
    def briefing(self) -> Briefing:
        """Return what every agent is shown."""
        return self.briefing_on(self.book)

    def briefing_on(self, book: Book) -> Briefing:
        """Return what an agent is shown that decides for `book`."""
        shown = BookView(
            mode=book.mode,
            cash=book.cash.amount,
            equity=equity_of(book, self.snapshot),
            held={symbol: quantity.amount for symbol, quantity in book.positions.items()},
        )
        return Briefing(
            snapshot=self.snapshot, symbols=self.header.symbols, book=shown, news=self.news
        )


class RuleAgents:
    """Asks the keyless agents, in this process: they are code, so they answer at once and for nothing."""

    def __init__(self, policy: AgentsPolicy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock

    async def ask(self, question: Question) -> AgentReply:
        """Return what the rule agent of the profile says; see the port."""
        profile, snapshot = question.profile, question.briefing.snapshot
        agent, began = rule_agent(profile), self._clock.monotonic()
        answers = [agent.answer(view, profile, self._policy) for view in snapshot.views.values()]
        return AgentReply(
            profile=profile,
            answers=tuple(answers),
            model=profile.model,
            latency_ms=round((self._clock.monotonic() - began) * 1000, 3),
            cost=FREE,
        )


@dataclass(frozen=True, slots=True)
class AgentsByProvider:
    """Asks rule agents here, and every other profile through `models`."""

    rules: AgentRunner
    models: AgentRunner

    async def ask(self, question: Question) -> AgentReply:
        """Return what the profile says; see the port."""
        chosen = self.rules if question.profile.is_rule_agent else self.models
        return await chosen.ask(question)


@dataclass(slots=True, kw_only=True)
class ArenaRun:
    """The work of one `arena_run` task; the arbiter calls it state by state.

    A run that `resumes` was begun by another process: what that one recorded is looked up first.
    """

    plan: RunPlan
    policy: ArenaPolicy
    config_hash: str
    analyses: Analyses
    journal: RunJournal
    clock: Clock
    resumes: bool = False
    _began: float = field(init=False)
    _steps: Mapping[str, JournalEntry] = field(default_factory=dict)
    _recorded: RecordedRun | None = None
    _costs: Sequence[Usd | None] = ()

    def __post_init__(self) -> None:
        """Note when the run began."""
        self._began = self.clock.monotonic()

    @property
    def stream(self) -> str:
        """Return the stream of the run's rows."""
        return stream_of(self.plan.header.run_id)

    def requested(self) -> Sequence[Event]:
        """Return the facts that the run was asked for, on which snapshot, and whom it asks first."""
        plan = self.plan
        payload = requested_payload(plan.header, plan.profiles, plan.seats, plan.book)
        first = self._event(RunEvent.REQUESTED, payload)
        return [first, *plan.beside, self._frozen(), *self.analyses.begun(self._questions())]

    async def execute(self) -> Sequence[Event]:
        """Freeze the snapshot, ask every agent, and return the votes and decisions to commit with the task's result.

        A step that the journal already holds is not run again.

        Raises:
            RejectedError: what the run depends on is not what it was requested on, so it would be another run.
        """
        self._require_unchanged()
        self._steps = await self.journal.recorded_steps(self.stream) if self.resumes else {}
        await self._freeze()
        replies = await self._replies()
        if self.plan.header.mode == COMPETITION:
            own = own_conclusions(replies, self.plan.header, self.plan.snapshot, self.policy)
            return [self._event(kind, payload) for kind, payload in own]
        found = self._deliberations(replies)
        disputed = [each for each in found.values() if each.needs_panel]
        debate = Debate(
            self.plan.seats,
            self.plan.briefing,
            self.plan.context,
            self.policy,
            self._answered,
            self.plan.header.curves,
        )
        return list(self._conclusions(found, await debate.hear(disputed)))

    async def violations(self) -> Sequence[str]:
        """Return what the post-check finds wrong in the recorded run."""
        await self._read_back()
        return violations(self.recorded, self.policy)

    async def completed(self) -> Sequence[Event]:
        """Return the fact that the run is over and stands."""
        if self._recorded is None:
            await self._read_back()
        latency_ms = round((self.clock.monotonic() - self._began) * 1000, 3)
        cost = total_cost(self._costs)
        end = RunEnd(status=RunStatus.COMPLETED, cost=cost, latency_ms=latency_ms)
        self._recorded = replace(self.recorded, end=end)
        decisions = [made.fact for made in self.recorded.decisions]
        payload = completed_payload(decisions, cost=cost, latency_ms=latency_ms)
        payload |= results_payload(self.recorded)
        return [self._event(RunEvent.COMPLETED, end_of(self.plan.header, payload))]

    def failed(self, reason: str, detail: str) -> Sequence[Event]:
        """Return the fact that the run ended without a result."""
        payload = end_of(self.plan.header, ended_payload(reason=reason, detail=detail))
        return [self._event(RunEvent.FAILED, payload)]

    def account(self) -> Account:
        """Return what the run made, what it used, and whom it asked."""
        wall_ms = (self.clock.monotonic() - self._began) * 1000
        return account_of(self.recorded, self.plan.profiles, self._costs, wall_ms)

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
        self._costs = [Facts(entry.facts).optional("costUsd", usd) for entry in answers]

    def _require_unchanged(self) -> None:
        """Refuse to go on with a run that another process began on another configuration or book."""
        header = self.plan.header
        now = {"configuration": self.config_hash, "book": self.plan.book.state_hash}
        then = {"configuration": header.config_hash, "book": header.book_state_hash}
        for what, hash_ in then.items():
            if now[what] != hash_:
                raise _changed(what, header.symbols)

    async def _freeze(self) -> None:
        """Have the snapshot recorded, unless the run's first rows hold it; refuse to go on with another one."""
        frozen = self._steps.get(self._snapshot_key)
        if frozen is None and self.resumes:
            await self.journal.commit(lambda _tx: [self._frozen()])
        elif frozen is not None and frozen.facts["snapshotHash"] != self.plan.snapshot.hash:
            raise _changed("bars", self.plan.header.symbols)

    @property
    def _snapshot_key(self) -> str:
        return self._key("snapshot", self.plan.header.as_of.isoformat())

    def _frozen(self) -> Event:
        payload = snapshot_payload(self.plan.snapshot, self.plan.header.symbols)
        return self._event(RunEvent.SNAPSHOT_FROZEN, payload, self._snapshot_key)

    def _questions(self) -> Sequence[Question]:
        """Return the questions of the first round, one to each agent."""
        plan, common = self.plan, self.plan.briefing
        own = {name: plan.briefing_on(book) for name, book in plan.header.own_books.items()}
        return [
            Question(profile=profile, briefing=own.get(profile.name, common), context=plan.context)
            for profile in plan.profiles
        ]

    async def _replies(self) -> Sequence[AgentReply]:
        """Ask every agent at once; of several failures the first one is the run's."""
        try:
            async with asyncio.TaskGroup() as asking:
                tasks = [asking.create_task(self._answered(each)) for each in self._questions()]
        except* QuorateError as several:
            raise several.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _answered(self, question: Question) -> AgentReply:
        """Return an agent's answer once it is recorded; one that is recorded already is not asked for again."""
        key = self._key(question.step, question.step_input)
        if key in self._steps:
            return read_reply(Facts(self._steps[key].facts), question.profile)
        return await self.analyses.answered(question, partial(self._answer, question, key))

    def _answer(self, question: Question, key: str, reply: AgentReply) -> Event:
        payload = {
            **reply_payload(reply),
            "role": reply.profile.role.value,
            "purpose": question.purpose.value,
            "round": question.round,
        }
        event = self._event(RunEvent.AGENT_ANSWERED, payload, key)
        return replace(event, attachments=reply.attachments)

    def _deliberations(self, replies: Sequence[AgentReply]) -> Mapping[Symbol, Deliberation]:
        """Return where the first round leaves every requested symbol."""
        plan = self.plan
        scenes = {
            symbol: scene_of(plan.snapshot, symbol, plan.book) for symbol in plan.header.symbols
        }
        votes: dict[Symbol, list[Vote]] = {symbol: [] for symbol in scenes}
        for reply in replies:
            for vote in cast_votes(reply, scenes, self.policy, curves=plan.header.curves):
                votes[vote.answer.symbol].append(vote)
        return {
            symbol: deliberate(scene, votes[symbol], self.policy)
            for symbol, scene in scenes.items()
        }

    def _conclusions(
        self, found: Mapping[Symbol, Deliberation], heard: Mapping[Symbol, Hearing]
    ) -> Iterator[Event]:
        """Yield the run's votes, then its decisions, then what the shadow arms would have done."""
        plan, shadows, decisions = self.plan, list[Shadow](), list[Decision]()
        yield from self.analyses.validated([vote for each in found.values() for vote in each.votes])
        for symbol, each in found.items():
            hearing = heard.get(symbol, NO_PANEL)
            for vote in (*each.votes, *hearing.votes):
                yield self._event(RunEvent.VOTE_CAST, vote_payload(vote))
            made = decide(each, hearing, run_id=plan.header.run_id, policy=self.policy)
            decisions.append(made)
            shadows += draw_shadows(
                each, made, snapshot_hash=plan.snapshot.hash, debated=self._debated
            )
        for made in decisions:
            yield self._event(RunEvent.DECISION_MADE, decision_payload(made))
        yield self._event(RunEvent.SHADOWS_DRAWN, shadows_payload(shadows))

    @property
    def _debated(self) -> bool:
        """Return whether somebody argues before the panel answers."""
        plan = self.plan
        speaks = any(
            each.role in ADVOCATES or each.name in plan.header.profiles
            for each in plan.seats.speakers
        )
        return speaks and self.policy.debate_rounds > 0

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
