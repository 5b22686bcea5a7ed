"""Cursors: what a list gave is taken back, and nothing else."""

import base64
from datetime import date

import pytest

from quorate.arena.record.listing import RunFilter, RunPosition, RunView
from quorate.execution.listing import OrderFilter, OrderView
from quorate.execution.outcome_link import OutcomeFilter
from quorate.hub.cursors import cursor_of, position_of, row_below, row_cursor
from quorate.kernel.errors import RejectedError

SECRET = bytes(range(32))
PLACE = RunPosition("2026-11-21T12:00:00.000000Z", "run_01KB3F9QW7T5M2V8C4N6XRZHDE")
ALL = RunFilter()


def refused(cursor, wanted=ALL, secret=SECRET):
    with pytest.raises(RejectedError) as refusal:
        position_of(secret, cursor, wanted)
    return refusal.value.slug == "invalid-cursor"


def test_a_cursor_leads_back_to_its_place():
    cursor = cursor_of(SECRET, PLACE, ALL)
    assert position_of(SECRET, cursor, ALL) == PLACE
    assert cursor.isascii()
    assert "=" not in cursor


@pytest.mark.parametrize(
    "other",
    [
        RunFilter(view=RunView.FAILED),
        RunFilter(symbol="AAPL"),
        RunFilter(escalated=False),
        RunFilter(as_of_from=date(2012, 1, 1)),
        RunFilter(profile="trend"),
    ],
)
def test_a_cursor_of_another_filter_is_none(other):
    assert refused(cursor_of(SECRET, PLACE, ALL), other)
    assert refused(cursor_of(SECRET, PLACE, other), ALL)


def test_a_cursor_of_another_home_is_none():
    assert refused(cursor_of(SECRET, PLACE, ALL), secret=bytes(32))


def test_every_changed_character_is_noticed():
    cursor = cursor_of(SECRET, PLACE, ALL)
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        if base64.urlsafe_b64decode(changed + "==") != base64.urlsafe_b64decode(cursor + "=="):
            assert refused(changed), place


@pytest.mark.parametrize("text", ["", " ", "x", "' OR 1=1--", "=", "é", "A" * 5000, "YSBi", "_-_-"])
def test_what_no_list_gave_is_refused(text):
    assert refused(text)


OPEN = OrderFilter(book="paper", view=OrderView.OPEN)


def test_a_place_among_journal_rows_is_read_back_in_its_own_list_alone():
    cursor = row_cursor(SECRET, 4711, OPEN)
    assert row_below(SECRET, cursor, OPEN) == 4711
    for other in (OrderFilter(book="paper"), OutcomeFilter(book="paper")):
        with pytest.raises(RejectedError):
            row_below(SECRET, cursor, other)


def test_a_place_in_a_list_of_another_kind_is_no_row():
    with pytest.raises(RejectedError):
        row_below(SECRET, cursor_of(SECRET, PLACE, OPEN), OPEN)
