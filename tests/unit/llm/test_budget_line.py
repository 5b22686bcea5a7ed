from quorate.llm.balance import Balance
from quorate.llm.budget import BudgetPolicy, Limit
from quorate.llm.budget_line import BudgetLine, BudgetSource, budget_lines

CONFIGURED = BudgetPolicy().sizes()
CENT = 10_000_000


def by_name(told=(), today=(), own=()):
    lines = budget_lines(CONFIGURED, dict(told), dict(today), dict(own))
    return {(line.limit.value, line.profile): line for line in lines}


def test_without_any_call_the_limits_of_everybody_are_listed():
    lines = budget_lines(CONFIGURED, {}, {}, {})
    assert [line.limit.value for line in lines] == [
        *("daily", "profile-daily", "run", "power-calls", "unpriced-calls")
    ]
    assert {line.source for line in lines} == {BudgetSource.CONFIGURATION}


def test_a_day_is_what_its_profiles_used_together():
    today = {"a": Balance(CENT, 2 * CENT, 3, 1, 2, 1), "b": Balance(0, CENT, 1, 0, 0, 0)}
    lines = by_name(today=today)
    assert (lines["daily", ""].used, lines["daily", ""].left) == (4 * CENT, 96 * CENT)
    assert (lines["power-calls", ""].used, lines["power-calls", ""].left) == (2, 23)
    assert (lines["unpriced-calls", ""].used, lines["unpriced-calls", ""].left) == (1, 499)
    assert lines["profile-daily", "a"].left == 47 * CENT
    assert lines["profile-daily", "b"].left == 49 * CENT


def test_a_limit_that_each_run_or_profile_has_for_itself_is_not_used_today():
    lines = by_name(today={"a": Balance(spent=CENT, calls=1)})
    for limit in ("run", "profile-daily"):
        assert (lines[limit, ""].used, lines[limit, ""].left) == (None, None)


def test_what_somebody_set_stands_before_the_configuration_and_a_profiles_own_before_both():
    lines = by_name(
        told={Limit.DAY: 5 * CENT, Limit.PROFILE_DAY: 4 * CENT},
        today={"a": Balance(spent=CENT, calls=1)},
        own={
            "b": {Limit.PROFILE_DAY: CENT, Limit.PROFILE_RUN: 2},
            "c": {Limit.PROFILE_RUN: 3},
            "d": {},
        },
    )
    assert (lines["daily", ""].size, lines["daily", ""].source) == (5 * CENT, BudgetSource.COMMAND)
    assert (lines["profile-daily", "a"].size, lines["profile-daily", "a"].source) == (
        *(4 * CENT, BudgetSource.COMMAND),
    )
    assert (lines["profile-daily", "b"].size, lines["profile-daily", "b"].source) == (
        *(CENT, BudgetSource.PROFILE),
    )
    assert lines["profile-daily", "b"].left == CENT
    assert lines["profile-run", "c"].size == 3
    assert ("profile-daily", "d") not in lines


def line(limit, size, today):
    return BudgetLine(limit=limit, profile="", size=size, source=BudgetSource.COMMAND, today=today)


def test_money_is_decimal_text_and_calls_are_numbers():
    assert line(Limit.DAY, 2 * CENT, Balance(CENT, 3 * CENT, 4, 1, 0, 1)).as_json() == {
        "budget": "daily",
        "profile": None,
        "limitUsd": "0.02",
        "limitCalls": None,
        "usedUsd": "0.04",
        "usedCalls": None,
        "leftUsd": "0",
        "leftCalls": None,
        "reservedUsd": "0.01",
        "spentUsd": "0.03",
        "calls": 4,
        "openCalls": 1,
        "unpriced": 1,
        "source": "command",
    }
    calls = line(Limit.POWER_CALLS, 25, Balance(power_calls=8, calls=9)).as_json()
    assert (calls["limitCalls"], calls["usedCalls"], calls["leftCalls"]) == (25, 8, 17)
    assert (calls["limitUsd"], calls["leftUsd"], calls["spentUsd"]) == (None, None, None)
    run = line(Limit.RUN, CENT, None).as_json()
    assert (run["usedUsd"], run["spentUsd"], run["calls"]) == (None, None, None)


def test_an_amount_is_shown_in_the_unit_of_its_limit():
    assert line(Limit.DAY, CENT, None).shown(CENT) == "$0.01"
    assert line(Limit.POWER_CALLS, 25, None).shown(8) == "8"
    assert line(Limit.DAY, CENT, None).shown(None) == "-"
