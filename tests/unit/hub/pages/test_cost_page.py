from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from quorate.hub.pages.cost.chart import OTHERS, spend_chart
from quorate.hub.pages.cost.query import CostQuery, Tab, read_query
from quorate.hub.pages.cost.words import gauges, month_gauge, settable
from quorate.hub.pages.limits import warning_words
from quorate.llm.balance import EMPTY, Balance
from quorate.llm.budget import BudgetPolicy, Limit
from quorate.llm.budget_line import budget_lines
from quorate.llm.call_listing import CallFilter
from quorate.llm.cost import CostAxis, CostLine
from quorate.llm.outlook import Outlook
from quorate.llm.threshold import Warned
from tests.fakes.money import usd

TODAY = date(2026, 11, 20)
CENT = 10_000_000


def line(key, known="0.10", calls=10, unpriced=0):
    return CostLine(
        key=key,
        calls=calls,
        open_calls=0,
        failed=0,
        unpriced=unpriced,
        cache_hits=0,
        known=None if known is None else usd(known),
        counted=usd(known or "0"),
        prompt_tokens=900,
        completion_tokens=100,
        cached_tokens=0,
    )


def outlook(balance=EMPTY, told=None, days=(), warnings=()):
    lines = budget_lines(BudgetPolicy().sizes(), told or {}, {"judge": balance}, {})
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return Outlook(now=now, days=days, budgets=lines, warnings=warnings)


def gauge(name, **about):
    return next(each for each in gauges(outlook(**about)) if each.name == name)


@pytest.mark.parametrize(
    "query",
    [
        CostQuery(),
        CostQuery(by=CostAxis.SOURCE, stack=CostAxis.MODEL, days=30),
        CostQuery(tab=Tab.CALLS, wanted=CallFilter(profile="judge", unpriced=True)),
        CostQuery(tab=Tab.CALLS, wanted=CallFilter(run_id="run_1", since=TODAY), cursor="abc"),
        CostQuery(tab=Tab.PRICES, model="ollama/llama3.3"),
    ],
)
def test_an_address_says_all_that_a_page_shows(query):
    params = dict(pair.split("=") for pair in query.href.partition("?")[2].split("&") if pair)
    read = read_query({name: value.replace("%2F", "/") for name, value in params.items()})
    assert read == query


def test_what_cannot_be_understood_is_left_out_and_named():
    read = read_query({"tab": "calls", "since": "soon", "status": "gone", "profile": "judge"})
    assert read.wanted == CallFilter(profile="judge")
    assert read.ignored == ("status gone", "since soon")
    assert read_query({"tab": "odd", "days": "7", "by": "colour"}) == CostQuery()


def test_a_column_stands_for_each_day_and_a_day_without_a_call_is_empty():
    found = {
        "2026-11-20": [line("cheap", "0.10"), line("power", "0.30")],
        "2026-11-18": [line("cheap")],
    }
    chart = spend_chart(found, CostAxis.TIER, 3, TODAY)
    assert [column.label for column in chart.columns] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert [len(column.parts) for column in chart.columns] == [1, 0, 2]
    assert chart.columns[2].words == "$0.10 cheap, $0.30 power"
    assert (chart.most, chart.columns[2].parts[-1].y) == (Decimal("0.40"), pytest.approx(0))
    assert chart.summary == ("$0.50 in the last 3 days. The dearest day was 2026-11-20 with $0.40.")


def test_an_unknown_cost_is_said_and_draws_nothing():
    chart = spend_chart({"2026-11-20": [line("free", None, unpriced=2)]}, CostAxis.TIER, 3, TODAY)
    assert chart.columns == ()
    assert chart.summary == "No call of these days has a known cost."
    both = {"2026-11-20": [line("cheap"), line("free", None, unpriced=2)]}
    assert "2 unpriced" in spend_chart(both, CostAxis.TIER, 3, TODAY).columns[-1].words


def test_the_dearest_models_have_a_colour_and_the_others_share_one():
    models = [line(f"m{number}", f"0.{number + 1}") for number in range(9)]
    chart = spend_chart({"2026-11-20": models}, CostAxis.MODEL, 1, TODAY)
    assert [key.name for key in chart.keys] == ["m8", "m7", "m6", "m5", "m4", "m3", OTHERS]
    assert chart.keys[-1].cost == Decimal("0.6")
    assert sum(part.height for part in chart.columns[0].parts) == pytest.approx(100)


def test_a_gauge_forecasts_at_the_rate_so_far_or_says_why_not():
    fits = gauge("All calls, a day", balance=Balance(spent=30 * CENT, calls=20))
    assert (fits.used, fits.size, fits.words) == (
        *("$0.30", "$1.00", "forecast $0.60 at 24:00 UTC, fits"),
    )
    assert fits.parts == ((0.3, 1), (pytest.approx(0.3), 0))
    few = gauge("All calls, a day", balance=Balance(spent=30 * CENT, calls=2))
    assert few.words == "too few calls today for a forecast"
    out = gauge("All calls, a day", balance=Balance(spent=60 * CENT, calls=20))
    assert (out.words, out.tone) == ("runs out about 20:00 UTC: then budget_exhausted", "hub-dn")


def test_a_full_limit_says_what_follows():
    full = gauge("Power calls, a day", balance=Balance(calls=25, power_calls=25))
    assert (full.parts[0], full.tone) == ((1.0, 6), "hub-dn")
    assert full.words == "used up: further calls are refused until 00:00 UTC"


def test_a_month_is_counted_and_forecast_from_three_days_on():
    days = [line(f"2026-11-{day:02d}") for day in (11, 12, 20)]
    assert month_gauge(outlook(days=days)).used == "$0.30"
    assert "at its end" in month_gauge(outlook(days=days)).words
    assert "no forecast before 3 days" in month_gauge(outlook(days=days[:2])).words


def test_limits_are_written_as_they_are_entered():
    assert [written for _, _, written in settable(outlook())] == [
        "1.00",
        "0.50",
        "0.50",
        "25",
        "500",
    ]


def test_a_warning_names_the_limit_and_what_is_used():
    warned = Warned(
        day=TODAY,
        limit=Limit.PROFILE_DAY,
        profile="judge",
        percent=80,
        size=50 * CENT,
        used=41 * CENT,
    )
    assert warning_words(warned) == (
        "Each profile, a day (judge): $0.41 of $0.50 are used or set aside."
    )
