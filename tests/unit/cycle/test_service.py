"""A cycle of a book: seven steps in order, whatever becomes of them, one at a time, and gone on with after a crash."""

import asyncio

import pytest

from quorate.cycle.ports import StepResult
from quorate.cycle.record import CycleFact, read_cycle, stream_of
from quorate.cycle.service import CycleRunningError
from quorate.cycle.stage import CycleStage
from quorate.execution.broker import KeysRefusedError
from quorate.kernel.errors import (
    ConflictError,
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)
from quorate.kernel.ids import DecisionId
from quorate.kernel.step_message import KEYS, StepName
from quorate.risk import TradingState
from tests.fakes.clock import settle
from tests.fakes.journal import KilledError
from tests.fakes.walked_books import BOOK, QUIET, WISH, WalkedBook

SEVEN = [
    "DataFetching",
    "MarketAnalysis",
    "Backtesting",
    "RiskManagement",
    "Execution",
    "Monitoring",
    "Auditor",
]
SILENT = UnavailableError("the host is silent", source="data")


async def recorded(book, cycle):
    return read_cycle(await book.journal.entries(stream_of(cycle.facts.cycle_id)))


async def test_a_cycle_has_the_seven_messages_in_order_and_then_waits():
    book = WalkedBook()
    cycle = await book.cycles().once(WISH)
    assert [message["agent"] for message in cycle.trace] == SEVEN
    assert all(set(message) == set(KEYS) and message["success"] for message in cycle.trace)
    assert (cycle.stage, cycle.audit_passed) == (CycleStage.WAITING_FOR_NEXT_CYCLE, True)
    assert book.journal.standing.state is TradingState.ACTIVE


async def test_what_the_journal_tells_is_what_was_returned():
    book = WalkedBook()
    cycle = await book.cycles().once(WISH)
    told = await recorded(book, cycle)
    assert told.trace == cycle.trace
    assert [move[:3] for move in told.history] == [move[:3] for move in cycle.history]
    assert all(move.at for move in told.history)


async def test_the_history_goes_through_every_stage_and_back_to_idle():
    book = WalkedBook()
    await book.cycles().once(WISH)
    second = await book.cycles().once(WISH)
    stages = [move.before.value for move in second.history] + [second.stage.value]
    assert stages == [
        "WAITING_FOR_NEXT_CYCLE",
        "IDLE",
        "FETCHING_DATA",
        "ANALYZING_MARKET",
        "BACKTESTING",
        "RISK_ASSESSMENT",
        "EXECUTING",
        "MONITORING",
        "AUDITING",
        "WAITING_FOR_NEXT_CYCLE",
    ]
    assert second.facts.number == 2


@pytest.mark.parametrize("step", [name for name in StepName if name is not StepName.AUDITOR])
async def test_a_step_that_fails_ends_the_work_and_is_audited_all_the_same(step):
    book = WalkedBook()
    book.says(step, SILENT)
    cycle = await book.cycles().once(WISH)
    assert [message["agent"] for message in cycle.trace] == [
        *SEVEN[: SEVEN.index(step) + 1],
        "Auditor",
    ]
    failed = cycle.said[step]
    assert (failed.success, failed.error) == (False, "the host is silent.")
    assert (cycle.failed, cycle.stage) == (True, CycleStage.WAITING_FOR_NEXT_CYCLE)
    assert book.journal.standing.state is TradingState.ACTIVE
    assert [alert.kind for alert in book.watch.alerts] == ["step_failed"]


async def test_three_cycles_that_fail_in_a_row_halt_and_one_that_does_not_begins_the_count_anew():
    book = WalkedBook()
    for said in (SILENT, SILENT, StepResult(data=QUIET[StepName.DATA_FETCHING]), SILENT, SILENT):
        book.says(StepName.DATA_FETCHING, said)
        await book.cycles().once(WISH)
    assert book.journal.standing.state is TradingState.ACTIVE
    await book.cycles().once(WISH)
    assert book.journal.standing.state is TradingState.HALTED
    assert "3 cycles failed in a row" in book.journal.standing.reason
    await book.cycles().once(WISH)
    halts = [alert for alert in book.watch.alerts if alert.kind == "trading_halted"]
    assert len(halts) == 1, "what is halted is not halted again"


