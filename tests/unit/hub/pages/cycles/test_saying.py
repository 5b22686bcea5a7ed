"""What steps said: a sentence each, made of what their messages tell, and the figures behind the audit."""

from __future__ import annotations

import pytest

from quorate.cycle.strip import StepStanding, StepState
from quorate.hub.pages.cycles.saying import decisions_of, recomputed, sentence_of
from quorate.kernel.step_message import StepName
from tests.fakes.cycles import ORDER, WORK, Walk, audit, message
from tests.fakes.rows_of_cycles import CycleJournal

S = StepName


def said(step, **changes):
    return sentence_of(
        StepStanding(name=step, state=StepState.DONE, message=message(step, **changes))
    )


async def cycle(**changes):
    """Return a whole cycle; `changes` are the data that steps tell otherwise, by the step's name."""
    walk = Walk(CycleJournal())
    await walk.begin()
    for step in WORK:
        await walk.say(message(step, **changes.get(step.name, {})))
    return walk.cycle


@pytest.mark.parametrize(
    ("step", "changes", "sentence"),
    [
        (S.DATA_FETCHING, {}, "2 symbols as of 2012-06-29; FB left out."),
        (S.DATA_FETCHING, {"leftOut": {}}, "2 symbols as of 2012-06-29."),
        (
            S.DATA_FETCHING,
            {"symbols": {"AAPL": {"stale": "cache_stale"}}, "leftOut": {}},
            "1 symbol as of 2012-06-29, AAPL stale.",
        ),
        (S.MARKET_ANALYSIS, {}, "1 BUY, 1 HOLD; the regime is mixed."),
        (
            S.MARKET_ANALYSIS,
            {
                "regime": {"overall": "high_volatility"},
                "analysis": {"decisions": []},
                "downtrend_detected": True,
            },
            "No decision; the regime is high volatility, and a fall of more than 5 %.",
        ),
        (S.BACKTESTING, {}, "AAPL passed the gate."),
        (S.BACKTESTING, {"backtest_results": {}}, "Nothing to test: no BUY."),
        (
            S.BACKTESTING,
            {"backtest_results": {"AAPL": {"passed": True}, "IBM": {"passed": False}}},
            "The gate refused IBM, AAPL passed.",
        ),
        (
            S.BACKTESTING,
            {"backtest_results": {"IBM": {"passed": False}}},
            "The gate refused IBM.",
        ),
        (S.RISK_MANAGEMENT, {}, "1 of 1 orders approved."),
        (
            S.RISK_MANAGEMENT,
            {"orders": [{"approved": False, "code": "MAX_POSITION"}], "paused": "IBM is bearish"},
            "0 of 1 orders approved (MAX_POSITION). New risk is paused: IBM is bearish.",
        ),
        (S.RISK_MANAGEMENT, {"orders": []}, "Nothing to order."),
        (S.EXECUTION, {}, "Placed the entry of AAPL."),
        (S.EXECUTION, {"orders": []}, "Nothing was placed."),
        (S.EXECUTION, {"refused": [{}, {}]}, "Placed the entry of AAPL; 2 orders refused."),
        (S.MONITORING, {}, "The book is worth $100,025.50, 1 stop placed."),
        (
            S.MONITORING,
            {"protected": [], "gap": "-5.00"},
            "The book is worth $100,025.50. The broker's cash differs by \N{MINUS SIGN}$5.00.",
        ),
    ],
)
def test_a_step_is_told_in_a_sentence(step, changes, sentence):
    assert said(step, **changes) == sentence


@pytest.mark.parametrize(
    ("violations", "sentence"),
    [
        ((), "Every check holds on the raw trace."),
        (("no approval",), "1 violation: no approval."),
        (("one", "two"), "2 violations: one; two."),
    ],
)
def test_the_auditor_is_told_in_a_sentence(violations, sentence):
    step = StepStanding(name=S.AUDITOR, state=StepState.DONE, message=audit(violations))
    assert sentence_of(step) == sentence


@pytest.mark.parametrize("step", list(StepName))
def test_a_step_that_failed_tells_its_error_and_a_silent_one_nothing(step):
    failed = StepStanding(name=step, state=StepState.FAILED, message=message(step, error="no bars"))
    assert sentence_of(failed) == "no bars"
    assert sentence_of(StepStanding(name=step, state=StepState.WAITING)) == ""


@pytest.mark.parametrize("step", WORK)
@pytest.mark.parametrize("data", [{}, {"orders": 3, "symbols": "x", "regime": [], "equity": "NaN"}])
def test_a_message_that_tells_less_than_it_should_is_no_reason_to_fail(step, data):
    bare = message(step)
    odd = StepStanding(
        name=step,
        state=StepState.DONE,
        message=type(bare)(
            agent=bare.agent,
            action=bare.action,
            timestamp=bare.timestamp,
            success=True,
            data=data,
        ),
    )
    assert sentence_of(odd).endswith(".")


async def test_the_decisions_of_a_cycle_are_counted():
    assert decisions_of(await cycle()) == "1 BUY, 1 HOLD"
    walk = Walk(CycleJournal())
    await walk.begin()
    assert decisions_of(walk.cycle) == ""


async def test_the_figures_of_an_audit_stand_beside_their_limits():
    assert [(each.name, each.figure, each.within) for each in recomputed(await cycle())] == [
        ("Downtrend", "worst IBM \N{MINUS SIGN}1.2 %, limit \N{MINUS SIGN}5 %", True),
        ("Risk at the stop", "0.07 % of equity, limit 1 %", True),
        ("Approval", "1 of 1 placed orders approved", True),
    ]


@pytest.mark.parametrize(
    ("changes", "name", "figure"),
    [
        (
            {"DATA_FETCHING": {"symbols": {"IBM": {"close": "94", "previousClose": "100"}}}},
            "Downtrend",
            "worst IBM \N{MINUS SIGN}6.0 %, limit \N{MINUS SIGN}5 %",
        ),
        (
            {"RISK_MANAGEMENT": {"equity": "5000"}},
            "Risk at the stop",
            "1.44 % of equity, limit 1 %",
        ),
        (
            {"EXECUTION": {"orders": [{**ORDER, "protectiveStop": "584.00"}]}},
            "Risk at the stop",
            "0.00 % of equity, limit 1 %",
        ),
        (
            {"EXECUTION": {"orders": [{**ORDER, "price": None}]}},
            "Risk at the stop",
            "no entry, limit 1 %",
        ),
        (
            {"RISK_MANAGEMENT": {"orders": [{**ORDER, "approved": False}]}},
            "Approval",
            "0 of 1 placed orders approved",
        ),
    ],
)
async def test_a_figure_beyond_its_limit_is_not_within_it(changes, name, figure):
    (found,) = [each for each in recomputed(await cycle(**changes)) if each.name == name]
    assert (found.figure, found.within) == (figure, False)


async def test_a_cycle_that_placed_nothing_says_how_much_was_refused():
    found = recomputed(
        await cycle(
            EXECUTION={"orders": []}, RISK_MANAGEMENT={"orders": [{**ORDER, "approved": False}]}
        )
    )
    (approval,) = [each for each in found if each.name == "Approval"]
    assert (approval.figure, approval.within) == ("no order placed, 1 refused", True)


async def test_a_cycle_that_placed_nothing_has_nothing_to_approve():
    found = recomputed(await cycle(EXECUTION={"orders": []}, RISK_MANAGEMENT={"orders": []}))
    assert [(each.figure, each.within) for each in found[1:]] == [
        ("no entry, limit 1 %", True),
        ("no order placed", True),
    ]
