import pytest

from quorate.kernel.action import AbstainReason, Action, DecisionReason, FinalAction


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        pytest.param(Action, "BUY SELL HOLD ABSTAIN", id="what an agent may want"),
        pytest.param(FinalAction, "BUY SELL HOLD NO_TRADE", id="what a run may conclude"),
        pytest.param(
            AbstainReason,
            "no_setup no_data not_a_voter timeout provider_error breaker_open budget_exhausted",
            id="why an agent abstains",
        ),
    ],
)
def test_the_words_are_the_closed_list_of_the_design(words, listed):
    """Source: DESIGN 15."""
    assert [word.value for word in words] == listed.split()


def test_every_reason_of_a_decision_is_one_of_the_closed_list():
    """Source: DESIGN 15, of which this part can happen so far."""
    listed = """
        consensus panel quorum_not_met risk_veto no_power_model power_calls_exhausted
        budget_exhausted panel_failed panel_uncertain panel_alone low_confidence
        symbol_quarantined insufficient_history no_data nothing_to_sell trading_paused
        trading_halted backtest_gate risk_denied market_closed
    """
    assert {reason.value for reason in DecisionReason} <= set(listed.split())
