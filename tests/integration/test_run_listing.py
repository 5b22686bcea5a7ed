"""Lists of runs: every filter means what it says, pages have no gap, counts are the lists' lengths."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quorate.adapters.sql.run_listing import runs_page, view_counts
from quorate.arena.record import COMPETITION_ROUND, RunFilter, RunPosition, RunView
from quorate.kernel.action import FinalAction
from quorate.kernel.decision import TriggerName
from quorate.kernel.ids import ProfileName, Symbol, Tenant
from tests.fakes.clock import FakeClock
from tests.integration.drawn_runs import (
    DAYS,
    FILTERS,
    DrawnDecision,
    DrawnRun,
    DrawnVote,
    drawn_runs,
    matches,
)
from tests.integration.facts import call_reserved

pytestmark = pytest.mark.integration

AAPL, IBM = Symbol("AAPL"), Symbol("IBM")
TREND, WYCKOFF = ProfileName("trend"), ProfileName("wyckoff")
NUMBERS = itertools.count()

PROPERTY = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Told:
    """A tenant's runs as they were told to the journal, and the lists made of them."""

    def __init__(self, store, clock):
        self.store = store.of(Tenant(f"listing-{next(NUMBERS)}"))
        self.clock = clock
        self.runs = {}

    async def tell(self, *runs):
        for run in runs:
            run_id = f"run_{len(self.runs):04}"
            self.runs[run_id] = run
            self.clock.jump(0.5)
            await self.store.add(run.beginning(run_id))
            self.clock.jump(run.seconds)
            if rest := run.rest(run_id):
                await self.store.add(*rest)

    def page(self, wanted=RunFilter(), limit=1000, after=None):  # noqa: B008  (it is frozen)
        return self.store.database.read_now(
            lambda connection: runs_page(connection, self.store.tenant, wanted, limit, after)
        )

    def ids(self, **wanted):
        return [line.row.run_id for line in self.page(RunFilter(**wanted))]

    def counts(self, wanted=RunFilter()):  # noqa: B008
        return self.store.database.read_now(
            lambda connection: view_counts(connection, self.store.tenant, wanted)
        )

    def expected(self, wanted):
        """Return the ids that the filter leaves, by filtering in Python."""
        return [run_id for run_id, run in reversed(self.runs.items()) if matches(run, wanted)]


@pytest.fixture
def open_store(ground):
    clock = FakeClock()
    with ground.opened(clock=clock) as store:
        yield store, clock


@pytest.fixture
def told(open_store):
    return Told(*open_store)


def position(line):
    return RunPosition(line.row.started_at, line.row.run_id)


def walked(told, wanted, limit):
    """Return the ids of all pages, one after another."""
    found, after = [], None
    while lines := told.page(wanted, limit, after):
        found += [line.row.run_id for line in lines]
        after = position(lines[-1])
    return found


@PROPERTY
@given(st.lists(drawn_runs(), max_size=7), FILTERS, st.integers(1, 3))
async def test_a_list_is_what_filtering_in_python_leaves_whatever_the_page(
    open_store, runs, wanted, limit
):
    told = Told(*open_store)
    await told.tell(*runs)
    assert walked(told, wanted, limit) == told.expected(wanted)
    for view, count in told.counts(wanted).items():
        assert count == len(told.expected(replace(wanted, view=view)))


@PROPERTY
@given(st.lists(drawn_runs(), min_size=1, max_size=4))
async def test_a_line_tells_what_the_run_did(open_store, runs):
    told = Told(*open_store)
    await told.tell(*runs)
    for line in told.page():
        run = told.runs[line.row.run_id]
        assert (line.as_of, line.row.symbols, line.triggered_by) == (
            run.as_of,
            run.symbols,
            "manual",
        )
        assert line.seconds == (run.seconds if run.status else None)
        assert [
            (made.symbol, made.action, made.reason, made.triggers, made.escalated)
            for made in line.decisions
        ] == [
            (made.symbol, made.action, made.reason, made.triggers, bool(made.triggers))
            for made in run.decisions
        ]
        assert [(made.supporters, made.valid_votes) for made in line.decisions] == [
            (max(made.camps.values(), default=0), made.camps.total()) for made in run.decisions
        ]


def decision(symbol=AAPL, action=FinalAction.HOLD, *triggers):
    votes = (
        DrawnVote(TREND, voter=True, action="BUY", cost="0"),
        DrawnVote(WYCKOFF, voter=True, action="ABSTAIN", cost="0"),
    )
    return DrawnDecision(symbol, action, "consensus", triggers, votes)


PLAIN = DrawnRun(
    symbols=(AAPL,),
    profiles=(TREND, WYCKOFF),
    as_of=DAYS[0],
    status="completed",
    cost="0",
    decisions=(decision(),),
    seconds=1,
)
NOT_YET = replace(PLAIN, status="", decisions=())


