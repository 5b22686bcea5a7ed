"""The auditor: whatever the steps say of themselves, what is wrong in the raw trace is found."""

import ast
import copy
from pathlib import Path

import pytest

from quorate.audit import auditor
from quorate.audit.auditor import audited
from quorate.kernel.step_message import ACTION_OF, StepName

ENTRY = {
    "decisionId": "dec_1",
    "symbol": "AAPL",
    "leg": "entry",
    "quantity": "10",
    "price": "100.00",
    "protectiveStop": "95.00",
    "approved": True,
}
SENT = {**ENTRY, "clientOrderId": "a1-x"}
STOP = {**ENTRY, "leg": "stop", "price": "95.00", "clientOrderId": "a1-y"}

DATA = {
    "DataFetching": {"symbols": {"AAPL": {"close": "100.00", "previousClose": "101.00"}}},
    "MarketAnalysis": {
        "analysis": {},
        "regime": {"overall": "bullish", "symbols": {"AAPL": "bullish"}},
        "downtrend_detected": False,
    },
    "Backtesting": {"backtest_results": {"AAPL": {"passed": True}}},
    "RiskManagement": {"position_approved": True, "equity": "100000", "orders": [ENTRY]},
    "Execution": {"trade_executed": True, "orders": [SENT]},
    "Monitoring": {},
}


def message(agent, data=None, error=None):
    return {
        "agent": agent,
        "action": ACTION_OF[StepName(agent)],
        "timestamp": "2012-06-29T20:00:00.000Z",
        "success": error is None,
        "data": copy.deepcopy(DATA[agent] if data is None else data),
        "error": error,
    }


def trace(**changes):
    """Return a whole cycle's trace; a change is put into the data of the step that it names."""
    entries = [message(agent) for agent in DATA]
    for entry in entries:
        entry["data"].update(changes.get(entry["agent"], {}))
    return entries


def risking(**changes):
    """Return a trace whose order was changed in the same way when it was approved and executed."""
    return trace(
        RiskManagement={"orders": [{**ENTRY, **changes}]},
        Execution={"orders": [{**SENT, **changes}]},
    )


def violations(entries):
    return list(audited(entries).violations)


def test_a_clean_cycle_passes():
    assert audited(trace()).passed


def test_a_cycle_that_executed_nothing_passes():
    quiet = trace(
        RiskManagement={"orders": [], "position_approved": False},
        Execution={"orders": [], "trade_executed": False},
    )
    assert audited(quiet).passed


@pytest.mark.parametrize("done", range(6))
def test_a_cycle_that_failed_at_a_step_passes_as_far_as_it_came(done):
    entries = trace()[:done]
    failed = message(list(DATA)[done], {}, error="the broker gave no answer")
    assert audited([*entries, failed]).passed


# The origin's nine defects (REQUIREMENTS, R-021 to R-026), those that an auditor can have.


def test_defect_a_a_risk_above_one_percent_fires_whatever_the_risk_step_called_it():
    entries = risking(quantity="201")
    entries[3]["data"]["total_risk_pct"] = "0.1"
    (said,) = violations(entries)
    assert "risks 1.005% of equity" in said


def test_defect_a_a_risk_of_exactly_one_percent_does_not_fire():
    assert audited(risking(quantity="200")).passed


def test_defect_b_a_size_is_held_against_the_account_and_not_against_one():
    assert audited(risking(quantity="50")).passed


def test_defect_d_an_empty_trace_is_a_violation():
    assert violations([]) == ["the trace is empty"]


@pytest.mark.parametrize("wrong", [None, "NaN", "Infinity", "abc", 100000, "", True])
def test_defect_d_what_cannot_be_checked_is_a_violation(wrong):
    assert violations(trace(RiskManagement={"equity": wrong}))
    assert violations(risking(protectiveStop=wrong))
    assert violations(risking(quantity=wrong))
    fetched = {"symbols": {"AAPL": {"close": wrong, "previousClose": "101"}}}
    assert violations(trace(DataFetching=fetched))


@pytest.mark.parametrize("price", ["0", "-1"])
def test_a_price_of_nothing_is_a_violation(price):
    fetched = {"symbols": {"AAPL": {"close": "100", "previousClose": price}}}
    assert violations(trace(DataFetching=fetched))


def test_defect_e_a_trace_of_two_cycles_is_not_one_of_one():
    assert violations([*trace(), *trace()])


def test_audit_1_a_fall_beyond_five_percent_must_be_called_bearish():
    fetched = {"symbols": {"AAPL": {"close": "94.99", "previousClose": "100.00"}}}
    said = violations(trace(DataFetching=fetched))
    assert said[0] == "AAPL fell by more than 5 % and its regime is 'bullish'"
    assert any("downtrend_detected is False" in each for each in said)
    assert any("an entry was executed in a bearish market" in each for each in said)


def test_audit_1_a_fall_that_is_called_bearish_and_not_bought_passes():
    entries = trace(
        DataFetching={"symbols": {"AAPL": {"close": "94.99", "previousClose": "100.00"}}},
        MarketAnalysis={
            "regime": {"overall": "bearish", "symbols": {"AAPL": "bearish"}},
            "downtrend_detected": True,
        },
        RiskManagement={"orders": [], "position_approved": False},
        Execution={"orders": [], "trade_executed": False},
    )
    assert audited(entries).passed


def test_audit_1_a_fall_of_five_percent_need_not_be():
    fetched = {"symbols": {"AAPL": {"close": "95.00", "previousClose": "100.00"}}}
    assert audited(trace(DataFetching=fetched)).passed


