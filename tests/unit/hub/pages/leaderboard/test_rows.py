"""Rows: ranks as ranges, intervals on one scale, and never a figure for what is not known."""

from decimal import Decimal

import pytest

from quorate.hub.pages.leaderboard.query import Sort
from quorate.hub.pages.leaderboard.rows import board_rows, in_order, scale_of, uplift_row
from quorate.scoring.leaderboard import HitRate, LeaderboardFilter, LineKind
from tests.fakes.scoring import baseline, board, line, priced, provisional, uplift

DASH = "\N{EN DASH}"


def rows(*lines, sort=Sort.NET, **changes):
    return {row.line.name: row for row in board_rows(board(*lines, **changes), sort)}


def row(one, **changes):
    return rows(one, **changes)[one.name]


def test_a_rank_is_the_range_that_the_intervals_leave_open():
    assert row(line(rank_low=1, rank_high=6)).rank == f"1{DASH}6"
    assert row(line(rank_low=3, rank_high=3)).rank == "3"


def test_under_thirty_outcomes_there_is_no_rank_and_it_says_how_many_there_are():
    few = row(provisional())
    assert (few.rank, few.few) == ("", "not ranked (9 of 30)")
    assert row(line()).few == ""


@pytest.mark.parametrize(("asked", "needed"), [(5, 30), (100, 100)])
def test_asking_for_less_never_ranks_anybody(asked, needed):
    assert (
        row(provisional(), wanted=LeaderboardFilter(min_outcomes=asked)).few
        == f"not ranked (9 of {needed})"
    )


def test_who_has_enough_outcomes_and_no_known_cost_lacks_the_cost():
    dear = priced(n=40, rank_low=None, rank_high=None, pnl_net_usd=None)
    assert row(dear).few == "not ranked (cost unknown)"


def test_baselines_are_pinned_beneath_without_a_rank():
    found = board_rows(board(line(), priced()), Sort.NET)
    assert [each.line.kind for each in found[2:]] == [LineKind.BASELINE] * 2
    assert {(each.rank, each.few, each.tier, each.under) for each in found[2:]} == {
        ("", "", "", ("baseline",))
    }


def test_what_nobody_priced_is_unpriced_and_never_nothing():
    unknown = row(
        priced(
            cost_per_decision_usd=None,
            pnl_net_usd=None,
            unpriced=3,
            cost_note="unpriced",
            cost_per_100_gained_usd=None,
        )
    )
    assert (unknown.net, unknown.per_decision, unknown.per_100) == ("unpriced",) * 3
    assert unknown.before == "+$1,973.20 gross"


def test_a_model_says_what_it_cost_and_a_rule_that_it_is_free():
    costly, free = row(priced()), row(line())
    assert (costly.net, costly.before) == ("+$1,972.10", "+$1,973.20 gross")
    assert (costly.per_decision, costly.per_100, costly.latency) == ("$0.0011", "$0.0557", "3.90 s")
    assert (free.per_decision, free.per_100, free.before) == ("$0", "free", "")
    assert row(line(cost_note="no gain")).per_100 == "no gain"


def test_what_stands_beneath_a_name_does_not_say_it_again():
    assert row(priced()).under == ("technical", "openrouter/small", "technical_analyst/1")
    model = row(priced("openrouter/small", kind=LineKind.MODEL))
    assert (model.under, model.href) == (("technical", "technical_analyst/1"), "")
    assert row(line()).href == "/admin/arena/profiles/trend"


def test_all_intervals_are_drawn_on_the_scale_of_those_with_enough_outcomes():
    few = provisional(hit_rate=HitRate(0.62, 0.27, 0.81))
    scale = scale_of([line(hit_rate=HitRate(0.57, 0.44, 0.61)), few])
    assert scale == (pytest.approx(0.42), pytest.approx(0.64))
    drawn = rows(line(hit_rate=HitRate(0.57, 0.44, 0.61)), provisional())
    assert (drawn["wyckoff"].whisker.start, drawn["wyckoff"].whisker.end) == (4, 108)
    whisker = drawn["trend"].whisker
    assert 4 < whisker.start < whisker.even < whisker.at < whisker.end < 108
    assert whisker.words == "hit rate 57 %, 95 percent interval 44 % to 61 %"


def test_where_nobody_has_enough_the_scale_is_that_of_all():
    assert scale_of([provisional()]) == (pytest.approx(0.25), pytest.approx(0.83))
    assert scale_of([line(hit_rate=None)]) == (pytest.approx(0.48), pytest.approx(0.52))


def test_what_is_not_known_has_a_dash():
    bare = row(
        line(hit_rate=None, brier=None, max_drawdown_pct=None, latency_p50_ms=None, trend=())
    )
    assert (bare.whisker, bare.hits, bare.spark, bare.trend_words) == (None, "", "", "")
    assert (bare.brier, bare.drawdown, bare.latency) == (DASH, DASH, DASH)


def test_a_sparkline_says_where_it_begins_and_ends():
    shown = row(line())
    assert shown.trend_words == "net P&L from $0.00 to +$212.40, 2012-06-29 to 2013-03-01"


@pytest.mark.parametrize(
    ("trend", "tone"), [((9.0, 5.0), "hub-s4"), ((0.0, -5.0), "hub-s6"), ((0.0, 0.0), "hub-s0")]
)
def test_a_sparkline_has_the_colour_of_where_it_ends(trend, tone):
    assert row(line(trend=trend)).trend_tone == tone


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        (Sort.NET, ["a", "b", "c"]),
        (Sort.OUTCOMES, ["b", "a", "c"]),
        (Sort.HITS, ["c", "a", "b"]),
        (Sort.DRAWDOWN, ["b", "a", "c"]),
        (Sort.BRIER, ["c", "a", "b"]),
        (Sort.COST, ["a", "c", "b"]),
        (Sort.LATENCY, ["c", "b", "a"]),
    ],
)
def test_lines_stand_in_the_order_that_is_wanted_unknown_ones_last(sort, names):
    lines = (
        line("a", n=50, hit_rate=HitRate(0.5, 0.4, 0.6), max_drawdown_pct=2.0, latency_p50_ms=9.0),
        priced("b", n=60, hit_rate=None, max_drawdown_pct=1.0, brier=None, latency_p50_ms=8.0)
        if sort is not Sort.COST
        else priced("b", cost_per_decision_usd=None),
        line(
            "c",
            n=40,
            hit_rate=HitRate(0.6, 0.5, 0.7),
            max_drawdown_pct=None,
            brier=0.1,
            latency_p50_ms=1.0,
        )
        if sort is not Sort.COST
        else priced("c"),
    )
    assert [one.name for one in in_order(lines, sort)] == names


def test_an_uplift_says_its_interval_and_what_it_cost():
    shown = uplift_row(uplift())
    assert (shown.gained, shown.tone, shown.cost) == ("+$12.50", "hub-up", "$0.42")
    assert shown.interval == "\N{MINUS SIGN}$31.00 to +$55.00"
    assert shown.per_dollar == "+$29.76"


def test_an_uplift_that_cannot_be_told_has_no_figure():
    none = uplift_row(uplift(uplift_usd=None, low=None, high=None, per_dollar=None, cost_usd=None))
    assert (none.gained, none.interval, none.per_dollar, none.cost) == (
        DASH,
        DASH,
        DASH,
        "unpriced",
    )


def test_a_baseline_that_never_trades_is_at_nothing():
    flat = board_rows(board(line(), baselines=(baseline(pnl_net_usd=Decimal(0)),)), Sort.NET)[-1]
    assert (flat.net, flat.net_tone) == ("$0.00", "")