@pytest.mark.parametrize(
    ("view", "run"),
    [
        pytest.param(RunView.RUNNING, NOT_YET, id="running"),
        pytest.param(
            RunView.TRADED, replace(PLAIN, decisions=(decision(AAPL, FinalAction.SELL),)), id="sold"
        ),
        pytest.param(RunView.HELD, PLAIN, id="held"),
        pytest.param(
            RunView.NO_TRADE,
            replace(PLAIN, decisions=(decision(AAPL, FinalAction.NO_TRADE),)),
            id="refused",
        ),
        pytest.param(RunView.FAILED, replace(PLAIN, status="failed"), id="failed"),
        pytest.param(RunView.FAILED, replace(NOT_YET, status="cancelled"), id="cancelled"),
    ],
)
async def test_a_run_is_in_one_view_and_in_all(told, view, run):
    await told.tell(run)
    assert {each for each, count in told.counts().items() if count} == {RunView.ALL, view}
    assert [each for each in RunView if told.ids(view=each)] == [
        each for each in RunView if each in {RunView.ALL, view}
    ]


async def test_a_symbol_is_found_in_runs_that_have_not_decided_yet(told):
    await told.tell(NOT_YET, replace(PLAIN, symbols=(IBM,), decisions=(decision(IBM),)))
    assert told.ids(symbol=AAPL) == ["run_0000"]
    assert told.ids(symbol=Symbol("aapl")) == told.ids(symbol=Symbol("AAP")) == []


async def test_a_symbol_and_a_trigger_mean_one_decision_of_both(told):
    fired = decision(AAPL, FinalAction.NO_TRADE, TriggerName.DISAGREEMENT)
    await told.tell(replace(PLAIN, symbols=(AAPL, IBM), decisions=(fired, decision(IBM))))
    both = {"symbol": AAPL, "trigger": TriggerName.DISAGREEMENT}
    assert told.ids(**both) == told.ids(trigger=TriggerName.DISAGREEMENT) == ["run_0000"]
    assert told.ids(**both | {"symbol": IBM}) == []
    assert told.ids(trigger=TriggerName.LOW_CONFIDENCE) == []


async def test_a_profile_is_found_by_its_whole_name(told):
    await told.tell(PLAIN, replace(PLAIN, profiles=(ProfileName("trend_2"),), decisions=()))
    assert told.ids(profile=TREND) == ["run_0000"]
    assert told.ids(profile=ProfileName("trend_2")) == ["run_0001"]
    assert told.ids(profile=ProfileName("trend_")) == []


async def test_both_ends_of_the_dates_are_included(told):
    await told.tell(*(replace(PLAIN, as_of=day) for day in DAYS))
    assert told.ids(as_of_from=DAYS[1], as_of_to=DAYS[2]) == ["run_0002", "run_0001"]
    assert told.ids(as_of_from=DAYS[3]) == ["run_0003"]
    assert told.ids(as_of_to=DAYS[0]) == ["run_0000"]


async def test_pages_neither_miss_nor_repeat_a_run_while_others_are_added(told):
    await told.tell(*[PLAIN] * 7)
    there, found, after = list(told.runs)[::-1], [], None
    while lines := told.page(RunFilter(), 2, after):
        found += [line.row.run_id for line in lines]
        after = position(lines[-1])
        await told.tell(PLAIN)
    assert found == there


async def test_runs_of_the_same_moment_are_told_apart_by_their_ids(told):
    await told.store.add(*(PLAIN.beginning(f"run_{name}") for name in "bca"))
    assert walked(told, RunFilter(), 1) == ["run_c", "run_b", "run_a"]


async def test_nothing_of_another_tenant_is_listed(open_store):
    one, other = Told(*open_store), Told(*open_store)
    fired = decision(AAPL, FinalAction.BUY, TriggerName.DISAGREEMENT)
    await one.tell(replace(PLAIN, decisions=(fired,)))
    assert other.page() == []
    assert set(other.counts().values()) == {0}
    assert other.ids(trigger=TriggerName.DISAGREEMENT) == []


async def test_a_debate_is_a_run_in_which_somebody_argued_or_the_panel_was_asked(told):
    escalated = decision(AAPL, FinalAction.BUY, TriggerName.DISAGREEMENT)
    await told.tell(PLAIN, replace(PLAIN, decisions=(escalated,)), NOT_YET, NOT_YET)
    for run_id, purpose in (("run_0002", "argue"), ("run_0003", "answer")):
        asked = call_reserved(f"call_{run_id}")
        facts = {**asked.payload, "runId": run_id, "purpose": purpose, "profile": run_id}
        await told.store.add(replace(asked, payload=facts))
    assert told.ids(debated=True) == ["run_0002", "run_0001"]
    assert told.ids(debated=False) == ["run_0003", "run_0000"]
    assert told.counts(RunFilter(debated=True))[RunView.ALL] == 2


async def test_the_rounds_of_competitions_are_told_from_the_runs_for_the_book(told):
    await told.tell(PLAIN)
    beginning = PLAIN.beginning("run_round")
    await told.store.add(
        replace(beginning, payload={**beginning.payload, "triggeredBy": COMPETITION_ROUND})
    )
    assert told.ids(rounds=True) == ["run_round"]
    assert told.ids(rounds=False) == ["run_0000"]
    assert len(told.ids()) == 2
