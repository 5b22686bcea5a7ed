"""The fleet's address: read as it is written, and short; each view shows its states."""

import pytest

from quorate.hub.pages.fleet.query import FleetQuery, View, read_query


def test_the_usual_goes_unsaid():
    assert FleetQuery().href == "/admin/fleet"
    assert read_query({}) == FleetQuery()


def test_an_address_is_read_back_and_another_view_keeps_the_type():
    query = FleetQuery(view=View.BUSY, type="backtest")
    assert query.href == "/admin/fleet?view=busy&type=backtest"
    assert read_query({"view": ["busy"], "type": ["backtest"]}) == query
    assert query.shows(View.ALL) == "/admin/fleet?type=backtest"


@pytest.mark.parametrize("name", ["view", "type"])
def test_what_cannot_be_understood_asks_for_nothing(name):
    assert read_query({name: ["NO SUCH THING"]}) == FleetQuery()


def test_every_state_is_in_the_view_of_all_and_in_one_other():
    for state in ("busy", "idle", "registered", "draining", "quarantined", "lost", "left"):
        assert next(view for view in View if view.holds(state)) is View.ALL
        assert sum(view.holds(state) for view in View) == 2
