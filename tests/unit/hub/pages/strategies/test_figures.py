"""The strategy page's figures: cards, rows, and what a strategy says in words."""

from dataclasses import replace
from decimal import Decimal

from quorate.arena.strategy import Strategy, Thresholds
from quorate.cycle.strategies.line import StrategyLine
from quorate.cycle.strategies.versions import StrategyStanding
from quorate.hub.pages.strategies.figures import (
    curve_rows,
    kpis_of,
    settings_of,
    summary_of,
    trade_rows,
    value_words,
)
from quorate.hub.pages.strategies.listing import rows_of
from quorate.llm import Preset
from tests.unit.cycle.strategies.backtests import completed

FOUND = completed()
REPORT = FOUND.report


def line(strategy, **standing):
    standing = StrategyStanding(name="calm", **standing)
    return StrategyLine(name="calm", strategy=strategy, standing=standing, backtest=None)


def test_the_cards_say_what_a_person_asks_before_switching_it_on():
    gate, won, equity, fall = kpis_of(FOUND, REPORT)
    assert (gate.value, gate.tone) == ("Refused", "loss")
    assert "fewer than 20" in gate.foot
    assert won.unit == f"of {REPORT.figures.trades}"
    assert "overlapped no other, fewer than 30" in won.foot
    assert won.span.start < won.span.at < won.span.end
    assert won.span.limit == 130 * 0.45
    assert "bought and held" in equity.foot
    assert "with 1 % at risk a trade" in fall.foot


def test_a_gate_that_passes_shows_its_limits():
    gate, *_ = kpis_of(FOUND, replace(REPORT, refusals=()))
    assert (gate.value, gate.foot) == (
        "Passed",
        "asks for 20 trades, 45 % won, a fall of 15 % at most",
    )


def test_without_a_trade_nothing_is_drawn():
    none = replace(REPORT.figures, win_rate=None, win_rate_low=None, win_rate_high=None, trades=0)
    _, won, *_ = kpis_of(FOUND, replace(REPORT, figures=none))
    assert (won.value, won.span, won.foot) == ("none", None, "no trade has ended")


def test_the_curve_is_in_percent_and_its_sentence_says_the_same():
    rows = curve_rows(REPORT)
    assert rows[0] == ("2012-03-02", "0.000", "0.000", "0.0")
    assert summary_of(REPORT).startswith("Equity from 2012-03-02 to 2012-06-29: ")
    assert summary_of(replace(REPORT, curve=())) == "No session was played."


def test_trades_are_newest_first_and_open_where_their_chart_should_end():
    rows = trade_rows(FOUND, REPORT)
    assert [row.entered for row in rows] == sorted((row.entered for row in rows), reverse=True)
    first = rows[-1]
    assert (first.symbol, first.entry_price, first.exit_price, first.how) == (
        *("AAPL", "545.42", "526.22", "stop"),
    )
    assert (first.gained, first.won, first.days) == ("-3.62 %", False, "0")
    assert (first.until, rows[0].until <= "2012-06-29") == ("2012-04-14", True)


def test_an_open_trade_has_dashes_to_show():
    open_ = replace(REPORT.trades[0], left=None, exit_price=None, how=None, gained=None)
    (row,) = trade_rows(FOUND, replace(REPORT, trades=(open_,)))
    assert (row.left, row.how, row.gained, row.won, row.days) == ("", "", "", None, "")


def test_what_a_strategy_leaves_open_is_said_too():
    settings = {each.name: each.text for each in settings_of(line(Strategy()))}
    assert settings["Who is asked"] == "every enabled profile"
    assert settings["Thresholds"] == "the arena's own"
    full = Strategy(
        symbols=("AAPL", "IBM"),
        profiles=("trend", "momentum"),
        horizon=5,
        thresholds=Thresholds(min_confidence=0.7),
        preset=Preset.FREE_ONLY,
        max_cost=Decimal("0.05"),
    )
    settings = {each.name: each.text for each in settings_of(line(full))}
    assert settings == {
        "Symbols": "AAPL and IBM",
        "Who is asked": "trend and momentum",
        "Horizon": "5 sessions",
        "Thresholds": "min confidence 0.7",
        "Models": "free only",
        "Cost of a run": "$0.05 at most",
    }
    assert settings_of(line(None)) == ()


def test_the_list_says_how_each_stands():
    gone, off = rows_of([line(None, version=1), line(Strategy())])
    assert (gone.state, gone.asked, gone.last) == ("not configured", "", "")
    assert (off.state, off.asked, off.last) == ("disabled", "every enabled profile", "")


def test_values_of_versions_are_words():
    values = (None, "", [], {}, {"quorum": "3"}, ["AAPL", "IBM"], 5)
    assert [value_words(value) for value in values] == [
        *("nothing", "nothing", "nothing", "nothing", "quorum 3", "AAPL, IBM", "5"),
    ]
