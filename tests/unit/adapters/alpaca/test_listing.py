"""Pages of orders: none lost between two, and never round in a circle."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from quorate.adapters.alpaca.listing import PAGE, OrderPages
from quorate.adapters.alpaca.shapes import OrderShape, Unreadable

START = datetime(2026, 11, 20, tzinfo=UTC)


def page(first, count, *, every=1):
    return [
        OrderShape(
            id=str(number),
            symbol="AAPL",
            side="buy",
            status="new",
            submitted_at=START + timedelta(seconds=number // every),
        )
        for number in range(first, first + count)
    ]


def test_the_first_page_asks_from_the_moment_on():
    asked = parse_qs(OrderPages(after=START, open_only=True).query)
    assert (asked["status"], asked["direction"]) == (["open"], ["asc"])
    assert asked["after"] == ["2026-11-20T00:00:00.000000Z"]
    assert "after" not in OrderPages(after=None, open_only=False).query


def test_a_page_that_is_not_full_is_the_last():
    pages = OrderPages(after=None, open_only=False)
    pages.add(page(0, PAGE - 1))
    assert pages.is_whole


def test_the_next_page_begins_before_the_last_moment_so_that_none_is_lost():
    pages = OrderPages(after=None, open_only=False)
    pages.add(page(0, PAGE, every=7))
    assert not pages.is_whole
    assert pages.after < START + timedelta(seconds=(PAGE - 1) // 7)
    pages.add(page(PAGE - 3, 10, every=7))
    assert len(pages.orders) == PAGE + 7


def test_a_full_page_of_known_orders_is_a_circle():
    pages = OrderPages(after=None, open_only=False)
    pages.add(page(0, PAGE))
    with pytest.raises(Unreadable, match="circle"):
        pages.add(page(0, PAGE))


def test_a_page_that_leads_back_is_a_circle():
    pages = OrderPages(after=START + timedelta(days=1), open_only=False)
    with pytest.raises(Unreadable, match="circle"):
        pages.add(page(0, PAGE))


def test_orders_are_told_oldest_first():
    pages = OrderPages(after=None, open_only=False)
    pages.add(list(reversed(page(0, 5))))
    assert [each.id for each in pages.orders] == ["0", "1", "2", "3", "4"]
