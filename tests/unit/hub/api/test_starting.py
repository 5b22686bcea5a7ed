"""Starting a run: from a body to a request, its limit and its wish to wait; no application is needed for it."""

from datetime import date

import pytest

from quorate.arena.request import RunRequest
from quorate.hub.api.starting import NewRun, fingerprint, run_request, wait_of
from quorate.hub.problems import RefusedError


def refused(act, *arguments):
    with pytest.raises(RefusedError) as refusal:
        act(*arguments)
    return refusal.value


def test_a_body_asks_for_a_run():
    body = NewRun(symbols=("AAPL",), as_of=date(2012, 6, 29), profile_ids=("trend",))
    assert run_request(body) == RunRequest(
        symbols=("AAPL",), as_of=date(2012, 6, 29), profiles=("trend",)
    )


def test_symbols_are_counted_as_they_are_written():
    assert run_request(NewRun(symbols=("AAPL",) * 50))
    error = refused(run_request, NewRun(symbols=("AAPL",) * 51))
    assert error.refusal.code == "TOO_MANY_SYMBOLS"


def test_profiles_have_two_names_and_one_is_given():
    both = NewRun(symbols=("AAPL",), profiles=("trend",), profile_ids=("trend",))
    assert refused(run_request, both).refusal.errors[0].pointer == "/profileIds"


@pytest.mark.parametrize(
    ("limit", "amount"), [(None, None), ("0.05", "0.05"), (0.05, "0.05"), (1, "1")]
)
def test_a_run_is_told_what_it_may_cost(limit, amount):
    asked = run_request(NewRun(symbols=("AAPL",), max_cost_usd=limit)).max_cost
    assert (asked and str(asked)) == amount


@pytest.mark.parametrize("limit", ["", "a lot", "0", 0, "-1", "NaN", "Infinity", float("inf")])
def test_a_limit_is_an_amount_above_nothing(limit):
    error = refused(run_request, NewRun(symbols=("AAPL",), max_cost_usd=limit))
    assert (error.slug, error.refusal.errors[0].pointer) == ("validation-failed", "/maxCostUsd")


def test_the_same_body_about_something_else_is_another_request():
    body = NewRun(symbols=("AAPL",))
    assert fingerprint(body, "run_1") != fingerprint(body, "run_2")


def test_a_fingerprint_is_of_what_is_asked_and_not_of_how():
    one = NewRun(symbols=("AAPL",), mode="debate")
    assert fingerprint(one) == fingerprint(NewRun(symbols=("AAPL",)))
    assert fingerprint(one) != fingerprint(NewRun(symbols=("IBM",)))
    assert fingerprint(one) != fingerprint(NewRun(symbols=("AAPL",), max_cost_usd="1"))


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, None),
        ("", None),
        ("respond-async", None),
        ("wait=20", 20),
        ("respond-async, wait=5", 5),
        ("wait = 7 , return=minimal", 7),
        ("wait=0", 0),
        ("wait=9999", 60),
        ("wait=-1", None),
        ("await=5", None),
    ],
)
def test_a_wish_to_wait_is_understood(prefer, seconds):
    assert wait_of(prefer) == seconds
