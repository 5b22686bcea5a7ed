"""A trader: what was asked for is read field by field, and nothing that no book could be kept for gets through."""

from decimal import Decimal

import pytest

from quorate.arena.competition.trader import (
    RegisteredTrader,
    TraderLimits,
    UnfitTraderError,
    edited,
    from_payload,
    new_trader,
    to_payload,
    trader_json,
)
from quorate.arena.record.facts import Facts
from quorate.portfolio import PortfolioPolicy

ASKED = {"name": "three-heads", "profiles": ["trend", "momentum"], "maxDrawdown": "0.05"}


def broken(asked):
    with pytest.raises(UnfitTraderError) as caught:
        new_trader(asked)
    return {each.key for each in caught.value.violations}


def test_what_was_asked_for_is_read_and_comes_back_without_loss():
    made = new_trader({**ASKED, "entryEquity": 0.02, "title": " Three heads "})
    assert (made.name, made.title, made.label) == ("three-heads", "Three heads", "Three heads")
    assert (made.profiles, made.strategy) == (("trend", "momentum"), None)
    assert (made.entry_equity, made.limits.max_drawdown) == (Decimal("0.02"), Decimal("0.05"))
    assert from_payload(Facts(dict(to_payload(made)))) == made
    assert trader_json(RegisteredTrader(made, 3)) == {
        **to_payload(made),
        "version": 3,
        "archived": False,
    }


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        pytest.param({"name": "Three Heads"}, {"name"}, id="no name"),
        pytest.param({"name": "buy_and_hold"}, {"name"}, id="a baseline's name"),
        pytest.param({"profiles": []}, {"profiles"}, id="nobody decides"),
        pytest.param({"strategy": "swing"}, {"profiles"}, id="agents and a strategy"),
        pytest.param({"profiles": ["trend", "trend"]}, {"profiles"}, id="one agent twice"),
        pytest.param({"profiles": [f"a{n}" for n in range(10)]}, {"profiles"}, id="a crowd"),
        pytest.param({"profiles": "trend"}, {"profiles"}, id="no list"),
        pytest.param({"maxDrawdown": "1.5"}, {"maxDrawdown"}, id="more than all"),
        pytest.param({"maxDrawdown": "0"}, {"maxDrawdown"}, id="nothing at all"),
        pytest.param({"entryEquity": "NaN"}, {"entryEquity"}, id="no number"),
        pytest.param({"entryEquity": True}, {"entryEquity"}, id="a switch"),
        pytest.param({"title": "two\nlines"}, {"title"}, id="two lines"),
        pytest.param({"colour": "red"}, {"colour"}, id="a field that nobody knows"),
        pytest.param({"maxDrawdown": "a", "title": 5}, {"maxDrawdown", "title"}, id="all at once"),
    ],
)
def test_what_cannot_be_is_said_of_every_field(changes, keys):
    assert broken(ASKED | changes) == keys


def test_an_edit_changes_what_it_names_and_the_name_is_for_ever():
    made = new_trader(ASKED)
    after = edited(made, {"maxDrawdown": "none", "description": "slow"})
    assert (after.limits.max_drawdown, after.description) == (None, "slow")
    assert after.profiles == made.profiles
    with pytest.raises(UnfitTraderError, match="for ever"):
        edited(made, {"name": "other"})


def test_who_names_a_strategy_leaves_the_agents_and_the_other_way_round():
    follows = edited(new_trader(ASKED), {"strategy": "swing"})
    assert (follows.strategy, follows.profiles) == ("swing", ())
    again = edited(follows, {"profiles": ["trend"]})
    assert (again.strategy, again.profiles) == (None, ("trend",))


def test_a_limit_of_its_own_only_ever_tightens():
    house = PortfolioPolicy()
    own = TraderLimits(max_drawdown=Decimal("0.05"), max_order_equity=Decimal("0.5")).over(house)
    assert own.max_drawdown == Decimal("0.05")
    assert own.max_order_equity == house.max_order_equity
    assert TraderLimits().over(house) == house


def test_every_state_has_a_revision_of_its_own():
    made = new_trader(ASKED)
    other = edited(made, {"title": "x"})
    states = [RegisteredTrader(made, 1), RegisteredTrader(made, 2), RegisteredTrader(other, 2)]
    assert len({each.revision for each in states}) == 3
