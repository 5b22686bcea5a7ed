from dataclasses import replace

import pytest

from quorate.agents.defaults import MODEL_PROFILES
from quorate.agents.history import (
    FieldChange,
    archived_event,
    changed_event,
    created_event,
    history_of,
    switched_event,
    version_in,
)
from quorate.agents.registry import RegisteredProfile, to_payload
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.journal import Event
from tests.fakes.registry import entry

ANALYST = MODEL_PROFILES[0]
SLOWER = replace(ANALYST, temperature=0.5, max_tokens=300)


def told(*events):
    return history_of(entry(event, seq) for seq, event in enumerate(events, start=1))


def test_a_history_says_who_did_what_and_how_the_profile_stood_then():
    steps = told(
        created_event(ANALYST, by="ann"),
        switched_event(ANALYST.name, enabled=True, by="bob"),
        changed_event(RegisteredProfile(replace(SLOWER, enabled=True), 2), by="ann"),
        archived_event(ANALYST.name, by="bob"),
    )
    assert [(step.kind, step.by, step.version) for step in steps] == [
        *(("created", "ann", 1), ("enabled", "bob", 1)),
        *(("changed", "ann", 2), ("archived", "bob", 2)),
    ]
    assert [step.profile.enabled for step in steps] == [False, True, True, False]
    assert steps[3].profile.archived
    assert steps[2].changes == (
        FieldChange("maxTokens", 1024, 300),
        FieldChange("temperature", "0.0", "0.5"),
    )


def test_a_profile_that_came_with_quorate_begins_with_its_registration():
    event = Event(stream="profile:x", type="profile.registered", payload=to_payload(ANALYST))
    (step,) = told(event)
    assert (step.kind, step.by, step.version, step.profile) == ("registered", "", 1, ANALYST)


def test_a_version_is_found_as_it_was_made():
    steps = told(created_event(ANALYST, by=""), changed_event(RegisteredProfile(SLOWER, 2), by=""))
    assert version_in(steps, 1).profile == ANALYST
    assert version_in(steps, 2).profile == SLOWER
    with pytest.raises(RejectedError) as caught:
        version_in(steps, 3)
    assert caught.value.slug == "not-found"


def test_a_change_of_nothing_stops_us():
    with pytest.raises(InvariantBrokenError, match=r"profile\.archived"):
        told(archived_event("x", by=""))


def test_every_state_has_a_revision_of_its_own():
    states = [
        RegisteredProfile(ANALYST, 1),
        RegisteredProfile(ANALYST, 3),
        RegisteredProfile(SLOWER, 1),
        RegisteredProfile(replace(ANALYST, enabled=True), 1),
        RegisteredProfile(replace(ANALYST, archived=True), 1),
    ]
    assert len({state.revision for state in states}) == len(states)
    assert RegisteredProfile(ANALYST, 1).revision == states[0].revision
