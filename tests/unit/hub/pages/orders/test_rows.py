"""Rows of orders, positions and outcomes: what each says, in which tone."""

from datetime import date
from decimal import Decimal

import pytest

from quorate.execution import OrderState
from quorate.execution.outcome_link import OutcomeStatus
from quorate.hub.pages.orders.rows import (
    TONES,
    order_row,
    outcome_row,
    position_row,
    price,
    signed,
    spark,
)
from quorate.market.history import PriceBar
from quorate.risk import Leg
from tests.fakes.order_book import RUN, line, link, position, protection, resting

NOTHING = {"filled": Decimal(0), "average_price": None}


def bar(day, close):
    return PriceBar(
        session=date(2012, 8, day),
        open=close,
        high=close,
        low=close,
        close=close,
        volume=1.0,
        sma50=None,
        sma200=None,
    )


def test_a_filled_entry_shows_its_stop_and_its_decision():
    row = order_row(line(stop=protection()))
    assert (row.state, row.tone, row.filled, row.average) == (
        "filled",
        "gain",
        "10 of 10",
        "100.10",
    )
    assert (row.protection.tone, row.protection.text) == ("hub-up", "stop 95.00")
    assert row.decision_href == f"/admin/arena/runs/{RUN}?symbol=AAPL"


@pytest.mark.parametrize(
    ("order", "text", "tone"),
    [
        (line(stop=protection(quantity=Decimal(4))), "stop 95.00 for 4", "hub-up"),
        (line(stop=protection(state=OrderState.FILLED)), "stopped 95.00", "hub-mut"),
        (line(stop=protection(state=OrderState.CANCELED)), "stop released", "hub-mut"),
        (line(), "none yet", "hub-wn"),
        (line(state=OrderState.WORKING, **NOTHING), "\N{EN DASH}", "hub-mut"),
        (resting(), "\N{EN DASH}", "hub-mut"),
        (line(Leg.EXIT), "\N{EN DASH}", "hub-mut"),
    ],
)
def test_protection_is_said_of_entries_that_were_filled(order, text, tone):
    protected = order_row(order).protection
    assert (protected.text, protected.tone) == (text, tone)


def test_an_order_in_doubt_is_asked_about_and_never_sent_again():
    row = order_row(line(state=OrderState.SUBMIT_UNKNOWN, **NOTHING))
    assert (row.asks, row.filled, row.tone) == (True, "asking the broker", "warn")
    denied = order_row(line(state=OrderState.DENIED, **NOTHING))
    assert (denied.asks, denied.filled, denied.tone) == (False, "never sent", "loss")


def test_every_tone_is_one_that_the_style_sheet_has():
    assert set(TONES.values()) <= {"gain", "brand", "warn", "loss"}


def test_a_position_tells_gain_stop_and_risk():
    row = position_row(position(), Decimal(100_000), [bar(1, 100.0), bar(2, 104.0)])
    assert (row.worth, row.unrealized, row.change) == ("$1,020.00", "+$19.00", "+1.9 %")
    assert (row.gains, row.risk, row.protection.text) == (True, "0.07 %", "95.00")
    assert (row.rises, row.spark) == (True, "0.0,20.0 70.0,2.0")
    assert row.spark_words == "closes from 2012-08-01 to 2012-08-02, +4.0 %"


def test_what_nobody_told_is_unknown_and_never_zero():
    row = position_row(position(market_value=None, average_price=None, stop=None), None, [])
    assert (row.worth, row.unrealized, row.average, row.risk) == ("unknown",) * 4
    assert (row.gains, row.protection.text, row.spark) == (None, "no stop", "")


def test_a_stop_for_some_of_the_shares_says_for_how_many():
    row = position_row(position(stopped=Decimal(4)), None, [])
    assert row.protection.text == "95.00 for 4"


@pytest.mark.parametrize(
    ("status", "pnl", "tone"),
    [
        (OutcomeStatus.WIN, "+$18.00", "gain"),
        (OutcomeStatus.PENDING, "\N{EN DASH}", "brand"),
        (OutcomeStatus.REJECTED, "\N{EN DASH}", ""),
    ],
)
def test_an_outcome_tells_what_it_came_to_once_it_closed(status, pnl, tone):
    row = outcome_row(link(status))
    assert (row.pnl, row.tone) == (pnl, tone)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("38.14", "+$38.14"),
        ("-21.6", "\N{MINUS SIGN}$21.60"),
        ("0", "$0.00"),
        ("1204.5", "+$1,204.50"),
    ],
)
def test_gains_have_their_sign(amount, text):
    assert signed(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("671.1555", "671.1555"), ("95", "95.00"), ("0.12345", "0.1235"), ("1234.5", "1,234.50")],
)
def test_prices_have_two_places_at_least(amount, text):
    assert price(Decimal(amount)) == text


def test_a_flat_line_is_still_a_line():
    assert spark([5.0, 5.0, 5.0]) == "0.0,20.0 35.0,20.0 70.0,20.0"
    assert spark([5.0]) == ""
