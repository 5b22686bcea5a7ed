"""`quorate profiles test`: the cost comes first, then one answer."""

from dataclasses import replace

import pytest


def test_nothing_is_asked_before_somebody_agrees(quorate, fake_app):
    refused = quorate("profiles", "test", "cheap_tech_analyst")
    assert refused.code == 2
    assert "One answer costs at most $0.01; " in refused.err
    assert "kept below $0.06" in refused.err
    assert fake_app.models.trials.asked == [("plan", "cheap_tech_analyst", None)]


def test_what_the_model_said_is_shown_with_its_cost(quorate, fake_app):
    done = quorate("profiles", "test", "cheap_tech_analyst", "--symbol", "AAPL", "--yes")
    assert done.code == 0
    assert done.lines[:2] == ["AAPL  BUY 0.8", "  because"]
    assert "  cost     unpriced (unknown); at most $0.06 was stated" in done.lines
    assert fake_app.models.trials.asked[-1] == ("test", "cheap_tech_analyst", "AAPL")


def test_a_cost_that_nobody_knows_is_said(quorate, fake_app):
    trials = fake_app.models.trials
    trials.planned = replace(trials.planned, once=None, limit=None)
    said = quorate("profiles", "test", "cheap_tech_analyst", "--yes").err
    assert "at a price nobody knows" in said


@pytest.mark.parametrize(
    ("failure", "ends"),
    [
        ("timeout", 7),
        ("provider_error", 7),
        ("budget_exhausted", 6),
        ("CONFIDENCE_NOT_NUMBER", 3),
    ],
)
def test_how_it_failed_is_an_exit_code(quorate, fake_app, failure, ends):
    fake_app.models.trials.told |= {"failure": failure, "answers": []}
    failed = quorate("profiles", "test", "cheap_tech_analyst", "--yes", "--json")
    assert (failed.code, failed.json["failure"]) == (ends, failure)


def test_a_provider_that_does_not_answer_comes_with_what_to_do(quorate, fake_app):
    fake_app.models.trials.told |= {"failure": "provider_error", "answers": [], "modelAsked": ""}
    failed = quorate("profiles", "test", "cheap_tech_analyst", "--yes")
    assert "Nothing was decided. Fix: quorate keys test " in failed.err
    assert "  asked    in vain: no model answered" in failed.lines
