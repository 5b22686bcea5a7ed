"""A wish is cut down to the tightest limit, in whole steps, and says which one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.risk import EntryWish, RiskLimits, sized_entry
from tests.unit.risk.orders import AAPL, CALM, IBM, open_order

LIMITS = RiskLimits()
D = Decimal
WISH = EntryWish(
    symbol=AAPL,
    quantity=D(14),
    price=D(100),
    stop=D(95),
    step=D(1),
    average_volume=D(1_000_000),
)


def sized(account=None, **wish):
    found = sized_entry(replace(WISH, **wish), replace(CALM.account, **(account or {})), LIMITS)
    return found.quantity, found.bound


def test_a_modest_wish_is_granted():
    assert sized() == (D(14), None)


@pytest.mark.parametrize(
    ("account", "wish", "quantity", "bound"),
    [
        ({}, {"quantity": D(1000), "stop": D(50)}, 20, "RISK_EXCEEDS_MAX_PER_TRADE"),
        ({}, {"quantity": D(1000)}, 50, "NOTIONAL_EXCEEDS_MAX_PER_ORDER"),
        ({}, {"quantity": D(1000), "average_volume": D(900)}, 9, "QUANTITY_EXCEEDS_MAXIMUM"),
        ({"worth": {AAPL: D(9000)}}, {"quantity": D(1000)}, 10, "POSITION_EXCEEDS_MAXIMUM"),
        ({"worth": {IBM: D("99500.5")}}, {"quantity": D(1000)}, 4, "GROSS_EXPOSURE"),
        ({"buying_power": D(1000)}, {"quantity": D(1000)}, 9, "NOTIONAL_EXCEEDS_FREE_BALANCE"),
        (
            {"buying_power": D(2000), "open_orders": (open_order(),)},
            {"quantity": D(1000)},
            9,
            "NOTIONAL_EXCEEDS_FREE_BALANCE",
        ),
        ({"worth": {AAPL: D(99_000)}}, {}, 0, "POSITION_EXCEEDS_MAXIMUM"),
        ({}, {"stop": D(100)}, 0, "RISK_ZERO_WITH_SIZE"),
        ({}, {"stop": D(101)}, 0, "RISK_ZERO_WITH_SIZE"),
        ({}, {"price": D(0)}, 0, "RISK_ZERO_WITH_SIZE"),
        ({"equity": D(0)}, {}, 0, "RISK_ZERO_WITH_SIZE"),
    ],
)
def test_the_tightest_limit_decides(account, wish, quantity, bound):
    assert sized(account, **wish) == (quantity, bound)


def test_shares_come_in_the_brokers_steps():
    assert sized(quantity=D("13.99")) == (D(13), None)
    assert sized(quantity=D("0.123456789"), step=D("0.0001")) == (D("0.1234"), None)
