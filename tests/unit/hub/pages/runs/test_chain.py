from quorate.arena.record.header import RunEvent
from quorate.hub.pages.runs.chain import HopState, hops_of
from tests.unit.hub.pages.runs.cases import (
    HERE,
    completed_rows,
    failed_rows,
    run_of,
    running_rows,
)


def hops(rows):
    return {hop.name: hop for hop in hops_of(run_of(rows), rows, HERE)}


def states(rows):
    return {name: hop.state for name, hop in hops(rows).items()}


def test_every_hop_of_a_completed_run_names_its_row():
    chain = hops(completed_rows())
    assert [(hop.name, hop.value, hop.seq) for hop in chain.values()] == [
        ("Request", "manual", 101),
        ("Snapshot", "frozen", 102),
        ("Agents", "1 of 8", 103),
        ("Votes", "5 votes", 108),
        ("Decision", "2 decisions", 110),
        ("Shadow arms", "drawn", 111),
        ("Verified", "completed", 112),
    ]
    assert chain["Votes"].href.endswith("row=108#journal-108")
    assert {hop.state for hop in chain.values()} == {HopState.DONE}


def test_a_running_run_shows_what_it_is_at():
    assert states(running_rows(RunEvent.SNAPSHOT_FROZEN)) == {
        "Request": HopState.DONE,
        "Snapshot": HopState.DONE,
        "Agents": HopState.NOW,
        "Votes": HopState.WAIT,
        "Decision": HopState.WAIT,
        "Shadow arms": HopState.WAIT,
        "Verified": HopState.WAIT,
    }


def test_a_run_that_decided_waits_for_its_verification():
    rows = running_rows(RunEvent.SHADOWS_DRAWN)
    assert states(rows)["Verified"] is HopState.NOW


def test_a_failed_run_shows_where_it_ended_and_what_never_came():
    chain = hops(failed_rows())
    assert chain["Decision"].state is HopState.NONE
    assert (chain["End"].state, chain["End"].value) == (HopState.FAILED, "failed")
    assert chain["End"].note == "attempts exhausted"
