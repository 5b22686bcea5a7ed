"""The exits of an entry: its own first, then the house's; no stop below the close, no entry."""

from decimal import Decimal

import pytest

from quorate.agents.policy import AgentsPolicy
from quorate.arena.record.facts import Facts
from quorate.cycle.entry_exits import HORIZON, EntryExits, exits_of, read_exits
from tests.unit.arena.markets import snapshot
from tests.unit.cycle.test_wishes import made

VIEW = next(iter(snapshot().views.values()))
CLOSE = VIEW.close
LOW, HIGH = CLOSE * Decimal("0.95"), CLOSE * Decimal("1.10")


def of(**changes):
    return exits_of(made(**changes).decision, VIEW, AgentsPolicy())


def test_what_was_decided_is_taken():
    assert of(stop=LOW, target=HIGH, horizon=7) == EntryExits(stop=LOW, target=HIGH, horizon=7)


def test_the_house_puts_a_stop_where_none_was_named():
    found = of()
    assert 0 < found.stop < CLOSE < found.target
    assert found.horizon == HORIZON


@pytest.mark.parametrize("stop", [CLOSE, CLOSE + 1])
def test_a_stop_that_is_not_below_the_close_is_no_exit(stop):
    assert of(stop=stop) is None


def test_a_target_that_is_not_above_the_close_is_none():
    assert of(stop=LOW, target=CLOSE).target is None


def test_the_plan_is_told_in_distances_from_the_entry():
    plan = EntryExits(stop=Decimal(95), target=Decimal(110), horizon=20).plan(Decimal(100))
    assert (plan.stop, plan.target, plan.horizon) == (
        pytest.approx(0.05),
        pytest.approx(0.10),
        20,
    )


@pytest.mark.parametrize("target", [Decimal("110.25"), None])
def test_exits_are_read_back_as_they_were_told(target):
    exits = EntryExits(stop=Decimal("95.10"), target=target, horizon=20)
    assert read_exits(Facts(exits.payload())) == exits
