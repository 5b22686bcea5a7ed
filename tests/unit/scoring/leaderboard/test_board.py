"""The board: what each line comes to, by hand."""

from decimal import Decimal

import pytest

from quorate.kernel.errors import RejectedError
from quorate.scoring.leaderboard import GroupBy, LeaderboardFilter, LineKind, Side, ViewKind, Window
from tests.unit.scoring.leaderboard.scored import arm, board, day, line, turn, view


def test_a_buy_earns_the_return_a_sell_the_fall_and_a_hold_nothing():
    views = [
        view(0, "trend", Side.BUY, 0.02),
        view(0, "momentum", Side.SELL, -0.03),
        view(0, "judge", Side.HOLD, 0.5),
    ]
    found = board(views)
    assert line(found, "trend").pnl_usd == Decimal("20.000000")
    assert line(found, "momentum").pnl_usd == Decimal("30.000000")
    assert line(found, "judge").pnl_usd == 0
    assert [line(found, name).n for name in ("trend", "momentum", "judge")] == [1, 1, 0]
    assert line(found, "judge").hit_rate is None
    assert line(found, "judge").decisions == 1


def test_views_that_overlap_are_told_and_not_counted():
    found = line(board([view(number, length=20) for number in range(41)]), "trend")
    assert (found.n, found.of) == (3, 41)
    assert found.pnl_usd == Decimal("30.000000")


def test_brier_is_the_mean_squared_error_of_what_was_believed():
    views = [
        view(0, confidence=0.8),
        view(1, confidence=0.6, moved=-0.01),
        view(2, confidence=None),
    ]
    found = line(board(views), "trend")
    assert found.n == 3
    assert found.brier == pytest.approx(((1 - 0.8) ** 2 + 0.6**2) / 2)
    assert found.mean_confidence == pytest.approx(0.7)


def test_every_turn_is_paid_whether_its_view_counts_or_not():
    views = [view(number, length=20) for number in range(3)]
    turns = [turn(number, cost=10_000_000) for number in range(4)]
    found = line(board(views, turns), "trend")
    assert found.n == 1
    assert found.cost_usd == Decimal("0.04")
    assert found.pnl_net_usd == Decimal("9.96")
    assert found.cost_per_decision_usd == Decimal("0.013333333")
    assert found.cost_per_100_gained_usd == Decimal("0.4")
    assert found.abstained == 1
    assert found.latency_p50_ms == 2.0


def test_a_cost_that_nobody_knows_is_no_zero():
    turns = [turn(0, cost=10_000_000), turn(1, cost=None)]
    found = line(board([view(0), view(1)], turns), "trend")
    assert found.unpriced == 1
    assert found.cost_note == "unpriced"
    unknown = (
        found.cost_usd,
        found.pnl_net_usd,
        found.cost_per_decision_usd,
        found.cost_per_100_gained_usd,
        found.profit_per_decision_usd,
    )
    assert unknown == (None,) * 5
    assert found.pnl_usd == Decimal("20.000000")


def test_who_costs_nothing_is_free_and_who_gains_nothing_has_no_cost_of_gain():
    found = board([view(0), view(0, "momentum", moved=-0.01)], [turn(0), turn(0, "momentum", 5)])
    assert (line(found, "trend").cost_per_100_gained_usd, line(found, "trend").cost_note) == (
        0,
        "free",
    )
    lost = line(found, "momentum")
    assert (lost.cost_per_100_gained_usd, lost.cost_note) == (None, "no gain")


def test_a_drawdown_is_the_deepest_fall_in_percent_of_what_stood_behind_the_views():
    moves = (0.10, -0.11, 0.0, -0.11, 0.5)
    found = line(board([view(number, moved=moved) for number, moved in enumerate(moves)]), "trend")
    assert found.max_drawdown_pct == pytest.approx(220 / 1100 * 100)
    assert found.trend == (100.0, -10.0, -10.0, -120.0, 380.0)
    assert (found.trend_from, found.trend_to) == (day(1), day(5))


def test_a_window_looks_back_from_the_newest_session_of_the_book():
    views = [view(number) for number in range(100)]
    week = board(views, window=Window.WEEK)
    assert (week.as_of, week.since) == (day(100), day(94))
    assert line(week, "trend").n == 7
    assert line(board(views, window=Window.QUARTER), "trend").n == 90
    whole = board(views)
    assert (whole.since, line(whole, "trend").n) == (None, 100)


