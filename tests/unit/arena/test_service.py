import json
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.agents.defaults import DEFAULT_PROFILES
from quorate.agents.policy import AgentsPolicy
from quorate.arbiter.service import Arbiter
from quorate.arbiter.spec import arena_run_spec
from quorate.arbiter.task import Task, TaskState, TaskType
from quorate.arena.policy import ArenaPolicy
from quorate.arena.ports import Question
from quorate.arena.record import RunStatus, read_run
from quorate.arena.service import ArenaRun, RuleAgents, RunPlan
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.errors import InvariantBrokenError, RejectedError, UnavailableError
from quorate.kernel.ids import BookName, RunId, Symbol, TraceId
from quorate.kernel.money import Usd
from quorate.portfolio.book import Book, BookMode
from tests.fakes.agents import ScriptedAgents
from tests.fakes.clock import FakeClock
from tests.fakes.court import ScriptedCourt
from tests.fakes.journal import KilledError, MemoryJournal
from tests.fakes.turns import BareTurns
from tests.unit.arena.casts import header
from tests.unit.arena.markets import snapshot

RULE_PROFILES = tuple(profile for profile in DEFAULT_PROFILES if profile.is_rule_agent)
NAMES = sorted(profile.name for profile in RULE_PROFILES)
HEADER = header("AAPL", "IBM", "XYZ")
BOOK = Book(name=BookName("replay"), mode=BookMode.REPLAY, cash=Usd(Decimal(100_000)))
PLAN = RunPlan(
    header=replace(
        HEADER,
        profiles=tuple(profile.name for profile in RULE_PROFILES),
        book_state_hash=BOOK.state_hash,
    ),
    trace_id=TraceId("t1"),
    profiles=RULE_PROFILES,
    snapshot=snapshot(),
    book=BOOK,
)
SPEC = arena_run_spec(HEADER.symbols, ("bars",))
STREAM = "run:run_1"


@dataclass
class Stage:
    """A run with everything around it; `agents` answer by the rules unless told to fail."""

    journal: MemoryJournal
    agents: ScriptedAgents
    run: ArenaRun

    async def carried_out(self):
        """Walk the run as the arbiter does, and return its record."""
        await self.arbiter().carry_out(task(), SPEC, self.run)
        return self.run.recorded

    def arbiter(self, owner: str = "a") -> Arbiter:
        return Arbiter(
            self.journal, self.journal.clock, owner=owner, lease_seconds=45, court=ScriptedCourt()
        )


def task() -> Task:
    return Task(
        task_id=HEADER.task_id,
        type=TaskType.ARENA_RUN,
        subject=HEADER.run_id,
        trace_id=TraceId("t1"),
        state=TaskState.RECEIVED,
        token=0,
        attempts=1,
    )


def stage(journal=None, plan=PLAN, failures=None, *, resumes=False, config="c0") -> Stage:
    journal = journal or MemoryJournal(FakeClock())
    agents = ScriptedAgents(RuleAgents(AgentsPolicy(), journal.clock), failures or {})
    run = ArenaRun(
        plan=plan,
        policy=ArenaPolicy(),
        config_hash=config,
        analyses=BareTurns(agents, journal),
        journal=journal,
        clock=journal.clock,
        resumes=resumes,
    )
    return Stage(journal, agents, run)


async def resumed(cut: Stage, plan=PLAN, config="c0") -> Stage:
    """Have another process adopt the run that `cut` left, after its lease ran out."""
    cut.journal.before_commit = lambda _events: None
    cut.journal.clock.jump(45)
    staged = stage(cut.journal, plan, resumes=True, config=config)
    await staged.arbiter("b").adopt(cut.journal.task(HEADER.task_id), SPEC, staged.run)
    return staged


async def cut_at(kind) -> Stage:
    """A run whose process dies before the first row of this kind is written."""
    cut = stage(stopped_at(kind))
    with pytest.raises((KilledError, BaseExceptionGroup)):
        await cut.carried_out()
    return cut


async def record(staged: Stage):
    return read_run(await staged.journal.entries(STREAM))


def stopped_at(kind):
    """A journal whose process dies before the first row of this kind is written."""
    journal = MemoryJournal(FakeClock())

    def die(events):
        if any(event.type == kind for event in events):
            raise KilledError

    journal.before_commit = die
    return journal