@pytest.mark.parametrize(
    "error",
    [
        InvariantBrokenError("two orders share an id"),
        ZeroDivisionError("risk of zero"),
        KeysRefusedError("401", source="alpaca"),
    ],
    ids=["invariant", "any exception", "keys"],
)
async def test_our_own_bug_and_refused_keys_halt_at_once(error):
    book = WalkedBook()
    book.says(StepName.RISK_MANAGEMENT, error)
    cycle = await book.cycles().once(WISH)
    assert cycle.failed
    assert book.journal.standing.state is TradingState.HALTED
    moved, stepped = (
        next(row.seq for row in book.journal.rows if row.type == kind and test(row))
        for kind, test in (
            ("trading.moved", lambda _row: True),
            (CycleFact.STEPPED, lambda row: row.facts["to"] == "FAILED"),
        )
    )
    assert moved == stepped + 1, "the halt stands in the commit of the step that broke"


async def test_a_refusal_of_the_cycle_as_a_whole_fails_it_and_does_not_halt():
    book = WalkedBook()
    book.says(StepName.MARKET_ANALYSIS, RejectedError("there is no such strategy"))
    cycle = await book.cycles().once(WISH)
    assert cycle.failed
    assert book.journal.standing.state is TradingState.ACTIVE


async def test_a_violation_halts_and_is_told():
    book = WalkedBook()
    executed = {
        "decisionId": DecisionId("dec_1"),
        "symbol": "AAPL",
        "leg": "entry",
        "quantity": "1",
    }
    book.says(StepName.EXECUTION, StepResult(data={"trade_executed": True, "orders": [executed]}))
    cycle = await book.cycles().once(WISH)
    assert cycle.audit_passed is False
    assert any("without an approval" in said for said in cycle.violations)
    assert cycle.said[StepName.AUDITOR].data["audit_passed"] is False
    assert book.journal.standing.state is TradingState.HALTED
    assert {"audit_violation", "trading_halted"} <= {alert.kind for alert in book.watch.alerts}


async def test_a_kill_behind_the_audits_commit_loses_no_violation():
    """The alert stands in the commit of what it tells: nobody else would raise it again."""
    book = WalkedBook()
    book.says(StepName.MARKET_ANALYSIS, StepResult(data={"analysis": {}}))

    def killed(raised):
        if raised and raised[0].alert.kind == "audit_violation":
            raise KilledError

    book.watch.announced = killed
    with pytest.raises(KilledError):
        await book.cycles().once(WISH)
    kinds = [told["kind"] for told in book.journal.of_type("alert.raised")]
    assert kinds[-1] == "trading_halted"
    assert "audit_violation" in kinds
    assert book.journal.of_type("cycle.ended")


async def test_a_message_that_misses_what_the_audit_needs_halts():
    book = WalkedBook()
    book.says(StepName.MARKET_ANALYSIS, StepResult(data={"analysis": {}}))
    cycle = await book.cycles().once(WISH)
    assert cycle.violations
    assert book.journal.standing.state is TradingState.HALTED


async def test_a_start_while_a_cycle_runs_is_refused_and_counted():
    book = WalkedBook()
    book.says(StepName.MONITORING, KilledError())
    with pytest.raises(KilledError):
        await book.cycles().once(WISH)
    for skipped in (1, 2):
        with pytest.raises(CycleRunningError) as refused:
            await book.cycles("two").once(WISH)
        assert refused.value.slug == "cycle-running"
        assert book.journal.book_stage(BOOK).skipped == skipped


async def test_a_cycle_whose_process_died_is_finished_by_the_next_one_first():
    book = WalkedBook()
    book.says(StepName.EXECUTION, KilledError())
    with pytest.raises(KilledError):
        await book.cycles().once(WISH)
    book.journal.clock.jump(46)
    book.says(StepName.EXECUTION, StepResult(data=QUIET[StepName.EXECUTION]))
    second = await book.cycles("two").once(WISH)
    assert second.facts.number == 2
    first = read_cycle(await book.journal.entries("cycle:cyc_1"))
    assert [message["agent"] for message in first.trace] == SEVEN
    ran = {name.value: step.ran for name, step in book.steps.items()}
    assert ran == {
        "DataFetching": 2,
        "MarketAnalysis": 2,
        "Backtesting": 2,
        "RiskManagement": 2,
        "Execution": 3,
        "Monitoring": 2,
    }, "what was recorded is not done again, what was not is"


