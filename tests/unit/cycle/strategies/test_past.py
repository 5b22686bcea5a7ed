"""A strategy's past on the packaged bars: entries pass the gate as in a cycle, sizes keep the limits, nothing leaks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quorate.arena.hindsight import PastDecision, past_decisions
from quorate.backtest import GatePolicy
from quorate.backtest.playing import Passed
from quorate.cycle.strategies.past import PastTerms, past_of, sessions_in
from quorate.kernel.vote import Sizing, SizingKind
from quorate.portfolio.policy import PortfolioPolicy
from tests.unit.arena.benches import BENCH, STOCKS
from tests.unit.market.histories import AAPL, cut, packaged

SPAN = (date(2012, 3, 2), date(2013, 3, 1))
TERMS = PastTerms(
    span=SPAN,
    portfolio=PortfolioPolicy(),
    gate=GatePolicy(),
    capital=Decimal(100_000),
    entry_share=Decimal("0.014"),
)
MADE = list(past_decisions(STOCKS, sessions_in(STOCKS.values(), SPAN), BENCH))


def first_entry(**changes):
    """Return the first entry, its decision changed."""
    first = next(each for each in MADE if each.enters)
    return PastDecision(decision=replace(first.decision, **changes), view=first.view)


def share_of(sizing=None, terms=TERMS, **changes):
    sized = {} if sizing is None else {"sizing": sizing}
    found = past_of(STOCKS, [first_entry(**sized, **changes)], terms)
    return found.played.trades[0].entry.share


def test_every_entry_is_accounted_for():
    past = past_of(STOCKS, MADE, TERMS)
    passed = past.played.passed
    assert (past.decisions, past.signals) == (1000, 75)
    assert past.signals == past.refused + past.unprotected + sum(passed.values()) + len(
        past.played.trades
    )
    assert (past.refused, passed[Passed.OVERLAPPING], len(past.played.trades)) == (4, 55, 15)
    assert past.reasons["BUY consensus"] == 75
    assert past.reasons["SELL"] == 22


def test_the_gate_can_keep_everything_out():
    strict = replace(TERMS, gate=GatePolicy(min_trades=10_000))
    past = past_of(STOCKS, MADE, strict)
    assert (past.refused, past.played.trades) == (75, ())
    assert not past.findings.passes
    assert past.curve.equity.tolist() == [1.0] * 250


@pytest.mark.parametrize("missing", [{"stop": None}, {"horizon": None}])
def test_an_entry_that_no_cycle_would_take_is_not_played(missing):
    past = past_of(STOCKS, [first_entry(**missing)], TERMS)
    assert (past.signals, past.unprotected, past.played.trades) == (1, 1, ())


def test_an_entry_invests_what_was_asked_for_within_the_limits():
    whole = Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal(1))
    assert share_of() == pytest.approx(0.014)
    assert share_of(Sizing(kind=SizingKind.QTY, value=Decimal(2))) == pytest.approx(
        0.0109, abs=1e-4
    )
    assert share_of(whole) == pytest.approx(0.05)
    small = replace(TERMS, portfolio=PortfolioPolicy(max_order_usd=Decimal(500)))
    assert share_of(whole, small) == pytest.approx(0.005)


def test_a_wide_stop_makes_the_entry_smaller():
    whole = Sizing(kind=SizingKind.PCT_EQUITY, value=Decimal(1))
    found = share_of(whole, stop=Decimal("272.59"))
    assert found == pytest.approx(0.01 / 0.5, abs=1e-4)


def test_nothing_after_the_span_is_looked_at():
    series = {AAPL: packaged()[AAPL]}
    last = series[AAPL].index_at(date(2012, 4, 10))
    known = {AAPL: cut(series[AAPL], last + 1)}
    span = (date(2012, 3, 2), date(2012, 4, 10))
    terms = replace(TERMS, span=span)
    one, other = (
        past_of(of, past_decisions(of, sessions_in(of.values(), span), BENCH), terms)
        for of in (series, known)
    )
    assert one.played == other.played
    assert one.findings == other.findings
    assert one.curve.equity.tolist() == other.curve.equity.tolist()


def test_a_fee_in_dollars_is_spread_over_the_usual_entry():
    paid = replace(TERMS, portfolio=PortfolioPolicy(fee_per_fill_usd=Decimal("1.40")))
    assert TERMS.costs.fee_bps == 0
    assert paid.costs.fee_bps == pytest.approx(10)