async def test_a_run_writes_its_rows_in_the_order_of_its_hops():
    staged = stage()
    await staged.carried_out()
    agents, views = len(RULE_PROFILES), 1
    assert staged.journal.types(STREAM) == [
        "run.requested",
        "snapshot.frozen",
        *["agent.answered"] * agents,
        *["vote.cast"] * agents * views,
        *["decision.made"] * 3,
        "shadows.drawn",
        "run.completed",
    ]


async def test_every_symbol_that_was_asked_for_gets_one_decision():
    run = await stage().carried_out()
    assert [made.fact.symbol for made in run.decisions] == ["AAPL", "IBM", "XYZ"]
    reasons = {made.fact.symbol: made.fact.reason for made in run.decisions}
    assert reasons["IBM"] == "symbol_quarantined"
    assert reasons["XYZ"] == "no_data"
    assert run.status is RunStatus.COMPLETED


async def test_every_agent_is_asked_once_about_the_same_snapshot():
    staged = stage()
    run = await staged.carried_out()
    assert sorted(staged.agents.asked) == NAMES
    assert sorted(vote.fact.profile for vote in run.votes) == NAMES
    assert run.snapshot_hash == PLAN.snapshot.hash


async def test_every_row_carries_the_runs_trace_and_its_book():
    staged = stage()
    await staged.carried_out()
    rows = await staged.journal.entries(STREAM)
    assert {(row.trace_id, row.book) for row in rows} == {("t1", "replay")}


async def test_the_snapshot_and_every_answer_are_recorded_steps_of_their_own():
    staged = stage()
    await staged.carried_out()
    steps = await staged.journal.recorded_steps(STREAM)
    types = sorted(row.type for row in steps.values())
    assert types == [*["agent.answered"] * len(RULE_PROFILES), "snapshot.frozen"]


async def test_a_run_is_the_same_twice():
    first, second = (await stage().carried_out()).as_json(), (await stage().carried_out()).as_json()
    assert first == second


@pytest.mark.parametrize(
    ("kind", "asked_again"),
    [
        pytest.param("agent.answered", len(RULE_PROFILES), id="before any answer"),
        pytest.param("vote.cast", 0, id="after all answers"),
        pytest.param("run.completed", 0, id="just before its end"),
    ],
)
async def test_a_run_that_was_cut_short_goes_on_without_asking_anybody_twice(kind, asked_again):
    went_on = await resumed(await cut_at(kind))
    assert len(went_on.agents.asked) == asked_again
    there = went_on.run.recorded.as_json()
    whole = (await stage().carried_out()).as_json()
    for run in (there, whole):
        del run["latencyMs"]
        for decision in run["decisions"]:
            del decision["why"]
    assert there == whole


async def test_only_the_agents_without_a_recorded_answer_are_asked_after_a_crash():
    journal = MemoryJournal(FakeClock())
    answered = []

    def die_at_the_third(events):
        if any(event.type == "agent.answered" for event in events):
            answered.append(events)
            if len(answered) == 3:
                raise KilledError

    journal.before_commit = die_at_the_third
    cut = stage(journal)
    with pytest.raises(BaseExceptionGroup):
        await cut.carried_out()
    recorded = {row.facts["profile"] for row in journal.rows if row.type == "agent.answered"}
    went_on = await resumed(cut)
    assert recorded
    assert set(went_on.agents.asked) == set(NAMES) - recorded
    assert journal.types(STREAM).count("agent.answered") == len(NAMES)


@pytest.mark.parametrize(
    ("plan", "config", "what"),
    [
        pytest.param(
            replace(PLAN, snapshot=replace(PLAN.snapshot, hash="07her")),
            "c0",
            "bars",
            id="the bars",
        ),
        pytest.param(
            replace(PLAN, book=replace(BOOK, cash=Usd(Decimal(1)))), "c0", "book", id="the book"
        ),
        pytest.param(PLAN, "c1", "configuration", id="the configuration"),
    ],
)
async def test_a_run_whose_inputs_changed_meanwhile_refuses_to_go_on(plan, config, what):
    cut = await cut_at("vote.cast")
    with pytest.raises(RejectedError, match=f"the {what} changed") as changed:
        await resumed(cut, plan, config)
    assert changed.value.slug == "inputs-changed"
    run = await record(cut)
    assert run.status is RunStatus.FAILED
    assert run.end.reason == "inputs-changed"
    assert run.decisions == ()
    assert cut.journal.types(STREAM).count("agent.answered") == len(NAMES)


