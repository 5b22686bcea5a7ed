"""The form of a waiver: read as it was entered, refused with what to do, and a waiver's line."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.arbiter.constitution import Waiver
from quorate.arbiter.constitution.waiver import NO_DELTA
from quorate.hub.pages.audit.waivers import left_words, raise_words, read_form, waiver_row, wish_of
from quorate.kernel.errors import RejectedError
from tests.fakes.clock import NOON
from tests.fakes.courts import WISH

ENTERED = {
    "title": ["a dear week"],
    "reason": ["the models cost more"],
    "gate": ["budget_adherence.usd", "budget_adherence.wall_time"],
    "usd": ["0.50"],
    "seconds": ["1.5"],
    "days": ["2"],
    "operations": ["arena_*, order"],
    "confirm": ["yes"],
}
WAIVER = Waiver(waiver_id="WV-0001", wish=WISH, created_at=NOON)


def test_what_was_entered_is_what_is_wished():
    wish = wish_of(read_form(ENTERED), "anna", NOON)
    assert list(wish.problems(NOON)) == []
    assert (wish.approved_by, wish.expires_at) == ("anna", NOON + timedelta(days=2))
    assert (wish.delta.usd, wish.delta.wall_ms) == (Decimal("0.50"), 1500)
    assert wish.operations == ("arena_*", "order")
    assert wish.gates == tuple(ENTERED["gate"])


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("confirm", "", "nobody confirmed"),
        ("usd", "much", "US dollars"),
        ("seconds", "-1", "Seconds"),
        ("days", "NaN", "Days"),
        ("tokens", "1e99", "Tokens"),
    ],
)
def test_what_is_no_wish_is_refused(field, value, said):
    with pytest.raises(RejectedError, match=said):
        wish_of(read_form(ENTERED | {field: [value]}), "anna", NOON)


def test_a_time_that_no_calendar_has_is_the_rules_to_refuse():
    wish = wish_of(read_form(ENTERED | {"days": ["99999999"]}), "anna", NOON)
    assert any("within 90 days" in said for said in wish.problems(NOON))


def test_a_waiver_in_force_says_what_is_left_of_it():
    row = waiver_row(WAIVER, NOON)
    assert (row.counts, row.tone, row.left, row.raises) == (True, "warn", "7 d left", "$0.50")
    over = waiver_row(WAIVER, WISH.expires_at)
    assert (over.counts, over.left) == (False, "")
    revoked = waiver_row(replace(WAIVER, revoked_at=NOON), NOON)
    assert (revoked.counts, revoked.state.value) == (False, "revoked")
    assert raise_words(NO_DELTA) == ""


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=3, hours=2), "3 d left"),
        (timedelta(hours=5, minutes=59), "5 h left"),
        (timedelta(minutes=20), "20 min left"),
    ],
)
def test_what_is_left_is_said_in_the_unit_that_fits(left, said):
    assert left_words(left) == said
