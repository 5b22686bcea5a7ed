"""Each escalation trigger fires on packaged bars; without a power model each ends as NO_TRADE."""

import pytest

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("trigger", "symbol", "as_of", "more"),
    [
        pytest.param("disagreement", "IBM", "2013-02-15", {}, id="disagreement"),
        pytest.param("low_confidence", "GOOG", "2013-03-01", {}, id="low confidence"),
        pytest.param("high_volatility", "AAPL", "2012-05-04", {}, id="high volatility"),
        pytest.param(
            "portfolio_delta",
            "AAPL",
            "2012-10-31",
            {"QUORATE_AGENTS__ENTRY_PCT_EQUITY": "0.02"},
            id="portfolio delta",
        ),
    ],
)
def test_a_doubt_ends_as_no_trade_with_its_trigger(shared_home, trigger, symbol, as_of, more):
    run = shared_home.run("run", symbol, "--as-of", as_of, "--json", **more).json
    (decision,) = run["decisions"]
    assert [each["name"] for each in decision["triggers"] if each["fired"]] == [trigger]
    assert (decision["finalAction"], decision["reasonCode"]) == ("NO_TRADE", "no_power_model")
    assert decision["escalated"] is False


def test_without_the_larger_entry_the_same_session_buys(shared_home):
    run = shared_home.run("run", "AAPL", "--as-of", "2012-10-31", "--json").json
    (decision,) = run["decisions"]
    assert (decision["finalAction"], decision["reasonCode"]) == ("BUY", "consensus")
    assert decision["sizing"]["kind"] == "pct_equity"
