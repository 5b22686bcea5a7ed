from datetime import date

import pytest

from quorate.cli.days import first_day
from quorate.kernel.errors import RejectedError
from quorate.llm.cost import CostAxis, CostLine
from tests.fakes.money import usd
from tests.unit.cli.fake_app import NOON

TODAY = NOON.date()


def line(key, known="0.0187", unpriced=0, calls=3):
    return CostLine(
        key=key,
        calls=calls,
        open_calls=0,
        failed=1,
        unpriced=unpriced,
        cache_hits=2,
        known=None if known is None else usd(known),
        counted=usd(known or "0"),
        prompt_tokens=900,
        completion_tokens=100,
        cached_tokens=0,
    )


@pytest.fixture
def spent(fake_app):
    fake_app.money.costs = (line("cheap"), line("local", None, 3), line("dear", "0.5", 1))
    return fake_app.money


def test_costs_are_listed_with_the_most_expensive_first(quorate, spent):
    listed = quorate("cost", "--json").json
    assert set(listed) == {
        *("readAt", "by", "since", "until", "items", "nextCursor", "total"),
    }
    assert [item["key"] for item in listed["items"]] == ["dear", "cheap", "local"]
    assert [item["costUsd"] for item in listed["items"]] == ["0.5", "0.0187", None]
    assert (listed["total"]["costUsd"], listed["total"]["unpriced"]) == ("0.5187", 4)
    assert (listed["by"], listed["since"]) == ("model", "2026-10-23")
    assert spent.asked == [(CostAxis.MODEL, date(2026, 10, 23), None)]


def test_what_has_no_price_is_shown_as_unpriced_and_never_as_zero(quorate, spent):
    assert spent.costs
    shown = {each.split()[0]: each for each in quorate("cost").lines}
    assert "unpriced" in shown["local"]
    assert "$0.50 + 1 unpriced" in shown["dear"]
    assert "$0.5187 + 4 unpriced" in shown["total"]
    assert shown["model"].split() == [
        *("model", "calls", "failed", "cached", "wasted", "cost", "counted"),
        *("prompt", "tokens", "answer", "tokens"),
    ]


def test_nothing_spent_is_said_and_is_zero_for_programs(quorate):
    assert quorate("cost").lines == ["No model was called since 2026-10-23."]
    empty = quorate("cost", "--json").json
    assert (empty["items"], empty["total"]["costUsd"], empty["nextCursor"]) == ([], "0", None)


def test_the_list_comes_in_pages_and_the_total_is_of_all(quorate, spent):
    assert spent.costs
    first = quorate("cost", "--limit", 2, "--json").json
    assert first["nextCursor"] == "cheap"
    rest = quorate("cost", "--cursor", "cheap", "--json").json
    assert [item["key"] for item in rest["items"]] == ["local"]
    assert first["total"] == rest["total"]
    assert "More: add --cursor cheap" in quorate("cost", "--limit", 2).err


@pytest.mark.parametrize("axis", list(CostAxis))
def test_calls_are_added_up_by_every_axis(quorate, spent, axis):
    assert quorate("cost", "--by", axis, "--since", "1d", "--json").json["by"] == axis
    assert spent.asked == [(axis, TODAY, None)]
    assert axis.value in " ".join(quorate("cost", "--help").out.split())


@pytest.mark.parametrize(
    ("since", "first"),
    [
        pytest.param("1d", date(2026, 11, 21), id="today alone"),
        pytest.param("7d", date(2026, 11, 15), id="a week of days"),
        pytest.param("2w", date(2026, 11, 8), id="weeks"),
        pytest.param("2026-01-31", date(2026, 1, 31), id="a date"),
    ],
)
def test_a_span_counts_days_with_today(since, first):
    assert first_day(since, TODAY) == first


@pytest.mark.parametrize("since", ["0d", "7", "d", "2026-02-30", "yesterday", ""])
def test_no_day_is_guessed(since):
    with pytest.raises(RejectedError, match="is no date and no span"):
        first_day(since, TODAY)


def test_an_axis_that_is_none_is_refused_with_those_there_are(quorate):
    shown = quorate("cost", "--by", "colour")
    assert shown.code == 2
    assert (
        "choose from day, model, profile, provider, purpose, role, run, source, tier" in shown.err
    )


@pytest.mark.parametrize("words", [("cost",), ("cost", "calls")])
def test_days_in_the_wrong_order_are_refused(quorate, words):
    shown = quorate(*words, "--since", "2026-11-20", "--until", "2026-11-01")
    assert shown.code == 2
    assert shown.err == (
        "error: --until 2026-11-01 is before --since 2026-11-20. Nothing is shown. "
        "Fix: name the earlier day with --since\n"
    )
    assert quorate(*words, "--since", "2026-11-20", "--until", "2026-11-20").code == 0
