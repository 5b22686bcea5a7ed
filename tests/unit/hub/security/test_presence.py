"""Presence: idleness counts from the last use that this process saw."""

from quorate.access import SESSION_IDLE
from quorate.hub.security.presence import Presence
from tests.fakes.clock import FakeClock


def test_a_use_begins_the_silence_anew():
    clock = FakeClock()
    presence = Presence(clock)
    presence.use("one")
    clock.jump(SESSION_IDLE.total_seconds() - 1)
    presence.use("one")
    presence.use("other")
    clock.jump(SESSION_IDLE.total_seconds() - 1)
    assert not presence.is_idle("one")
    clock.jump(1)
    assert presence.is_idle("one")


def test_who_was_never_seen_or_is_forgotten_is_not_idle():
    clock = FakeClock()
    presence = Presence(clock)
    presence.use("one")
    presence.forget("one")
    presence.forget("never seen")
    clock.jump(SESSION_IDLE.total_seconds())
    assert not presence.is_idle("one")
