"""What a backtest says: figures with their doubt, and never more than they show."""

from dataclasses import replace

import pytest

from quorate.cycle.strategies.words import percent, sentences
from tests.unit.cycle.strategies.backtests import completed, failed, running


def said(refusals=None, **figures):
    """Return the sentences of the spring of 2012 with some figures changed."""
    found = completed()
    report = replace(found.report, figures=replace(found.report.figures, **figures))
    if refusals is not None:
        report = replace(report, refusals=refusals)
    return sentences(replace(found, report=report))


def doubt(**figures):
    return next(each for each in said(**figures) if "overlapped no other" in each)


def test_without_a_result_nothing_is_said():
    assert sentences(running()) == ()
    assert sentences(failed()) == ()


def test_every_entry_is_accounted_for_in_words():
    first, second, *_ = said(signals=40, overlapping=20, refused_by_gate=4, gapped=1, too_late=2)
    assert "wanted 40 entries" in first
    assert "20 while one was open in the same symbol, 4 by the gate before new risk" in second
    assert "1 by an open beyond the stop or the target, 2 by the end of the bars" in second


def test_few_trades_say_nothing_about_skill():
    assert "fewer than 30 say nothing about skill" in doubt(apart=29)


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-0.01, 0.02, "cannot be told from no edge at all"),
        (0.001, 0.02, "more than nothing, on these symbols and sessions"),
        (-0.02, -0.001, "less than nothing"),
    ],
)
def test_many_trades_say_as_much_as_their_interval(low, high, words):
    assert words in doubt(apart=100, mean_return_low=low, mean_return_high=high)


def test_no_trade_is_said_so_and_no_interval_is_made_up():
    lines = said(trades=0, apart=0, open=1, mean_return_low=None, mean_return_high=None)
    assert lines[1].startswith("No trade came of it and ended; 1 still open.")
    assert not any("95 %" in line for line in lines)


def test_the_gates_word_and_who_was_not_asked():
    assert "The gate lets it through." in said(refusals=())
    assert "The gate refuses it: one; two." in said(refusals=("one", "two"))
    assert said()[-1].endswith("may remember how the past went on: judge.")


def test_percents():
    assert [percent(0.1234), percent(0.1234, signed=True, places=2), percent(None)] == [
        *("12.3 %", "+12.34 %", "none"),
    ]
