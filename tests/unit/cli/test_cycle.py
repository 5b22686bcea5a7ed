"""`quorate cycle`: a cycle's steps for people and its messages for programs, the schedule, and what is refused."""

import asyncio

import pytest

from quorate.cycle.ports import StepResult
from quorate.cycle.service import CycleRunningError
from quorate.kernel.errors import UnavailableError
from quorate.kernel.step_message import KEYS, StepName
from tests.fakes.walked_books import WISH, WalkedBook


def walked(**said):
    """A cycle of a book in memory, with what some of its steps said instead."""
    book = WalkedBook()
    for name, words in said.items():
        book.says(StepName[name], words)
    return asyncio.run(book.cycles().once(WISH))


def test_a_cycle_is_told_step_by_step(quorate, fake_app):
    fake_app.trading.cycle = walked()
    shown = quorate("cycle", "once")
    assert shown.code == 0
    for name in StepName:
        assert f"  {name}" in shown.out
    assert "every check holds" in shown.out


def test_a_program_gets_the_messages_verbatim(quorate, fake_app):
    fake_app.trading.cycle = walked()
    told = quorate("cycle", "once", "--json").json
    assert [message["agent"] for message in told["trace"]] == list(StepName)
    assert all(set(message) == set(KEYS) for message in told["trace"])
    assert (told["cycleId"], told["auditPassed"], told["violations"]) == ("cyc_1", True, [])


def test_a_failed_cycle_ends_with_1_and_says_why(quorate, fake_app):
    fake_app.trading.cycle = walked(
        DATA_FETCHING=UnavailableError("the host is silent", source="data")
    )
    shown = quorate("cycle", "once")
    assert shown.code == 1
    assert "failed  the host is silent" in shown.out


def test_a_violation_ends_with_6(quorate, fake_app):
    fake_app.trading.cycle = walked(MARKET_ANALYSIS=StepResult(data={}))
    shown = quorate("cycle", "once")
    assert shown.code == 6
    assert "! the trace does not tell" in shown.out


def test_a_cycle_that_runs_already_is_a_conflict(quorate, fake_app):
    fake_app.trading.failure = CycleRunningError("a cycle of replay is under way")
    shown = quorate("cycle", "once", "--json")
    assert (shown.code, shown.json["error"]["type"]) == (8, "cycle-running")


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("15m", 900), ("2h", 7200)])
def test_the_schedule_starts_and_stops(quorate, text, seconds):
    told = quorate("cycle", "start", "--every", text, "--json").json
    assert (told["scheduler"], told["everySeconds"]) == ("running", seconds)
    assert told["nextStartAt"]
    assert quorate("cycle", "stop", "--json").json["nextStartAt"] is None


@pytest.mark.parametrize("text", ["", "15", "0m", "m", "15 minutes", "-5m"])
def test_what_is_no_span_is_refused(quorate, text):
    shown = quorate("cycle", "start", "--every", text)
    assert shown.code == 2
    assert "no span of time" in shown.err


def test_the_status_has_its_stable_names(quorate, fake_app):
    fake_app.trading.skipped = 2
    told = quorate("cycle", "status", "--json").json
    assert (told["state"], told["skipped"], told["nextStartAt"]) == (
        "WAITING_FOR_NEXT_CYCLE",
        2,
        None,
    )
    assert "cycleId" in told
    assert "skipped starts 2" in quorate("cycle").out
    assert quorate("cycle", "status", "--book", "none-such").code == 5
