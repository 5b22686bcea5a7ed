"""The origin's known defects, where they are the cycle's: each is a test that names it.

Source: REQUIREMENTS part 2, R-021 to R-026. Those of the auditor stand in tests/unit/audit/test_auditor.py, those of
the risk desk in tests/unit/cycle/risk_desk/test_origin_defects.py, that of the backtest in
tests/unit/backtest/test_origin_defects.py.
"""

import pytest

from quorate.cycle.ports import StepResult
from quorate.cycle.record import CycleFact, read_cycle, stream_of
from quorate.cycle.service import CycleRunningError
from quorate.cycle.stage import AT_REST, CycleStage
from quorate.kernel.errors import UnavailableError
from quorate.kernel.step_message import StepName
from quorate.risk import TradingState
from tests.fakes.journal import KilledError
from tests.fakes.walked_books import BOOK, QUIET, WISH, WalkedBook

SILENT = UnavailableError("no answer", source="broker")
UNAPPROVED = {"decisionId": "dec_1", "symbol": "AAPL", "leg": "entry", "quantity": "1"}
NO_LEG = {**UNAPPROVED, "leg": []}
"""What the auditor cannot even compare: it breaks on it."""


def executing(order):
    return StepResult(data={"trade_executed": True, "orders": [order]})


async def walked(book):
    """Return a cycle as the journal tells it."""
    cycle = await book.cycles().once(WISH)
    return read_cycle(await book.journal.entries(stream_of(cycle.facts.cycle_id)))


async def test_defect_c_a_failed_audit_trips_the_breaker_and_does_not_only_log():
    """(c) On a violation the origin logged, and deliberately left its breaker closed."""
    book = WalkedBook()
    book.says(StepName.EXECUTION, executing(UNAPPROVED))
    cycle = await walked(book)
    assert cycle.audit_passed is False
    assert book.journal.standing.state is TradingState.HALTED
    assert book.journal.standing.reason.startswith("the auditor found: ")


async def test_defect_c_no_later_cycle_that_passes_closes_the_breaker_again():
    """(c) As above: only a person resumes."""
    book = WalkedBook()
    book.says(StepName.EXECUTION, executing(UNAPPROVED))
    await walked(book)
    book.says(StepName.EXECUTION, StepResult(data=QUIET[StepName.EXECUTION]))
    for _ in range(3):
        assert (await walked(book)).audit_passed is True
    assert book.journal.standing.state is TradingState.HALTED


async def test_defect_d_an_auditor_that_breaks_has_not_passed_and_halts():
    """(d) When the auditor itself failed, `audit_passed` was True by default."""
    book = WalkedBook()
    book.says(StepName.EXECUTION, executing(NO_LEG))
    cycle = await walked(book)
    assert cycle.audit_passed is False
    assert cycle.said[StepName.AUDITOR].data["audit_passed"] is False
    (said,) = cycle.violations
    assert said.startswith("the auditor broke: TypeError")
    assert book.journal.standing.state is TradingState.HALTED


@pytest.mark.parametrize("step", [name for name in StepName if name is not StepName.AUDITOR])
async def test_defect_e_a_step_that_raised_stands_in_the_trace(step):
    """(e) What a step raised was not appended to the trace."""
    book = WalkedBook()
    book.says(step, ZeroDivisionError("by a risk of zero"))
    cycle = await walked(book)
    (failed,) = [message for message in cycle.trace if not message["success"]]
    assert failed["agent"] == step
    assert failed["error"] == "ZeroDivisionError: by a risk of zero"
    assert cycle.trace[-1]["agent"] == StepName.AUDITOR


async def test_defect_e_every_cycle_has_a_trace_of_its_own():
    """(e) The trace was never reset: the auditor judged what former cycles had said."""
    book = WalkedBook()
    book.says(StepName.EXECUTION, SILENT)
    first = await walked(book)
    book.says(StepName.EXECUTION, StepResult(data=QUIET[StepName.EXECUTION]))
    second = await walked(book)
    assert [len(first.trace), len(second.trace)] == [6, 7]
    assert all(message["success"] for message in second.trace)
    assert second.audit_passed is True


@pytest.mark.parametrize("failing", [False, True], ids=["after a cycle", "after a failed one"])
async def test_defect_f_waiting_is_what_a_cycle_ends_in_and_stays(failing):
    """(f) A `finally` moved the stage to MONITORING after WAITING, so WAITING never survived."""
    book = WalkedBook()
    if failing:
        book.says(StepName.MONITORING, SILENT)
    cycle = await walked(book)
    assert cycle.history[-1].after is CycleStage.WAITING_FOR_NEXT_CYCLE
    last = [row.type for row in book.journal.rows if row.type.startswith("cycle.")][-1]
    assert last == CycleFact.ENDED
    assert book.journal.book_stage(BOOK).stage is CycleStage.WAITING_FOR_NEXT_CYCLE


async def test_defect_f_the_stage_is_asked_before_a_cycle_starts():
    """(f) As above: nothing looked at the stage, so one cycle overtook another."""
    book = WalkedBook()
    book.says(StepName.MONITORING, KilledError())
    with pytest.raises(KilledError):
        await book.cycles().once(WISH)
    assert book.journal.book_stage(BOOK).stage not in AT_REST
    with pytest.raises(CycleRunningError):
        await book.cycles("two").once(WISH)
    assert len(book.journal.of_type(CycleFact.STARTED)) == 1


async def test_defect_h_a_step_that_is_run_again_after_a_crash_says_the_same():
    """(h) A figure was added up within execute: run twice, it said something else."""
    book = WalkedBook()
    book.says(StepName.EXECUTION, KilledError())
    with pytest.raises(KilledError):
        await book.cycles().once(WISH)
    book.journal.clock.jump(46)
    book.says(StepName.EXECUTION, StepResult(data=QUIET[StepName.EXECUTION]))
    finished = await book.cycles("two").resumed()
    undisturbed = await walked(WalkedBook())
    assert finished is not None
    assert [message["data"] for message in finished.trace] == [
        message["data"] for message in undisturbed.trace
    ]
