"""The orders' address: read as it is written, and short."""

import pytest

from quorate.execution.listing import OrderView
from quorate.execution.outcome_link import OutcomeStatus
from quorate.hub.pages.orders.query import OrdersQuery, Tab, read_query
from quorate.risk import Leg

FULL = OrdersQuery(
    tab=Tab.OUTCOMES,
    book="replay-1",
    view=OrderView.OPEN,
    symbol="AAPL",
    leg=Leg.STOP,
    status=OutcomeStatus.WIN,
    cursor="abc",
)


def params(href):
    return {
        name: [value]
        for name, _, value in (pair.partition("=") for pair in href.partition("?")[2].split("&"))
    }


def test_the_usual_goes_unsaid():
    assert OrdersQuery().href == "/admin/orders"
    assert read_query({}) == OrdersQuery()


def test_an_address_is_read_back():
    assert read_query(params(FULL.href)) == FULL


@pytest.mark.parametrize("name", ["tab", "book", "view", "symbol", "leg", "status"])
def test_what_cannot_be_understood_asks_for_nothing(name):
    assert read_query({name: ["NO SUCH THING!"]}) == OrdersQuery()


def test_another_list_begins_at_its_start():
    assert FULL.shows(Tab.POSITIONS) == "/admin/orders?tab=positions&book=replay-1"
    assert "after" not in FULL.views(OrderView.FILLED)
    assert "status" not in FULL.with_status(None)
    assert FULL.cleared == "/admin/orders?tab=outcomes&book=replay-1"
    assert "after=xyz" in FULL.at("xyz")


def test_an_export_is_the_same_list_from_its_start():
    assert FULL.export.startswith("/admin/orders/export?tab=outcomes")
    assert "after" not in FULL.export
    assert OrdersQuery().export == "/admin/orders/export"
