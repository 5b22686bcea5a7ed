"""What a broker tells: an instrument's steps."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.execution.broker import Instrument
from quorate.kernel.ids import Symbol

STOCK = Instrument(
    symbol=Symbol("AAPL"),
    tradable=True,
    fractionable=True,
    around_the_clock=False,
    quantity_step=Decimal("0.000000001"),
    price_step=Decimal("0.01"),
)


@pytest.mark.parametrize(
    ("price", "step"), [("100", "0.01"), ("1", "0.01"), ("0.9999", "0.0001"), ("0.0001", "0.0001")]
)
def test_a_stock_below_a_dollar_has_finer_prices(price, step):
    assert STOCK.price_step_at(Decimal(price)) == Decimal(step)


def test_a_pair_has_one_step_at_every_price():
    pair = replace(STOCK, around_the_clock=True, price_step=Decimal("0.000001"))
    assert pair.price_step_at(Decimal("0.5")) == pair.price_step_at(Decimal(5)) == pair.price_step
