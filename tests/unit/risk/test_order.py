"""An order that contradicts itself is none."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.kernel.errors import ConflictError, InvariantBrokenError, RejectedError
from quorate.risk import (
    TRADING_TABLE,
    Leg,
    OrderKind,
    RiskLimits,
    Side,
    TradingEvent,
    TradingState,
)
from tests.unit.risk.orders import ENTRY, EXIT


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": Decimal("NaN")},
        {"quantity": Decimal("Infinity")},
        {"protective_stop": Decimal("-Infinity")},
        {"kind": OrderKind.MARKET},
        {"price": None},
        {"side": Side.SELL},
        {"leg": Leg.STOP},
    ],
)
def test_it_is_refused(change):
    with pytest.raises(InvariantBrokenError):
        replace(ENTRY, **change)


def test_all_but_an_entry_only_reduce():
    assert not ENTRY.reduce_only
    assert EXIT.reduce_only


@pytest.mark.parametrize(
    "change",
    [
        {"max_order_equity": Decimal("1.1")},
        {"limit_collar": Decimal(0)},
        {"decision_ttl_s": Decimal(0)},
        {"max_orders_per_day": 0},
        {"min_order_usd": Decimal(5000)},
        {"reducing_day_loss": Decimal("0.04")},
    ],
)
def test_limits_under_which_a_check_could_not_hold_are_refused(change):
    with pytest.raises(RejectedError):
        RiskLimits(**change)


MOVES = {
    ("ACTIVE", "reduce"): "REDUCING",
    ("ACTIVE", "halt"): "HALTED",
    ("REDUCING", "reduce"): "REDUCING",
    ("REDUCING", "halt"): "HALTED",
    ("REDUCING", "resume"): "ACTIVE",
    ("HALTED", "reduce"): "HALTED",
    ("HALTED", "halt"): "HALTED",
    ("HALTED", "resume"): "ACTIVE",
}


@pytest.mark.parametrize("state", TradingState)
@pytest.mark.parametrize("event", TradingEvent)
def test_each_pair_of_trading_state_and_event(state, event):
    wanted = MOVES.get((state.value, event.value))
    if wanted is None:
        with pytest.raises(ConflictError):
            TRADING_TABLE.target(state, event)
    else:
        assert TRADING_TABLE.target(state, event) == wanted
