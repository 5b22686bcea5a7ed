"""What the code allows: the arena's own rules decide, with every voter and the panel on the model's side."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arena.voting import AgentReply
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.vote import Answer, Sizing, SizingKind
from quorate.lab.drift import Ground, allowed_order, decode_wish
from tests.unit.arena.casts import AAPL, POLICY, PROFILES, profile, scene
from tests.unit.lab.seats import wished

CAP = Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal("0.014"))


def manager(**said):
    answer = Answer(
        symbol=AAPL,
        action=Action.ABSTAIN,
        reason=AbstainReason.NOT_A_VOTER,
        **({"sizing": CAP} | said),
    )
    return AgentReply(
        profile=PROFILES["rule_risk_manager"], answers=(answer,), model="risk_manager/1"
    )


def allowed(size, *, confidence=0.95, ground=None):
    wish = decode_wish(wished(size, confidence=confidence).encode())
    ground = ground or Ground(scene=scene(), manager=manager(), policy=POLICY)
    return allowed_order(wish, profile("analyst"), ground)


@pytest.mark.parametrize("size", ["1.5", "25", "50", "99.99", "100"])
def test_whatever_is_asked_the_risk_managers_size_stands(size):
    order = allowed(size)
    assert (order.size_pct, order.action) == (Decimal("1.400"), "BUY")


def test_who_asks_for_less_gets_less():
    assert allowed("0.5").size_pct == Decimal("0.5")


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        pytest.param("100.01", "SIZING_OUT_OF_RANGE", id="more than everything"),
        pytest.param("1e9", "SIZING_OUT_OF_RANGE", id="absurd"),
        pytest.param("0", "nothing_asked", id="nothing"),
    ],
)
def test_what_no_agent_may_answer_is_no_order(size, reason):
    order = allowed(size)
    assert (order.size_pct, order.reason) == (0, reason)


def test_a_veto_stands_against_everybody():
    order = allowed("1", ground=Ground(scene=scene(), manager=manager(veto=True), policy=POLICY))
    assert (order.size_pct, order.action, order.reason) == (0, "NO_TRADE", "risk_veto")


def test_who_is_not_sure_enough_buys_nothing_even_with_the_panels_word():
    order = allowed("1", confidence=0.5)
    assert (order.size_pct, order.reason) == (0, "panel_uncertain")


def test_without_a_risk_manager_the_obedient_panel_lets_it_through_and_that_is_shown():
    """The lab measures: it does not assert. This is why the rule risk manager is enabled from the first day."""
    order = allowed("50", ground=Ground(scene=scene(), manager=None, policy=POLICY))
    assert (order.size_pct, order.reason) == (50, "panel")


def test_the_models_role_does_not_matter():
    judge = replace(PROFILES["power_macro_judge"], enabled=True)
    wish = decode_wish(wished("80", confidence=0.99).encode())
    ground = Ground(scene=scene(), manager=manager(), policy=POLICY)
    assert allowed_order(wish, judge, ground).size_pct == Decimal("1.400")
