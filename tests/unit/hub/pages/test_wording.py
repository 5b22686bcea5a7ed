from datetime import UTC, datetime
from decimal import Decimal

import pytest

from quorate.hub.pages.wording import (
    FILTERS,
    counted,
    held,
    milliseconds,
    money,
    percent,
    plain,
    plural,
    price,
    ratio,
    seconds,
    short_id,
    upper_first,
    when,
)
from quorate.kernel.money import Usd
from quorate.llm.budget import Limit
from quorate.llm.budget_line import BudgetLine, BudgetSource


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        pytest.param(Usd(Decimal("0.0187")), "$0.0187", id="as many places as it needs"),
        pytest.param("0.42", "$0.42", id="decimal text"),
        pytest.param("0.4", "$0.40", id="cents at least"),
        pytest.param(Decimal(0), "$0.00", id="nothing is nothing"),
        pytest.param("0.00004", "under $0.0001", id="never rounded to nothing"),
        pytest.param("1204.5", "$1,204.50", id="thousands apart"),
        pytest.param("1.23456", "$1.23", id="cents from a dollar on"),
        pytest.param("-7.66", "−$7.66", id="a loss"),  # noqa: RUF001  (a real minus sign)
        pytest.param(None, "unpriced", id="unknown is never $0"),
    ],
)
def test_money_is_shown_with_the_places_that_it_needs(amount, shown):
    assert money(amount) == shown


def line(limit):
    return BudgetLine(
        limit=limit, profile="", size=10, source=BudgetSource.CONFIGURATION, today=None
    )


def test_a_budget_is_shown_in_its_own_unit_without_billionths():
    assert held(238_433_400, line(Limit.DAY)) == "$0.2384"
    assert held(1_204, line(Limit.POWER_CALLS)) == "1,204"
    assert held(None, line(Limit.RUN)) == "unknown"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0.4", "$0.40"),
        ("2", "$2.00"),
        ("0.0375", "$0.0375"),
        ("1E+1", "$10.00"),
        (None, "unpriced"),
    ],
)
def test_the_price_of_a_million_tokens_has_cents_and_all_its_places(amount, shown):
    assert price(amount) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(0.0, "0.0 ms", id="none"),
        pytest.param(0.04, "under 0.1 ms", id="never rounded to none"),
        pytest.param(0.42, "0.4 ms", id="parts"),
        pytest.param(21.4, "21 ms", id="whole"),
        pytest.param(999.0, "999 ms", id="under a second"),
        pytest.param(8600.0, "8.60 s", id="seconds"),
    ],
)
def test_times_have_the_unit_that_fits(value, text):
    assert milliseconds(value) == text


@pytest.mark.parametrize(
    ("duration", "shown"),
    [
        pytest.param(0.021, "21 ms", id="under a second"),
        pytest.param(8.61, "8.6 s", id="seconds"),
        pytest.param(125, "2 min 5 s", id="minutes"),
        pytest.param(None, "unknown", id="nobody knows"),
    ],
)
def test_a_duration_is_shown_in_the_unit_that_fits(duration, shown):
    assert seconds(duration) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        pytest.param(0.19, "19 %", id="whole"),
        pytest.param(0.0, "0 %", id="none"),
        pytest.param(0.001, "under 1 %", id="little is not none"),
        pytest.param(0.999, "over 99 %", id="nearly all is not all"),
        pytest.param(1.0, "100 %", id="all"),
        pytest.param(None, "unknown", id="nobody knows"),
    ],
)
def test_a_percentage_never_rounds_to_none_or_all(share, shown):
    assert percent(share) == shown


def test_a_moment_is_shown_in_utc_until_a_script_makes_it_local():
    shown = when("2026-11-20T12:00:07.000Z")
    assert shown == when(datetime(2026, 11, 20, 12, 0, 7, tzinfo=UTC))
    assert shown == (
        '<time datetime="2026-11-20T12:00:07.000Z" title="2026-11-20 12:00:07 UTC" data-local>'
        "2026-11-20 12:00 UTC</time>"
    )
    assert when(None) == "unknown"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("buy\U000e0049\U000e0067nore", "buynore", id="tags"),
        pytest.param("a\ufe0fb", "ab", id="variation selectors"),
        pytest.param("pay\u200bload\u2060", "payload", id="zero width"),
        pytest.param("abc\u202ecba", "abc[U+202E]cba", id="an override is spelled out"),
        pytest.param("\u2066x\u2069", "[U+2066]x[U+2069]", id="isolates"),
        pytest.param("\x1b[31m", "[U+001B][31m", id="control characters"),
        pytest.param("Zürich, 10 µs\n", "Zürich, 10 µs\n", id="letters stay"),
    ],
)
def test_what_cannot_be_seen_is_taken_out_or_spelled_out(text, shown):
    assert plain(text) == shown


def test_small_words():
    assert short_id("run_01KB3F9QW7AAAAAAAAAAAAAAAA") == "run_01KB3F9QW7"
    assert short_id("4bf92f3577b34da6") == "4bf92f3577"
    assert counted(10412) == "10,412"
    assert plural(1, "run") == "1 run"
    assert plural(1204, "run") == "1,204 runs"
    assert ratio(0.615) == "0.61"
    assert ratio(None) == "none"
    assert upper_first("the rest STAYS") == "The rest STAYS"
    assert "plain" in FILTERS
