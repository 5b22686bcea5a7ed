"""Workers and agents as rows: heartbeats, leases, who is alive, who can take what waits."""

from datetime import timedelta

import pytest

from quorate.adapters.sql.fleet import WorkerCounts
from quorate.arbiter.routing import Standing
from quorate.arbiter.routing.standing import Stood
from quorate.bootstrap.arbitration.desk import AgentLine
from quorate.hub.pages.fleet.query import FleetQuery, View
from quorate.hub.pages.fleet.rows import (
    agent_rows,
    beat_of,
    held_row,
    recovered_words,
    unmatched,
    views,
    waiting_words,
    worker_row,
    workers_card,
)
from quorate.kernel.stamps import stamp
from tests.fakes.clock import NOON
from tests.unit.arbiter.routing.agents import agent
from tests.unit.hub.pages.fleet.lines import HELD, overview, worker


@pytest.mark.parametrize(
    ("age", "share", "tone", "is_dead"),
    [(4.5, 0.1, 4, False), (31.5, 0.7, 5, False), (51.0, 1.0, 6, True)],
)
def test_a_heartbeat_is_a_bar_until_the_worker_counts_as_dead(age, share, tone, is_dead):
    beat = beat_of(worker(age=age), 45.0, NOON)
    assert (beat.parts, beat.is_dead) == (((pytest.approx(share), tone),), is_dead)
    assert beat.words == f"heard {age:.0f} s ago, dead at 45 s"


def test_a_worker_of_another_hub_has_no_age_here_and_a_lost_one_is_dead():
    there = beat_of(worker(age=None), 45.0, NOON)
    assert (there.parts, there.text, there.is_dead) == ((), "at another hub", False)
    gone = beat_of(worker("lost", age=None, is_live=False), 45.0, NOON + timedelta(seconds=90))
    assert (gone.is_dead, gone.text) == (True, "over 45 s")
    assert "90 s old" in gone.words
    assert beat_of(worker("left", age=None, is_live=False), 45.0, NOON).parts == ()


def test_a_row_tells_capabilities_under_our_words_and_what_was_broken():
    counts = WorkerCounts(done=35, failed=4, lost=2, source="network_error")
    row = worker_row(worker("quarantined", counts=counts, quarantined=True), 45.0, NOON)
    assert row.capabilities == ("llm", "trading_analysis")
    assert (row.broken, row.ended, row.is_bad) == (6, 41, True)
    assert row.note == "set aside until a person restores it"
    assert worker_row(worker("draining", reason="by me"), 45.0, NOON).note == "by me"


def test_a_lease_says_what_is_left_of_it():
    assert held_row(HELD, NOON).left == "26 s left"
    late = held_row(HELD, NOON + timedelta(seconds=26))
    assert (late.left, late.kind) == ("expired", "trading analysis")


def test_the_card_counts_those_that_live_and_leaves_out_who_left():
    lines = [worker("busy"), worker("idle"), worker("lost"), worker("left")]
    card = workers_card(lines)
    assert card.alive == 2
    assert card.words == "1 busy, 1 idle and 1 lost"
    assert sum(share for share, _ in card.parts) == pytest.approx(1)
    assert workers_card([]).words == ""


def test_a_view_says_how_many_it_shows():
    told = views(FleetQuery(view=View.BUSY), [worker("busy"), worker("left")])
    assert [(name, number) for name, number, _, _ in told] == [
        ("All", 2),
        ("Busy", 1),
        ("Idle", 0),
        ("Draining", 0),
        ("Quarantined", 0),
        ("Gone", 1),
    ]
    assert [name for name, _, _, chosen in told if chosen] == ["Busy"]


def test_a_type_that_nobody_alive_takes_is_told():
    fleet = overview(worker(), worker("lost", is_live=False), waiting=2)
    both = {"trading_analysis", "trading_signal"}
    assert unmatched(both, fleet) == ("trading_signal",)
    assert unmatched(both, overview(worker(draining=True))) == tuple(sorted(both))
    assert waiting_words(fleet, ["trading_signal"]) == "nobody takes trading_signal"
    assert waiting_words(fleet, []) == "every type has a taker"
    assert waiting_words(overview(), []) == "nothing waits for a worker"
    assert recovered_words(overview(recoveries=1)) == "1 task recovered"


def line(name, *, enabled=True, archived=False, stood=None, **other):
    return AgentLine(
        agent=agent(name, **other), enabled=enabled, archived=archived, stood=stood, max_active=10
    )


def test_an_agent_that_was_set_aside_says_why_and_by_whom():
    stood = Stood("liar", Standing.QUARANTINED, "it lies", "me", stamp(NOON), 1)
    rows = agent_rows(
        [
            line("trend"),
            line("liar", standing=Standing.QUARANTINED, stood=stood),
            line("dumb", healthy=False),
            line("off", enabled=False),
            line("old", archived=True),
        ]
    )
    assert [(row.name, row.state, row.in_service) for row in rows] == [
        ("trend", "in service", True),
        ("liar", "quarantined", False),
        ("dumb", "not healthy", True),
    ]
    assert rows[1].note == "it lies, by me"
