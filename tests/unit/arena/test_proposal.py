from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.agents.profile import Role
from quorate.arena.consensus import reach_consensus
from quorate.arena.proposal import proposed_order
from quorate.kernel.vote import Sizing, SizingKind
from tests.unit.arena.casts import (
    BUY,
    HOLD,
    POLICY,
    SELL,
    answer,
    ballot,
    cast,
    risk_manager,
    scene,
)


def order(votes, at=None):
    consensus = reach_consensus(votes)
    assert consensus is not None
    return proposed_order(consensus, votes, at or scene(), POLICY)


def share(value):
    return Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal(value))


def shares_of_stock(value):
    return Sizing(kind=SizingKind.QTY, value=Decimal(value))


def test_the_smallest_size_asked_for_is_taken():
    votes = [cast(answer(BUY, sizing=share("0.02"))), risk_manager()]
    assert order(votes).sizing == share("0.014")
    votes = [cast(answer(BUY, sizing=share("0.01"))), risk_manager()]
    assert order(votes).sizing == share("0.01")


def test_a_dissenter_has_no_say_in_the_size():
    votes = [*ballot(BUY, BUY), cast(answer(SELL, sizing=share("0.001")), "z"), risk_manager()]
    assert order(votes).sizing == share("0.014")


def test_quantities_are_compared_by_their_worth():
    votes = [cast(answer(BUY, sizing=shares_of_stock("1"))), risk_manager()]
    placed = order(votes)
    assert placed.sizing == shares_of_stock("1")
    assert placed.equity_share == Decimal("0.0061986")


def test_a_quantity_that_cannot_be_weighed_counts_as_the_whole_book():
    votes = [cast(answer(BUY, sizing=shares_of_stock("1")))]
    assert order(votes, scene(equity="0")).equity_share == 1


def test_without_any_size_an_entry_takes_the_policys_share():
    assert order(ballot(BUY, BUY)).sizing == share("0.014")


def test_both_exits_come_from_one_adviser_risk_managers_first():
    supporter = cast(answer(BUY, stop="610", target="700"), "a")
    placed = order([supporter, risk_manager()])
    assert (placed.stop, placed.target) == (Decimal("600.01"), Decimal("649.64"))
    placed = order([supporter])
    assert (placed.stop, placed.target) == (Decimal(610), Decimal(700))
    placed = order([cast(answer(BUY), "a")])
    assert (placed.stop, placed.target) == (None, None)


def test_of_two_risk_managers_the_first_by_name_states_the_exits():
    other = cast(answer(BUY, stop="605", target="640"), "cautious", Role.RISK_MANAGER)
    for votes in ([other, risk_manager()], [risk_manager(), other]):
        assert order(votes).stop == Decimal(605)


@pytest.mark.parametrize(
    ("horizons", "shortest"),
    [
        pytest.param([20, 5], 5, id="shortest"),
        pytest.param([None, 10], 10, id="one stated"),
        pytest.param([None, None], None, id="none stated"),
    ],
)
def test_the_shortest_horizon_of_the_supporters_counts(horizons, shortest):
    votes = [
        cast(answer(BUY, horizon=horizon), name)
        for name, horizon in zip("ab", horizons, strict=True)
    ]
    assert order(votes).horizon == shortest


def test_a_sell_leaves_the_whole_position():
    placed = order(ballot(SELL, SELL), scene(held="10"))
    assert placed.sizing == shares_of_stock("10")
    assert placed.equity_share == Decimal("0.061986")
    assert placed.stop is None


def test_nothing_changes_hands_on_hold_or_without_a_position():
    assert order(ballot(HOLD, HOLD)) is None
    assert order(ballot(SELL, SELL)) is None


def test_the_order_of_the_votes_changes_nothing():
    votes = [*ballot(BUY, BUY), risk_manager(), replace(risk_manager(), profile="another")]
    assert order(votes) == order(votes[::-1])
