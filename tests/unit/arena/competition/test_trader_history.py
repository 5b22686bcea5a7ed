"""A trader's history: read back from the rows of its stream, and nothing else passes for one."""

import pytest

from quorate.arena.competition.trader import RegisteredTrader, edited, new_trader
from quorate.arena.competition.trader_history import (
    CHANGED,
    CREATED,
    archived_event,
    trader_event,
    trader_steps,
)
from quorate.kernel.errors import InvariantBrokenError
from tests.fakes.registry import entry

MADE = new_trader({"name": "duo", "profiles": ["trend", "momentum"]})
LATER = edited(MADE, {"title": "The two"})


def test_each_step_tells_who_did_what_and_how_the_trader_stood():
    events = [
        trader_event(CREATED, RegisteredTrader(MADE, 1), "operator"),
        trader_event(CHANGED, RegisteredTrader(LATER, 2), "ann"),
        archived_event("duo", "bob"),
    ]
    steps = trader_steps(entry(each, seq) for seq, each in enumerate(events, 1))
    assert [(step.kind, step.by, step.version) for step in steps] == [
        ("created", "operator", 1),
        ("changed", "ann", 2),
        ("archived", "bob", 2),
    ]
    assert [step.trader.label for step in steps] == ["duo", "The two", "The two"]
    assert [step.trader.archived for step in steps] == [False, False, True]


def test_an_end_without_a_beginning_is_no_history():
    with pytest.raises(InvariantBrokenError, match="follows no trader"):
        trader_steps([entry(archived_event("duo", "bob"), 1)])
