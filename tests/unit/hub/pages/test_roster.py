from dataclasses import replace

import pytest

from quorate.agents.profile import Role
from quorate.hub.pages.roster import (
    RosterQuery,
    RosterView,
    Seat,
    in_view,
    read_query,
    seat_of,
    views_of,
)
from tests.unit.hub.pages.lines import ANALYST, JUDGE, SIZER, TREND

GONE = replace(TREND, name="gone", enabled=False, archived=True)
ALL = (TREND, SIZER, ANALYST, JUDGE, GONE)


@pytest.mark.parametrize(
    ("profile", "seat"),
    [
        pytest.param(TREND, Seat.VOTER, id="a rule agent votes"),
        pytest.param(SIZER, Seat.SIZES_ONLY, id="the rule risk manager sizes"),
        pytest.param(replace(TREND, role=Role.BEAR), Seat.ADVOCATE, id="a bear argues"),
        pytest.param(JUDGE, Seat.PANEL, id="the judge sits on the panel"),
    ],
)
def test_the_seat_follows_from_role_and_provider(profile, seat):
    assert seat_of(profile) is seat


def test_views_count_what_they_hold_under_the_filter():
    counts = {name: number for name, number, _, _ in views_of(ALL, RosterQuery())}
    assert list(counts.items()) == [
        *(("All", 4), ("Enabled", 2), ("Disabled", 2), ("Voters", 2)),
        *(("Advocates", 0), ("Panel", 1), ("Archived", 1)),
    ]
    judges = views_of(ALL, RosterQuery(role=Role.JUDGE, view=RosterView.DISABLED))
    assert [number for _, number, _, _ in judges] == [1, 0, 1, 0, 0, 1, 0]
    assert [name for name, _, _, current in judges if current] == ["Disabled"]


def test_the_address_keeps_view_and_filter():
    query = read_query({"view": "disabled", "role": "judge"})
    assert query.href == "/admin/arena/profiles?view=disabled&role=judge"
    assert query.shows(RosterView.ALL) == "/admin/arena/profiles?role=judge"
    assert query.after(["a", "b"]).endswith("?view=disabled&role=judge&changed=a&changed=b")
    assert RosterQuery().href == "/admin/arena/profiles"


def test_what_no_list_has_is_as_if_it_were_not_said():
    assert read_query({"view": "<script>", "role": "king"}) == RosterQuery()


def test_every_profile_is_in_the_view_of_all_until_it_is_archived():
    assert [profile for profile in ALL if not in_view(profile, RosterView.ALL)] == [GONE]
    assert [view for view in RosterView if in_view(GONE, view)] == [RosterView.ARCHIVED]
    assert in_view(replace(TREND, role=Role.BULL), RosterView.ADVOCATES)