async def test_a_run_that_was_not_read_back_yet_has_no_record():
    with pytest.raises(InvariantBrokenError):
        _ = stage().run.recorded


async def test_an_agent_that_gives_no_answer_abstains_and_the_others_go_on():
    silent = UnavailableError("no answer within 20 s", source="openai", fix="wait")
    run = await stage(failures={"trend": silent}).carried_out()
    votes = {vote.fact.profile: vote.fact for vote in run.votes}
    assert sorted(votes) == NAMES
    assert votes["trend"].answer.action is Action.ABSTAIN
    assert votes["trend"].answer.reason == AbstainReason.PROVIDER_ERROR
    assert votes["trend"].answer.rationale == str(silent)
    assert votes["trend"].steps == ()
    assert run.status is RunStatus.COMPLETED


async def test_when_nobody_answers_the_run_completes_and_trades_nothing():
    silent = dict.fromkeys(NAMES, UnavailableError("no answer", source="network"))
    run = await stage(failures=silent).carried_out()
    made = run.decisions[0].fact
    assert (made.action, made.reason) == ("NO_TRADE", "quorum_not_met")
    assert (made.confidence, made.disagreement) == (None, None)
    assert run.status is RunStatus.COMPLETED


async def test_a_cost_that_nobody_knows_is_not_shown_as_zero():
    silent = {"trend": UnavailableError("no answer", source="openai")}
    assert (await stage(failures=silent).carried_out()).end.cost is None
    assert (await stage().carried_out()).end.cost == Usd(Decimal(0))


async def test_an_agent_that_is_broken_fails_the_run_and_leaves_no_decision():
    staged = stage(failures={"trend": KeyError("oops")})
    with pytest.raises(Exception, match=r"oops|TaskGroup"):
        await staged.carried_out()
    run = await record(staged)
    assert run.status is RunStatus.FAILED
    assert run.decisions == ()


async def test_a_database_that_gives_no_answer_fails_the_run_in_its_own_words():
    staged = stage()

    def no_room(events):
        if any(event.type == "agent.answered" for event in events):
            raise UnavailableError("no room left", source="database", slug="storage-full")

    staged.journal.before_commit = no_room
    with pytest.raises(UnavailableError, match="no room left"):
        await staged.carried_out()
    assert (await record(staged)).end.reason == "storage-full"


async def test_the_time_that_a_run_took_is_that_of_the_clock():
    staged = stage()
    staged.journal.clock.time += timedelta(milliseconds=12.5)
    assert (await staged.carried_out()).end.latency_ms == 12.5


async def test_the_decisions_do_not_depend_on_the_order_in_which_the_agents_are_listed():
    turned = replace(PLAN, profiles=RULE_PROFILES[::-1])
    runs = [await stage(plan=plan).carried_out() for plan in (PLAN, turned)]
    first, second = ([made.fact for made in run.decisions] for run in runs)
    assert first == second


async def test_a_rule_agent_answers_for_every_symbol_that_has_a_view_and_for_nothing():
    agents = RuleAgents(AgentsPolicy(), FakeClock())
    reply = await agents.ask(
        Question(profile=RULE_PROFILES[0], briefing=PLAN.briefing, context=PLAN.context)
    )
    assert [answer.symbol for answer in reply.answers] == [Symbol("AAPL")]
    assert reply.cost == Usd(Decimal(0))
    assert (reply.model, reply.latency_ms) == (RULE_PROFILES[0].model, 0.0)


async def test_the_end_of_a_run_says_what_was_decided():
    staged = stage()
    run = await staged.carried_out()
    end = json.loads(
        next(row.payload for row in staged.journal.rows if row.type == "run.completed")
    )
    assert end["finalActions"] == {made.fact.symbol: made.fact.action for made in run.decisions}
    assert end["escalated"] is False
    assert run.run_id == RunId("run_1")
