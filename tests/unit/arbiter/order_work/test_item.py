"""An order task: its mandate, its first row, and how a failure is told and read again."""

from decimal import Decimal

import pytest

from quorate.arbiter.order_work.item import (
    ANY_SYMBOL,
    assignment_of,
    code_in,
    order_task,
    retried_task,
    source_of,
    spec_of,
    told_failure,
)
from quorate.arbiter.spec import RiskTier, spec_problems
from quorate.arbiter.task import FailureSource, TaskState, TaskType
from quorate.execution.acts import ActType, Failure
from quorate.kernel.ids import TaskId
from tests.fakes.order_work import BOOK, order_act


@pytest.mark.parametrize("kind", list(ActType))
def test_every_act_has_a_mandate_of_the_first_tier_that_can_be_approved(kind):
    spec = spec_of(order_act(kind))
    assert (spec.risk_tier, spec.symbols) == (RiskTier.PLACES_ORDERS, (ANY_SYMBOL,))
    assert spec_problems(spec) == ()


def test_what_an_act_names_is_its_scope_and_only_what_trades_may_move_the_portfolio():
    close = spec_of(order_act(ActType.POSITION_CLOSE, symbol="AAPL"))
    submit = spec_of(order_act(ActType.ORDER_SUBMIT, symbols=["IBM", "MSFT"]))
    assert (close.symbols, close.max_portfolio_delta) == (("AAPL",), Decimal(1))
    assert submit.symbols == ("IBM", "MSFT")
    assert spec_of(order_act(ActType.ORDER_SYNC)).max_portfolio_delta == 0


def test_a_new_task_is_nobodys_and_says_what_it_is_about():
    act = order_act(ActType.ORDER_SUBMIT, "run_1", runId="run_1")
    task = order_task(act)
    assert (task.type, task.state, task.attempts) == (TaskType.ORDER, TaskState.RECEIVED, 1)
    assert (task.subject, task.book, task.token) == ("ORDER_SUBMIT run_1", BOOK, 0)
    told = assignment_of(act)
    assert told == {"act": "ORDER_SUBMIT", "key": "run_1", "payload": {"runId": "run_1"}}


def test_the_next_try_begins_anew_and_names_the_last_one():
    first = order_task(order_act())
    again = retried_task(first)
    assert again.task_id != first.task_id
    assert (again.attempts, again.token, again.state) == (1, 0, TaskState.RECEIVED)
    assert assignment_of(order_act(), first.task_id)["retryOf"] == TaskId(first.task_id)


def test_a_failure_is_read_as_it_was_told():
    failure = Failure(code="BUYING_POWER", reason="403: no money", permanent=True)
    assert code_in(told_failure(failure)) == ("BUYING_POWER", "403: no money")
    assert code_in("the task names nothing") == ("", "the task names nothing")


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("TIMEOUT", FailureSource.NETWORK_ERROR),
        ("OUTCOME_UNKNOWN", FailureSource.NETWORK_ERROR),
        ("WORKER_LOST", FailureSource.WORKER_CRASH),
        ("INTERNAL_ERROR", FailureSource.WORKER_CRASH),
        ("BUYING_POWER", FailureSource.RULE),
        ("CREDENTIALS", FailureSource.RULE),
    ],
)
def test_a_code_says_whose_failure_it_was(code, source):
    assert source_of(code) is source
