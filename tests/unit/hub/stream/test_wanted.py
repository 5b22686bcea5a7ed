"""Wanted: patterns of types, and a symbol."""

import pytest

from quorate.hub.problems import RefusedError
from quorate.hub.stream.envelope import TYPES, event_of
from quorate.hub.stream.wanted import Wanted, wanted_types
from tests.unit.hub.stream.feeds import row


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (None, set()),
        ("", set()),
        (" , ", set()),
        ("decision.created", {"decision.created"}),
        ("profile.*, decision.created", {"profile.state", "decision.created"}),
        ("run.*", {name for name in TYPES if name.startswith("run.")}),
        ("*", set(TYPES)),
    ],
)
def test_patterns_name_types(text, types):
    assert wanted_types(text) == types


@pytest.mark.parametrize("text", ["nonsense", "run", "run.*,orders.*", "run.", "x" * 400])
def test_a_pattern_that_names_nothing_is_refused(text):
    with pytest.raises(RefusedError) as refusal:
        wanted_types(text)
    assert refusal.value.slug == "validation-failed"
    assert refusal.value.refusal.errors[0].pointer == "?types"
    assert len(refusal.value.cause) < 100


@pytest.mark.parametrize(
    ("wanted", "kind", "admitted"),
    [
        (Wanted(), "decision.made", True),
        (Wanted(types=frozenset({"decision.created"})), "decision.made", True),
        (Wanted(types=frozenset({"run.created"})), "decision.made", False),
        (Wanted(symbol="AAPL"), "decision.made", True),
        (Wanted(symbol="MSFT"), "decision.made", False),
        (Wanted(symbol="MSFT"), "profile.enabled", True),
        (Wanted(symbol="IBM"), "run.requested", True),
    ],
)
def test_a_filter_admits_what_it_asks_for(wanted, kind, admitted):
    assert wanted.admits(event_of(row(1, kind))) is admitted