def test_audit_1_one_bearish_symbol_stops_every_entry():
    regime = {"overall": "bearish", "symbols": {"AAPL": "bullish", "IBM": "bearish"}}
    (said,) = violations(trace(MarketAnalysis={"regime": regime}))
    assert "bearish market: the entry of AAPL" in said


def test_audit_1_an_exit_is_executed_in_a_bearish_market():
    regime = {"overall": "bearish", "symbols": {"AAPL": "bearish"}}
    exits = {"leg": "exit"}
    entries = risking(**exits)
    entries[1]["data"]["regime"] = regime
    assert audited(entries).passed


def test_audit_1_the_word_for_all_must_fit_the_words_for_each():
    regime = {"overall": "bearish", "symbols": {"AAPL": "bullish"}}
    assert violations(trace(MarketAnalysis={"regime": regime}))


def test_audit_1_a_downtrend_that_nobody_sees_is_a_violation():
    assert violations(trace(MarketAnalysis={"downtrend_detected": True}))


def test_audit_2_an_order_that_nobody_approved_is_a_violation():
    for orders in ([], [{**ENTRY, "approved": False}], [{**ENTRY, "decisionId": "dec_2"}]):
        approved = any(order["approved"] for order in orders)
        entries = trace(RiskManagement={"orders": orders, "position_approved": approved})
        assert any("without an approval" in said for said in violations(entries))


def test_audit_2_no_more_is_executed_than_was_approved():
    assert any(
        "larger than" in said
        for said in violations(trace(Execution={"orders": [{**SENT, "quantity": "11"}]}))
    )
    assert audited(trace(Execution={"orders": [{**SENT, "quantity": "9"}]})).passed


def test_audit_2_a_stop_is_not_moved_after_the_approval():
    moved = {"orders": [{**SENT, "protectiveStop": "96.00"}]}
    assert any("another stop" in said for said in violations(trace(Execution=moved)))


def test_audit_2_the_flag_must_fit_the_orders():
    assert violations(trace(RiskManagement={"position_approved": False}))


def test_audit_3_a_size_without_a_risk_is_a_violation():
    for stop in ("100.00", "101.00"):
        (said,) = violations(risking(protectiveStop=stop))
        assert "a size and a risk of zero" in said


@pytest.mark.parametrize("quantity", ["0", "-5"])
def test_audit_3_an_entry_of_nothing_is_a_violation(quantity):
    assert any("no size" in said for said in violations(risking(quantity=quantity)))


def test_a_leg_that_nobody_knows_is_judged_as_an_entry():
    assert any("risks" in said for said in violations(risking(leg="hedge", quantity="201")))


def test_an_entry_whose_backtest_did_not_pass_is_a_violation():
    for results in ({"AAPL": {"passed": False}}, {"AAPL": {}}, {}):
        assert violations(trace(Backtesting={"backtest_results": results}))


def test_what_the_execution_says_of_itself_must_fit_its_orders():
    assert violations(trace(Execution={"trade_executed": False}))


def test_two_orders_of_one_id_are_a_violation():
    protected = {"orders": [ENTRY, {**STOP, "clientOrderId": ""}], "position_approved": True}
    for ids in (("a1-x", "a1-x"), ("a1-x", ""), ("a1-x", None)):
        orders = [{**SENT, "clientOrderId": ids[0]}, {**STOP, "clientOrderId": ids[1]}]
        entries = trace(RiskManagement=protected, Execution={"orders": orders})
        assert any("share an id" in said for said in violations(entries))


@pytest.mark.parametrize("step", ["RiskManagement", "Execution"])
@pytest.mark.parametrize("orders", [None, {}, ["text"], [None]])
def test_orders_that_are_none_are_a_violation(step, orders):
    assert violations(trace(**{step: {"orders": orders}}))


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ("DataFetching", "symbols"),
        ("MarketAnalysis", "regime"),
        ("MarketAnalysis", "downtrend_detected"),
        ("Backtesting", "backtest_results"),
        ("RiskManagement", "position_approved"),
        ("RiskManagement", "equity"),
        ("RiskManagement", "orders"),
        ("Execution", "trade_executed"),
        ("Execution", "orders"),
    ],
)
def test_each_fact_is_needed(step, key):
    entries = trace()
    del entries[list(DATA).index(step)]["data"][key]
    assert violations(entries)


@pytest.mark.parametrize("place", range(5))
def test_a_step_that_is_left_out_is_a_violation(place):
    entries = trace()
    del entries[place]
    assert violations(entries)


def test_a_cycle_that_stopped_without_a_failure_is_a_violation():
    assert violations(trace()[:4]) == ["the cycle ended after RiskManagement, which did not fail"]


def test_steps_in_another_order_are_a_violation():
    entries = trace()
    entries[2], entries[3] = entries[3], entries[2]
    assert violations(entries)


def test_a_step_after_a_failure_is_a_violation():
    entries = trace()
    entries[3] = message("RiskManagement", {}, error="it broke")
    assert violations(entries)[0] == "Execution ran after a step that failed"


@pytest.mark.parametrize("entry", [None, [], "text", {"agent": "Execution"}])
def test_what_is_no_message_is_a_violation(entry):
    assert violations([entry])


def test_it_knows_the_kernel_and_nothing_else():
    tree = ast.parse(Path(auditor.__file__).read_text())
    rooms = {
        node.module.split(".")[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("quorate.")
    }
    assert rooms == {"kernel"}
