import pytest

from quorate.arbiter.routing.agent import Standing
from quorate.arbiter.routing.standing import Stood, standing_event
from quorate.kernel.errors import RejectedError

ASIDE = Stood("a", Standing.QUARANTINED, "odd", "me", "", 4)


def test_setting_aside_says_who_and_why():
    event = standing_event("a", Standing.QUARANTINED, None, reason=" odd answers ", by="me")
    assert event.type == "agent.quarantined"
    assert event.payload == {"agent": "a", "reason": "odd answers", "by": "me", "version": 1}


def test_taking_back_counts_the_version_up():
    event = standing_event("a", Standing.IN_SERVICE, ASIDE, reason="mended", by="me")
    assert (event.type, event.payload["version"]) == ("agent.restored", 5)


@pytest.mark.parametrize(
    ("before", "standing"), [(None, Standing.IN_SERVICE), (ASIDE, Standing.QUARANTINED)]
)
def test_who_stands_so_already_is_left_alone(before, standing):
    assert standing_event("a", standing, before, reason="", by="me") is None


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_no_reason_no_change(reason):
    with pytest.raises(RejectedError, match="reason"):
        standing_event("a", Standing.DRAINING, None, reason=reason, by="me")