async def test_a_holder_that_lost_its_lease_commits_nothing_more():
    book = WalkedBook()

    class Slow:
        name = StepName.BACKTESTING

        async def run(self, _cycle):
            book.journal.clock.jump(60)
            await book.cycles("two").resumed()
            return StepResult(data=QUIET[self.name])

    quick = book.steps[StepName.BACKTESTING]
    book.steps[StepName.BACKTESTING] = Slow()
    slow = book.cycles()
    book.steps[StepName.BACKTESTING] = quick
    with pytest.raises(ConflictError):
        await slow.once(WISH)
    ended = book.journal.of_type(CycleFact.ENDED)
    assert len(ended) == 1
    stepped = [row["step"] for row in book.journal.of_type(CycleFact.STEPPED)]
    assert stepped == SEVEN[:-1]


async def test_the_lease_is_renewed_beside_the_work():
    book = WalkedBook()
    clock = book.journal.clock
    seen = []

    class Long:
        name = StepName.MARKET_ANALYSIS

        async def run(self, _cycle):
            for _ in range(4):
                await clock.sleep(20)
                seen.append(book.journal.lease("cycle:replay").is_held(clock.now()))
            return StepResult(data=QUIET[self.name])

    book.steps[StepName.MARKET_ANALYSIS] = Long()
    walking = asyncio.create_task(book.cycles().once(WISH))
    await settle()
    for _ in range(16):
        await clock.advance(5)
    await walking
    assert seen == [True] * 4


async def test_the_trace_is_logged_beside_the_database():
    book = WalkedBook()
    cycle = await book.cycles().once(WISH)
    assert book.watch.traces[cycle.facts.cycle_id] == cycle.trace


def idle(name):
    return StepResult(data=QUIET[name], idle=True)


async def test_steps_that_find_nothing_to_do_are_committed_with_the_next_one():
    busy, quiet = WalkedBook(), WalkedBook()
    for name in (StepName.BACKTESTING, StepName.RISK_MANAGEMENT, StepName.EXECUTION):
        quiet.says(name, idle(name))
    told = await recorded(busy, await busy.cycles().once(WISH))
    saved = await recorded(quiet, await quiet.cycles().once(WISH))
    assert busy.journal.written - quiet.journal.written == 3
    assert [message["agent"] for message in saved.trace] == SEVEN
    assert [move[:3] for move in saved.history] == [move[:3] for move in told.history]


async def test_an_idle_last_step_is_on_record_before_the_audit():
    book = WalkedBook()
    book.says(StepName.MONITORING, idle(StepName.MONITORING))
    cycle = await book.cycles().once(WISH)
    assert cycle.audit_passed
    assert (await recorded(book, cycle)).trace == cycle.trace


async def test_a_failure_behind_idle_steps_halts_and_is_told_with_them():
    book = WalkedBook()
    book.says(StepName.BACKTESTING, idle(StepName.BACKTESTING))
    book.says(StepName.RISK_MANAGEMENT, KeyError("bug"))
    cycle = await book.cycles().once(WISH)
    assert [row["step"] for row in book.journal.of_type(CycleFact.STEPPED)][-2:] == [
        StepName.BACKTESTING,
        StepName.RISK_MANAGEMENT,
    ]
    assert book.journal.standing.state is TradingState.HALTED
    assert cycle.failed
    assert [alert.kind for alert in book.watch.alerts][:1] == ["step_failed"]


async def test_after_a_kill_idle_steps_are_walked_again_and_their_rows_stand_once():
    book = WalkedBook()
    book.says(StepName.BACKTESTING, idle(StepName.BACKTESTING))
    book.says(StepName.RISK_MANAGEMENT, KilledError())
    with pytest.raises(KilledError):
        await book.cycles().once(WISH)
    book.journal.clock.jump(46)
    book.says(StepName.RISK_MANAGEMENT, StepResult(data=QUIET[StepName.RISK_MANAGEMENT]))
    resumed = await book.cycles("two").resumed()
    assert book.steps[StepName.BACKTESTING].ran == 2
    assert [message["agent"] for message in resumed.trace] == SEVEN
    stepped = [row["step"] for row in book.journal.of_type(CycleFact.STEPPED)]
    assert stepped == SEVEN[:-1]
