"""A strategy's versions: what makes one, what is kept of a switch, and how it reads back."""

from dataclasses import replace

import pytest

from quorate.arena.strategy import Strategy, Thresholds
from quorate.cycle.strategies.default import DEFAULT, DEFAULT_STRATEGY, with_default
from quorate.cycle.strategies.line import StrategyLine, step_json
from quorate.cycle.strategies.versions import (
    StrategyStanding,
    changes_between,
    history_of,
    recorded_events,
    said_by,
    switched_event,
)
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import JournalEntry

CALM = Strategy(symbols=("AAPL",), thresholds=Thresholds(min_confidence=0.7))
NEW = StrategyStanding(name="calm")
FIRST = StrategyStanding(name="calm", version=1, hash=CALM.hash)


def rows(*events):
    """Return events as the journal gives them back."""
    return [
        JournalEntry(
            seq=seq,
            ts=f"2026-11-21T12:00:0{seq}Z",
            tenant="local",
            book="",
            trace_id="",
            stream=event.stream,
            type=event.type,
            payload=canonical_json(event.payload),
            prev_hash="",
            hash="",
        )
        for seq, event in enumerate(events, start=1)
    ]


def test_a_version_is_recorded_when_it_says_something_new():
    (event,) = recorded_events("calm", CALM, NEW)
    assert (event.stream, event.payload["version"]) == ("strategy:calm", 1)
    assert recorded_events("calm", CALM, FIRST) == ()
    (event,) = recorded_events("calm", replace(CALM, horizon=5), FIRST)
    assert event.payload["version"] == 2


def test_its_history_reads_back_with_what_changed():
    other = replace(CALM, symbols=("AAPL", "IBM"))
    steps = history_of(
        rows(
            *recorded_events("calm", CALM, NEW),
            switched_event(FIRST, enabled=True, by="ann", reason="tried"),
            *recorded_events("calm", other, FIRST),
        )
    )
    assert [(step.kind, step.by, step.reason, step.version) for step in steps] == [
        ("recorded", "quorate", "", 1),
        ("enabled", "ann", "tried", 1),
        ("recorded", "quorate", "", 2),
    ]
    assert [len(step.changes) for step in steps] == [0, 0, 1]
    assert step_json(steps[2])["changes"] == [
        {"key": "symbols", "before": ["AAPL"], "after": ["AAPL", "IBM"]}
    ]


def test_a_version_that_says_nothing_is_a_broken_row():
    (event,) = recorded_events("calm", CALM, NEW)
    damaged = replace(event, payload={**event.payload, "said": None})
    with pytest.raises(InvariantBrokenError):
        history_of(rows(damaged))


def test_what_it_says_leaves_its_hash_out():
    assert "hash" not in said_by(CALM)
    assert changes_between(said_by(CALM), said_by(CALM)) == ()


def test_any_change_of_its_standing_is_another_revision():
    standings = [
        FIRST,
        replace(FIRST, version=2),
        replace(FIRST, hash="other"),
        replace(FIRST, enabled=True),
        replace(FIRST, changed_at="2026-11-21T12:00:00Z"),
    ]
    assert len({standing.revision for standing in standings}) == 5


def test_it_is_enabled_only_as_the_configuration_has_it_now():
    on = replace(FIRST, enabled=True)
    line = StrategyLine(name="calm", strategy=CALM, standing=on, backtest=None)
    assert line.enabled
    assert line.gate == "untested"
    assert not replace(line, strategy=replace(CALM, horizon=5)).enabled
    assert not replace(line, strategy=None).enabled


def test_one_that_the_configuration_has_no_more_says_nothing():
    tree = StrategyLine(name="calm", strategy=None, standing=FIRST, backtest=None).as_json()
    assert (tree["configured"], tree["symbols"], tree["hash"]) == (False, [], CALM.hash)


def test_the_default_is_there_unless_the_configuration_says_otherwise():
    assert with_default({})[DEFAULT] == DEFAULT_STRATEGY
    assert with_default({DEFAULT: CALM, "calm": CALM}) == {DEFAULT: CALM, "calm": CALM}
