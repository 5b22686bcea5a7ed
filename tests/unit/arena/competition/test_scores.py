"""Scores: the numbers here were computed by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from quorate.arena.competition.scores import (
    ENOUGH,
    max_drawdown,
    scores_of,
    slippage_of,
    verdict,
)
from quorate.portfolio import CheckCode, FillReason, Refusal, Side
from tests.unit.arena.competition.contests import AAPL, DEC, entry, outcome, played, worth

D = Decimal
MANY = tuple(outcome("1") for _ in range(ENOUGH))


def score(competition, name):
    return next(each for each in scores_of(competition) if each.name == name)


def test_a_score_adds_up_what_the_rounds_did():
    refused = Refusal(decision_id=DEC, symbol=AAPL, code=CheckCode.MAX_DRAWDOWN)
    competition = played(
        {"trend": worth("trend", lost="100", fills=(entry(),), decisions=2, cost=D("0.5"))},
        {
            "trend": worth(
                "trend",
                lost="40",
                outcomes=(outcome("3", 2), outcome("-1", 4), outcome("0", 3)),
                refusals=(refused,),
                decisions=2,
                errors=1,
                cost=D("1.5"),
            )
        },
    )
    trend = score(competition, "trend")
    assert (trend.equity, trend.net_pnl, trend.cost, trend.pnl) == (D(960), D(-40), D(2), D(-38))
    assert trend.net_return == pytest.approx(-0.04)
    assert trend.max_drawdown == pytest.approx(0.1)
    assert (trend.trades, trend.outcomes, trend.wins, trend.refused, trend.errors) == (
        1,
        3,
        1,
        1,
        1,
    )
    assert trend.win_rate == pytest.approx(1 / 3)
    assert trend.mean_sessions == pytest.approx(3)
    assert trend.cost_per_decision == D("0.5")


def test_a_round_without_a_price_is_counted_and_not_called_free():
    trend = score(played({"trend": worth("trend", cost=None)}), "trend")
    assert (trend.cost, trend.unpriced) == (0, 1)


@pytest.mark.parametrize(
    ("curve", "deepest"),
    [
        pytest.param([100, 120, 90, 130, 104], 0.25, id="the deepest, not the last"),
        pytest.param([100, 101, 102], 0.0, id="only up"),
        pytest.param([], 0.0, id="nothing"),
    ],
)
def test_a_drawdown_is_the_deepest_fall_from_a_peak(curve, deepest):
    assert max_drawdown(map(D, curve)) == pytest.approx(deepest)


def test_under_thirty_outcomes_there_is_no_rank():
    competition = played({"trend": worth("trend", outcomes=MANY[1:])})
    assert score(competition, "trend").rank is None
    assert score(competition, "trend").provisional
    assert "not separable from luck" in verdict(scores_of(competition))


def test_ranks_go_by_net_return_and_baselines_have_none():
    competition = played(
        {
            "trend": worth("trend", lost="5", outcomes=MANY),
            "momentum": worth("momentum", lost="9", outcomes=MANY),
        }
    )
    found = scores_of(competition)
    assert [(each.name, each.rank, each.tied) for each in found] == [
        ("trend", 1, False),
        ("momentum", 2, False),
        ("buy_and_hold", None, False),
        ("no_trade", None, False),
    ]
    assert found[0].range == (1, 2)
    assert "cannot be told from that of momentum" in verdict(found)


def test_equal_returns_share_a_rank_and_say_so():
    competition = played(
        {"trend": worth("trend", outcomes=MANY), "momentum": worth("momentum", outcomes=MANY)}
    )
    assert [(each.rank, each.tied) for each in scores_of(competition)[:2]] == [(1, True), (1, True)]


def test_before_a_trade_is_closed_there_is_nothing_to_compare():
    assert verdict(scores_of(played())).startswith("Nothing to compare yet")


def test_who_lacks_outcomes_is_named_beside_those_who_do_not():
    competition = played(
        {"trend": worth("trend", outcomes=MANY), "momentum": worth("momentum", outcomes=MANY[:3])}
    )
    said = verdict(scores_of(competition))
    assert said == (
        "Not decided: trend alone has 30 closed outcomes. momentum has fewer than 30 and no rank."
    )


def test_one_that_clears_all_others_leads():
    steps = [
        {
            "trend": worth("trend", outcomes=MANY),
            "momentum": worth("momentum", lost=str(number + 1), outcomes=MANY),
        }
        for number in range(40)
    ]
    found = scores_of(played(*steps))
    assert [each.range for each in found[:2]] == [(1, 1), (2, 2)]
    assert verdict(found).startswith("trend leads")


def test_slippage_is_what_fills_cost_against_the_bars_own_prices():
    bought = replace(entry(), quantity=Decimal(100), price=Decimal("10.005"))
    sold = replace(bought, side=Side.SELL, reason=FillReason.SALE, price=Decimal("9.995"))
    rounds = [worth("trend", fills=(bought,)), worth("trend", fills=(sold,))]
    assert slippage_of(rounds, Decimal(5)) == Decimal("1.00")
    assert slippage_of(rounds, Decimal(0)) == Decimal("0.00")
    assert slippage_of([], Decimal(5)) == Decimal("0.00")
