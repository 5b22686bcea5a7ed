"""Each of the 28 checks: below, at and above its limit, and with what it needs missing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.portfolio.book import BookMode
from quorate.risk import CHECKS, Leg, OrderKind, Outcome, RiskLimits, Side, TradingState, assess
from tests.unit.risk.orders import AAPL, CALM, ENTRY, EXIT, IBM, at, open_order, sold

LIMITS = RiskLimits()
D = Decimal
MARKET = replace(ENTRY, kind=OrderKind.MARKET, price=None)


def of(quantity, order=ENTRY):
    return replace(order, quantity=D(quantity), intended_quantity=D(quantity))


def limit(price, order=ENTRY):
    return replace(order, price=D(price))


def stop(price):
    return replace(ENTRY, protective_stop=D(price) if price else None)


def stops(count, ago, *others):
    return {"exits": (*(sold(ago, symbol=IBM, stopped=True) for _ in range(count)), *others)}


def with_open_buy(worth):
    """Return an account that holds so much of another symbol, and has $1,000 of it on order."""
    return {"worth": {IBM: D(worth)}, "open_orders": (open_order(),)}


STOP = replace(EXIT, leg=Leg.STOP, kind=OrderKind.STOP, price=D("95.00"))
FLATTEN = replace(EXIT, leg=Leg.FLATTEN, kind=OrderKind.MARKET, price=None)
NO_EDGE = {"minutes_since_open": None, "minutes_to_close": None}
RESTING = open_order(symbol=AAPL, side=Side.SELL, is_protective=True)

CASES = [
    (1, ENTRY, at(), None),
    (1, ENTRY, at(system={"trading_state": TradingState.REDUCING}), "TRADING_STATE_REDUCING"),
    (1, ENTRY, at(system={"trading_state": TradingState.HALTED}), "TRADING_HALTED"),
    (1, EXIT, at(system={"trading_state": TradingState.HALTED}), None),
    (2, ENTRY, at(), None),
    (2, ENTRY, at(system={"breaker_open": True}), "CIRCUIT_OPEN"),
    (3, ENTRY, at(), None),
    (3, ENTRY, at(decision=None), "DECISION_NOT_APPROVED"),
    (3, ENTRY, at(decision={"hash": "other"}), "DECISION_NOT_APPROVED"),
    (3, ENTRY, at(decision={"decision_id": "dec_2"}), "DECISION_NOT_APPROVED"),
    (3, ENTRY, at(decision={"acts": False}), "DECISION_NOT_APPROVED"),
    (4, ENTRY, at(decision={"age_s": D("59.999")}), None),
    (4, ENTRY, at(decision={"age_s": D(60)}), None),
    (4, ENTRY, at(decision={"age_s": D("60.001")}), "DECISION_EXPIRED"),
    (4, ENTRY, at(decision=None), "DECISION_EXPIRED"),
    (4, EXIT, at(decision={"age_s": D(61)}), "DECISION_EXPIRED"),
    (4, replace(EXIT, leg=Leg.STOP), at(decision={"age_s": D(10**6)}), None),
    (5, ENTRY, at(decision={"confidence": D("0.619")}), "CONFIDENCE_BELOW_MINIMUM"),
    (5, ENTRY, at(decision={"confidence": D("0.62")}), None),
    (5, ENTRY, at(decision={"confidence": D("0.621")}), None),
    (5, ENTRY, at(decision={"confidence": None}), "CONFIDENCE_BELOW_MINIMUM"),
    (5, ENTRY, at(decision=None), "CONFIDENCE_BELOW_MINIMUM"),
    (6, ENTRY, at(), None),
    (6, ENTRY, at(decision={"vetoed": True}), "RISK_MANAGER_VETO"),
    (6, ENTRY, at(decision=None), "RISK_MANAGER_VETO"),
    (7, ENTRY, at(market={"quote_age_s": D("14.9")}), None),
    (7, ENTRY, at(market={"quote_age_s": D(15)}), None),
    (7, ENTRY, at(market={"quote_age_s": D("15.1")}), "MARKET_DATA_STALE"),
    (7, ENTRY, at(market={"quote_age_s": None}), "MARKET_DATA_STALE"),
    (7, ENTRY, at(mode=BookMode.REPLAY), None),
    (7, ENTRY, at(mode=BookMode.REPLAY, market={"is_fresh_bar": False}), "MARKET_DATA_STALE"),
    (7, ENTRY, at(mode=BookMode.REPLAY, market={"is_fresh_bar": None}), "MARKET_DATA_STALE"),
    (8, ENTRY, at(market={"bid": D("99.51"), "ask": D("100.49")}), None),
    (8, ENTRY, at(market={"bid": D("99.50"), "ask": D("100.50")}), None),
    (8, ENTRY, at(market={"bid": D("99.49"), "ask": D("100.51")}), "SPREAD_EXCEEDS_MAXIMUM"),
    (8, ENTRY, at(market={"bid": D("100.01"), "ask": D("100.00")}), "QUOTE_CROSSED"),
    (8, ENTRY, at(market={"bid": D(100), "ask": D(100)}), None),
    (8, ENTRY, at(market={"bid": None}), "SPREAD_EXCEEDS_MAXIMUM"),
    (8, ENTRY, at(market={"ask": None}), "SPREAD_EXCEEDS_MAXIMUM"),
    (8, ENTRY, at(market={"bid": D(0)}), "SPREAD_EXCEEDS_MAXIMUM"),
    (8, ENTRY, at(market={"ask": D(0)}), "SPREAD_EXCEEDS_MAXIMUM"),
    (9, ENTRY, at(), None),
    (9, ENTRY, at(instrument=None), "INSTRUMENT_NOT_FOUND"),
    (9, ENTRY, at(instrument={"tradable": False}), "INSTRUMENT_NOT_TRADABLE"),
    (9, ENTRY, at(instrument={"allowed": False}), "INSTRUMENT_RESTRICTED"),
    (10, limit("102.99"), at(), None),
    (10, limit("103.00"), at(), None),
    (10, limit("103.01"), at(), "PRICE_OUTSIDE_COLLAR"),
    (10, limit("96.99"), at(), "PRICE_OUTSIDE_COLLAR"),
    (10, limit("97.00"), at(), None),
    (10, MARKET, at(), None),
    (10, MARKET, at(market={"bid": D("99.90"), "ask": D("100.10")}), None),
    (10, MARKET, at(market={"bid": D("99.89"), "ask": D("100.10")}), "PRICE_OUTSIDE_COLLAR"),
    (10, MARKET, at(market={"bid": None}), "PRICE_OUTSIDE_COLLAR"),
    (10, replace(EXIT, kind=OrderKind.STOP, leg=Leg.STOP, price=D(90)), at(), None),
    (10, ENTRY, at(market={"before": D("95.24")}), None),
    (10, ENTRY, at(market={"before": D("95.23")}), "PRICE_OUTSIDE_COLLAR"),
    (10, ENTRY, at(market={"before": None}), "PRICE_OUTSIDE_COLLAR"),
    (10, EXIT, at(market={"before": D(200)}), None),
    (10, EXIT, at(market={"before": None}), None),
    (10, replace(EXIT, kind=OrderKind.MARKET, price=None), at(market={"before": D(200)}), None),
    (10, limit("96.99", EXIT), at(), "PRICE_OUTSIDE_COLLAR"),
    (10, FLATTEN, at(market={"bid": D("99.60"), "ask": D("100.40")}), None),
    (8, FLATTEN, at(market={"bid": D("99.40"), "ask": D("100.60")}), "SPREAD_EXCEEDS_MAXIMUM"),
    (10, ENTRY, at(market={"before": D(0)}), "PRICE_OUTSIDE_COLLAR"),
    (10, ENTRY, at(market={"reference": None}), "PRICE_OUTSIDE_COLLAR"),
    (10, ENTRY, at(market={"reference": D(0)}), "PRICE_OUTSIDE_COLLAR"),
    (11, of("49"), at(), None),
    (11, of("50"), at(), None),
    (11, of("51"), at(), "NOTIONAL_EXCEEDS_MAX_PER_ORDER"),
    (11, of("11"), at(account={"equity": D(20_000)}), "NOTIONAL_EXCEEDS_MAX_PER_ORDER"),
    (11, of("10"), at(account={"equity": D(20_000)}), None),
    (11, of("0.01"), at(), None),
    (11, of("0.0101"), at(), None),
    (11, of("0.0099"), at(), "NOTIONAL_BELOW_MINIMUM"),
    (11, of("1000", EXIT), at(), None),
    (11, MARKET, at(market={"reference": None}), "NOTIONAL_EXCEEDS_MAX_PER_ORDER"),
    (12, of("499"), at(), None),
    (12, of("500"), at(), None),
    (12, of("501"), at(), "QUANTITY_EXCEEDS_MAXIMUM"),
    (12, of("100"), at(market={"average_volume": D(10_000)}), None),
    (12, of("101"), at(market={"average_volume": D(10_000)}), "QUANTITY_EXCEEDS_MAXIMUM"),
    (12, of("1.5"), at(), "QUANTITY_PRECISION"),
    (12, of("0"), at(), "QUANTITY_PRECISION"),
    (12, of("-1"), at(), "QUANTITY_PRECISION"),
    (12, limit("100.005"), at(), "PRICE_INCREMENT"),
    (12, ENTRY, at(instrument=None), "QUANTITY_PRECISION"),
    (12, ENTRY, at(market={"average_volume": None}), "QUANTITY_EXCEEDS_MAXIMUM"),
    (12, of("501", EXIT), at(market={"average_volume": None}), None),
    (12, of("1.5", EXIT), at(), "QUANTITY_PRECISION"),
    (13, of("200"), at(), None),
    (13, of("199"), at(), None),
    (13, of("201"), at(), "RISK_EXCEEDS_MAX_PER_TRADE"),
    (13, stop("100.00"), at(), "RISK_ZERO_WITH_SIZE"),
    (13, stop("101.00"), at(), "RISK_ZERO_WITH_SIZE"),
    (13, stop(None), at(), "RISK_EXCEEDS_MAX_PER_TRADE"),
    (13, ENTRY, at(market={"reference": None}), "RISK_EXCEEDS_MAX_PER_TRADE"),
    (13, ENTRY, at(account={"equity": D(0)}), "RISK_EXCEEDS_MAX_PER_TRADE"),
    (14, of("89"), at(), None),
    (14, of("90"), at(), None),
    (14, of("91"), at(), "POSITION_EXCEEDS_MAXIMUM"),
    (14, of("80"), at(account={"open_orders": (open_order(symbol=AAPL),)}), None),
    (
        14,
        of("81"),
        at(account={"open_orders": (open_order(symbol=AAPL),)}),
        "POSITION_EXCEEDS_MAXIMUM",
    ),
    (14, ENTRY, at(account={"worth": {IBM: D(99_000)}}), None),
    (14, ENTRY, at(account={"worth": {IBM: D("98999.99")}}), None),
    (14, ENTRY, at(account={"worth": {IBM: D("99000.01")}}), "GROSS_EXPOSURE"),
    (14, ENTRY, at(account=with_open_buy(98_000)), None),
    (14, ENTRY, at(account=with_open_buy("98000.01")), "GROSS_EXPOSURE"),
    (14, MARKET, at(market={"reference": None}), "POSITION_EXCEEDS_MAXIMUM"),
    (14, ENTRY, at(account={"equity": D(0)}), "POSITION_EXCEEDS_MAXIMUM"),
    (15, of("9.5"), at(account={"buying_power": D(1000)}), None),
    (15, of("9.4"), at(account={"buying_power": D(1000)}), None),
    (15, of("9.6"), at(account={"buying_power": D(1000)}), "NOTIONAL_EXCEEDS_FREE_BALANCE"),
    (
        15,
        ENTRY,
        at(account={"buying_power": D(2000), "open_orders": (open_order(),)}),
        "NOTIONAL_EXCEEDS_FREE_BALANCE",
    ),
    (15, ENTRY, at(account={"buying_power": D(2106), "open_orders": (open_order(),)}), None),
    (15, MARKET, at(market={"reference": None}), "NOTIONAL_EXCEEDS_FREE_BALANCE"),
    (15, of("10", EXIT), at(), None),
    (15, of("9", EXIT), at(), None),
    (15, of("11", EXIT), at(), "SHORT_POSITION"),
    (16, ENTRY, at(activity={"repeats_today": 4}), None),
    (16, ENTRY, at(activity={"repeats_today": 5}), "REPEATED_EXECUTION"),
    (16, ENTRY, at(activity={"repeats_today": 6}), "REPEATED_EXECUTION"),
    (17, ENTRY, at(activity={"orders_last_minute": 9}), None),
    (17, ENTRY, at(activity={"orders_last_minute": 10}), "RATE_LIMIT_EXCEEDED"),
    (17, ENTRY, at(activity={"orders_last_minute": 11}), "RATE_LIMIT_EXCEEDED"),
    (17, EXIT, at(activity={"orders_last_minute": 10}), "RATE_LIMIT_EXCEEDED"),
    (17, ENTRY, at(activity={"orders_today": 49}), None),
    (17, ENTRY, at(activity={"orders_today": 50}), "RATE_LIMIT_EXCEEDED"),
    (17, ENTRY, at(activity={"orders_today": 51}), "RATE_LIMIT_EXCEEDED"),
    (17, EXIT, at(activity={"orders_today": 50}), None),
    (17, ENTRY, at(activity={"calls_last_minute": 149}), None),
    (17, ENTRY, at(activity={"calls_last_minute": 150}), "RATE_LIMIT_EXCEEDED"),
    (17, ENTRY, at(activity={"calls_last_minute": 151}), "RATE_LIMIT_EXCEEDED"),
    (18, ENTRY, at(account={"open_orders": (open_order(symbol=AAPL, age_s=D("300.1")),)}), None),
    (
        18,
        ENTRY,
        at(account={"open_orders": (open_order(symbol=AAPL, age_s=D(300)),)}),
        "DUPLICATE_ORDER",
    ),
    (
        18,
        ENTRY,
        at(account={"open_orders": (open_order(symbol=AAPL, age_s=D(299)),)}),
        "DUPLICATE_ORDER",
    ),
    (18, ENTRY, at(account={"open_orders": (open_order(symbol=AAPL, quantity=D(11)),)}), None),
    (18, ENTRY, at(account={"open_orders": (open_order(),)}), None),
    (18, EXIT, at(account={"open_orders": (RESTING,)}), None),
    (
        18,
        EXIT,
        at(account={"open_orders": (replace(RESTING, is_protective=False),)}),
        "DUPLICATE_ORDER",
    ),
    (18, STOP, at(account={"open_orders": (RESTING,)}), None),
    (18, STOP, at(account={"open_orders": (replace(RESTING, is_protective=False),)}), None),
    (19, ENTRY, at(), None),
    (
        19,
        ENTRY,
        at(account={"open_orders": (open_order(symbol=AAPL, side=Side.SELL),)}),
        "WASH_TRADE_RISK",
    ),
    (19, EXIT, at(account={"open_orders": (open_order(symbol=AAPL),)}), "WASH_TRADE_RISK"),
    (19, ENTRY, at(account={"open_orders": (open_order(side=Side.SELL),)}), None),
    (19, ENTRY, at(account={"open_orders": (RESTING,)}), "WASH_TRADE_RISK"),
    (19, STOP, at(account={"open_orders": (open_order(symbol=AAPL, decision_id="dec_1"),)}), None),
    (19, STOP, at(account={"open_orders": (open_order(symbol=AAPL),)}), "WASH_TRADE_RISK"),
    (20, ENTRY, at(account={"equity": D("98000.01")}), None),
    (20, ENTRY, at(account={"equity": D(98_000)}), "DAILY_LOSS_LIMIT"),
    (20, ENTRY, at(account={"equity": D(97_999)}), "DAILY_LOSS_LIMIT"),
    (20, ENTRY, at(account={"equity": D(90_001), "day_start_equity": D(90_001)}), None),
    (20, ENTRY, at(account={"equity": D(90_000), "day_start_equity": D(90_000)}), "MAX_DRAWDOWN"),
    (20, ENTRY, at(account={"equity": D(89_999), "day_start_equity": D(89_999)}), "MAX_DRAWDOWN"),
    (20, ENTRY, at(account={"day_start_equity": D(0)}), "DAILY_LOSS_LIMIT"),
    (20, ENTRY, at(account={"peak_equity": D(0)}), "DAILY_LOSS_LIMIT"),
    (21, ENTRY, at(activity={"exits": (sold(2),)}), None),
    (21, ENTRY, at(activity={"exits": (sold(3),)}), None),
    (21, ENTRY, at(activity={"exits": (sold(1),)}), "COOLDOWN"),
    (21, ENTRY, at(activity={"exits": (sold(1, symbol=IBM),)}), None),
    (21, ENTRY, at(activity=stops(3, 3)), None),
    (21, ENTRY, at(activity=stops(4, 3)), "STOPLOSS_GUARD"),
    (21, ENTRY, at(activity=stops(5, 3)), "STOPLOSS_GUARD"),
    (21, ENTRY, at(activity=stops(4, 4)), None),
    (21, ENTRY, at(activity=stops(4, 24)), None),
    (21, ENTRY, at(activity=stops(3, 3, sold(3, symbol=IBM))), None),
    (21, ENTRY, at(activity=stops(3, 3, sold(23, symbol=IBM, stopped=True))), "STOPLOSS_GUARD"),
    (21, ENTRY, at(activity=stops(3, 3, sold(24, symbol=IBM, stopped=True))), None),
    (21, ENTRY, at(activity={"exits": (sold(5, "0.01"), sold(3, "0.009"))}), "LOW_PROFIT_SYMBOL"),
    (21, ENTRY, at(activity={"exits": (sold(5, "0.01"), sold(3, "0.01"))}), None),
    (21, ENTRY, at(activity={"exits": (sold(6, "0.01"), sold(3, "0.009"))}), None),
    (22, ENTRY, at(), None),
    (22, ENTRY, at(market={"is_open": False}), "MARKET_CLOSED"),
    (22, ENTRY, at(market={"is_open": None}), "MARKET_CLOSED"),
    (22, ENTRY, at(market={"minutes_since_open": D(5)}), None),
    (22, ENTRY, at(market={"minutes_since_open": D("5.1")}), None),
    (22, ENTRY, at(market={"minutes_since_open": D("4.9")}), "SESSION_EDGE"),
    (22, ENTRY, at(market={"minutes_to_close": D(10)}), None),
    (22, ENTRY, at(market={"minutes_to_close": D("10.1")}), None),
    (22, ENTRY, at(market={"minutes_to_close": D("9.9")}), "SESSION_EDGE"),
    (22, ENTRY, at(market={"minutes_to_close": None}), "SESSION_EDGE"),
    (22, ENTRY, at(market=NO_EDGE), "SESSION_EDGE"),
    (22, ENTRY, at(market=NO_EDGE, instrument={"around_the_clock": True}), None),
    (22, EXIT, at(market={"minutes_to_close": D(1)}), None),
    (22, EXIT, at(market={"is_open": False}), "MARKET_CLOSED"),
    (23, ENTRY, at(), None),
    (23, replace(ENTRY, quantity=D("9.999999999")), at(), None),
    (23, ENTRY, at(activity={"sent_for_decision": D("0.000000001")}), "OUT_EXCEEDS_IN"),
    (23, replace(ENTRY, quantity=D(9)), at(activity={"sent_for_decision": D(1)}), None),
    (24, ENTRY, at(activity={"day_trades": 2}), None),
    (24, ENTRY, at(activity={"day_trades": 3}), "DAY_TRADE_SPEED_BUMP"),
    (24, ENTRY, at(activity={"day_trades": 4}), "DAY_TRADE_SPEED_BUMP"),
    (24, ENTRY, at(account={"worth": {IBM: D(399_000)}}), None),
    (24, ENTRY, at(account={"worth": {IBM: D("398999.99")}}), None),
    (24, ENTRY, at(account={"worth": {IBM: D("399000.01")}}), "INTRADAY_MARGIN"),
    (24, ENTRY, at(account=with_open_buy(398_000)), None),
    (24, ENTRY, at(account=with_open_buy("398000.01")), "INTRADAY_MARGIN"),
    (24, MARKET, at(market={"reference": None}), "INTRADAY_MARGIN"),
    (24, of("0"), at(account={"worth": {}}), None),
    (25, of("14"), at(), None),
    (25, of("15"), at(), "PORTFOLIO_DELTA_NOT_ESCALATED"),
    (25, of("16"), at(), "PORTFOLIO_DELTA_NOT_ESCALATED"),
    (25, of("16"), at(decision={"escalated": True}), None),
    (25, of("14"), at(market={"reference": None}), "PORTFOLIO_DELTA_NOT_ESCALATED"),
    (25, of("14"), at(decision=None), "PORTFOLIO_DELTA_NOT_ESCALATED"),
    (25, of("14"), at(account={"equity": D(0)}), "PORTFOLIO_DELTA_NOT_ESCALATED"),
    (26, ENTRY, at(system={"reconciliation_age_s": D(300)}), None),
    (26, ENTRY, at(system={"reconciliation_age_s": D("299.9")}), None),
    (26, ENTRY, at(system={"reconciliation_age_s": D("300.1")}), "RECONCILIATION_STALE"),
    (26, ENTRY, at(system={"reconciliation_age_s": None}), "RECONCILIATION_STALE"),
    (26, EXIT, at(system={"stream_ready": False}), "STREAM_RECONCILING"),
    (27, ENTRY, at(), None),
    (27, EXIT, at(system={"audit_available": False}), "AUDIT_UNAVAILABLE"),
    (28, ENTRY, at(), None),
    (28, ENTRY, at(system={"budget_left": False}), "BUDGET"),
]


@pytest.mark.parametrize(("number", "order", "situation", "code"), CASES)
def test_the_check_says(number, order, situation, code):
    finding = assess(order, situation, LIMITS).findings[number - 1]
    assert finding.check == number
    if code is None:
        assert (finding.outcome, finding.code) == (Outcome.PASSED, None)
    else:
        assert (finding.outcome, finding.code) == (Outcome.DENIED, code)
        assert finding.reason


def test_every_check_is_tried_on_both_sides():
    refused = {number for number, _, _, code in CASES if code}
    accepted = {number for number, _, _, code in CASES if code is None}
    assert refused == accepted == {check.number for check in CHECKS} == set(range(1, 29))


def test_an_order_in_a_calm_market_passes_all_of_them():
    found = assess(ENTRY, CALM, LIMITS)
    assert found.passes
    assert {finding.outcome for finding in found.findings} == {Outcome.PASSED}


def test_a_replay_book_says_what_it_cannot_check_and_why():
    found = assess(ENTRY, at(mode=BookMode.REPLAY), LIMITS)
    skipped = {f.check: f.reason for f in found.findings if f.outcome is Outcome.NOT_APPLICABLE}
    assert skipped.keys() == {8, 10, 22, 24, 26}
    assert all(skipped.values())
    assert found.passes


def test_an_exit_is_free_of_what_holds_for_entries_alone():
    bad = at(
        system={"breaker_open": True, "budget_left": False, "trading_state": TradingState.HALTED},
        decision={"confidence": D(0), "vetoed": True},
        account={"equity": D(80_000)},
        activity={"repeats_today": 99, "orders_today": 99, "day_trades": 9, "exits": (sold(0),)},
    )
    found = assess(EXIT, bad, LIMITS)
    free = {f.check for f in found.findings if f.outcome is Outcome.NOT_APPLICABLE}
    assert free == {2, 5, 6, 13, 14, 16, 20, 21, 24, 25, 28}
    assert found.passes


def test_a_protective_stop_is_not_held_up_by_quotes_or_hours():
    bad = at(
        market={
            "quote_age_s": D(9999),
            "bid": None,
            "ask": None,
            "before": D(300),
            "is_open": False,
            "minutes_to_close": None,
        }
    )
    found = assess(STOP, bad, LIMITS)
    free = {f.check for f in found.findings if f.outcome is Outcome.NOT_APPLICABLE}
    assert free == {2, 5, 6, 7, 8, 13, 14, 16, 20, 21, 22, 24, 25, 28}
    assert found.passes
    denied = {f.code for f in assess(EXIT, bad, LIMITS).findings if f.code}
    assert denied == {"MARKET_DATA_STALE", "SPREAD_EXCEEDS_MAXIMUM", "MARKET_CLOSED"}


def test_the_first_refusal_denies_and_the_others_are_kept():
    found = assess(ENTRY, at(system={"breaker_open": True}, decision={"vetoed": True}), LIMITS)
    assert found.denial is found.findings[1]
    assert [f.check for f in found.findings if f.outcome is Outcome.DENIED] == [2, 6]
    assert len(found.findings) == 28
