from datetime import timedelta

import pytest

from quorate.hub.security.headers import header_of
from quorate.hub.security.tickets import LIFE, MOST, Tickets
from tests.fakes.clock import FakeClock

STREAM = "/api/admin/stream"


def request(path=STREAM, query="", **headers):
    sent = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return {"type": "http", "path": path, "query_string": query.encode(), "headers": sent}


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def tickets(clock):
    return Tickets(clock)


def redeemed(tickets, ticket, **more):
    scope = request(query=f"after=3&ticket={ticket}", **more)
    tickets.redeem(scope)
    return header_of(scope, "authorization")


def test_a_ticket_stands_for_what_its_maker_came_in_with_once(tickets, clock):
    ticket, until = tickets.issue(request(authorization="Bearer arn_x"))
    assert until == clock.now() + LIFE
    assert redeemed(tickets, ticket) == "Bearer arn_x"
    assert redeemed(tickets, ticket) is None


@pytest.mark.parametrize(("after", "good"), [(LIFE, True), (LIFE + timedelta(seconds=1), False)])
def test_a_ticket_is_good_for_half_a_minute(tickets, clock, after, good):
    ticket, _ = tickets.issue(request(authorization="Bearer arn_x"))
    clock.jump(after.total_seconds())
    assert (redeemed(tickets, ticket) is not None) is good


def test_a_ticket_opens_streams_alone(tickets):
    ticket, _ = tickets.issue(request(authorization="Bearer arn_x"))
    scope = request("/api/admin/arena/runs", f"ticket={ticket}")
    tickets.redeem(scope)
    assert scope["headers"] == []
    assert redeemed(tickets, ticket) == "Bearer arn_x"


def test_who_comes_in_with_something_uses_no_ticket_up(tickets):
    ticket, _ = tickets.issue(request(authorization="Bearer arn_x"))
    assert redeemed(tickets, ticket, authorization="Bearer arn_y") == "Bearer arn_y"
    assert redeemed(tickets, ticket) == "Bearer arn_x"


@pytest.mark.parametrize("ticket", ["", "x", "%00", "a&ticket=b"])
def test_a_ticket_that_is_none_opens_nothing(tickets, ticket):
    tickets.issue(request(authorization="Bearer arn_x"))
    assert redeemed(tickets, ticket) is None


def test_the_oldest_tickets_make_room(tickets):
    first, _ = tickets.issue(request(authorization="Bearer arn_x"))
    for _ in range(MOST):
        tickets.issue(request(authorization="Bearer arn_x"))
    assert redeemed(tickets, first) is None