def test_a_market_takes_its_even_part_of_a_turns_cost():
    views = [view(0), view(0, symbol="IBM", moved=-0.01)]
    turns = [turn(0, cost=10_000_000, symbols=("AAPL", "IBM"), asked=2)]
    found = line(board(views, turns, market="IBM"), "trend")
    assert found.cost_usd == Decimal("0.005")
    assert found.pnl_net_usd == Decimal("-10.005")
    assert line(board(views, turns), "trend").cost_usd == Decimal("0.01")


def test_a_strategy_and_a_role_narrow_what_counts_and_the_arms_stay_to_compare_with():
    views = [
        view(0, strategy="swing"),
        view(1),
        view(0, "momentum", strategy="swing"),
        arm(0, strategy="swing"),
    ]
    found = board(views, strategy="swing", role="trend")
    assert [each.name for each in found.items] == ["trend"]
    assert (line(found, "trend").n, line(found, "buy_and_hold").n) == (1, 1)
    assert line(board(views, strategy=""), "trend").n == 1
    assert board(views, strategy="nobody knows it").items == ()
    assert found.choices.strategies == ("swing",)
    assert found.choices.roles == ("momentum", "trend")


@pytest.mark.parametrize(
    ("by", "names"),
    [
        pytest.param(GroupBy.AGENT, ["momentum", "trend"], id="agent"),
        pytest.param(GroupBy.MODEL, ["small"], id="model"),
        pytest.param(GroupBy.PROMPT, ["technical_analyst/1", "technical_analyst/2"], id="prompt"),
        pytest.param(GroupBy.ROLE, ["technical_analyst"], id="role"),
    ],
)
def test_lines_stand_for_what_was_asked(by, names):
    parts = {"role": "technical_analyst", "model": "small", "provider": "local"}
    views = [
        view(0, "trend", prompt="technical_analyst/1", **parts),
        view(0, "momentum", prompt="technical_analyst/2", moved=0.02, **parts),
    ]
    found = board(views, group_by=by)
    assert sorted(each.name for each in found.items) == names
    assert {each.kind for each in found.items} == {LineKind(by.value)}
    assert sum(each.n for each in found.items) == 2
    assert {each.model for each in found.items} == {"small"}


def test_who_left_the_registry_or_was_switched_off_stays_and_is_marked():
    found = board([view(0), view(0, "gone", moved=0.02)])
    assert line(found, "gone").retired
    assert not line(found, "trend").retired
    assert line(found, "gone").label == "gone"


def test_who_is_paid_and_never_says_a_thing_has_a_line():
    found = line(board([view(0)], [turn(0), turn(0, "judge", cost=5_000)]), "judge")
    assert (found.n, found.decisions, found.abstained) == (0, 0, 1)
    assert found.cost_usd == Decimal("0.000005")
    assert found.cost_per_decision_usd is None


def test_advocates_have_no_line_and_the_arena_pays_them():
    turns = [turn(0), turn(0, "bull", cost=7_000, role="bull", purpose="argue")]
    found = board([view(0), arm(0, "arena"), arm(0, "cheap_only")], turns)
    assert [each.name for each in found.items] == ["trend"]
    assert line(found, "arena").cost_usd == Decimal("0.000007")
    assert line(found, "cheap_only").cost_usd == 0


def test_an_arm_may_be_called_as_an_agent_is():
    found = board([view(0, "random"), arm(0, "random", moved=-0.01)])
    assert [(each.kind, each.pnl_usd) for each in (*found.items, *found.baselines)] == [
        (LineKind.AGENT, Decimal(10)),
        (LineKind.BASELINE, Decimal(-10)),
    ]


def test_the_panel_counts_once_where_it_voted_too():
    views = [view(0, "judge"), view(0, "judge", kind=ViewKind.PANEL)]
    found = line(board(views), "judge")
    assert (found.n, found.of) == (1, 2)


def test_an_empty_book_says_so():
    found = board()
    assert (found.as_of, found.items, found.baselines, found.outcomes) == (None, (), (), 0)
    assert "Nothing to compare yet" in found.separable
    assert len(found.calibration.bins) == 10


def test_fewer_than_no_outcomes_are_refused():
    with pytest.raises(RejectedError):
        LeaderboardFilter(min_outcomes=-1)


def test_the_names_are_those_of_the_command_line():
    item = board([view(0)], [turn(0)]).as_json()["items"][0]
    wanted = (
        "name kind n hitRate pnlNetUsd maxDrawdownPct brier costPerDecisionUsd costPer100GainedUsd "
        "rankLow rankHigh"
    )
    assert set(wanted.split()) <= item.keys()
    assert set(item["hitRate"]) == {"value", "low", "high"}
    assert (item["kind"], item["pnlNetUsd"], item["rankLow"]) == ("agent", "10.000000000", None)
