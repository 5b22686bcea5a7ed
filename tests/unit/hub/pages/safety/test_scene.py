"""Safety in words and shapes: what a halt would touch, how full a limit is, what a breaker waits for."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from quorate.bootstrap.safety import BreakerLine, DrillReport, DrillStep, HaltOutcome, LimitLine
from quorate.bootstrap.safety.answers import SafetyView
from quorate.cycle.risk_desk.locks import EVERY, Lock, LockKind
from quorate.execution.halting import (
    BookHalt,
    Halt,
    HaltReport,
    HaltScope,
    Left,
    Reach,
    TradingLine,
)
from quorate.hub.pages.halted import banners
from quorate.hub.pages.notices import Tone
from quorate.hub.pages.safety.scene import (
    breaker_rows,
    choices,
    drilled_notice,
    halted_notice,
    limit_rows,
    lock_rows,
)
from quorate.risk import TradingState
from tests.fakes.safety import ACTIVE, HALTED, LIMITS, MODEL


def view(entries=0, positions=(), stops=0):
    return SafetyView(
        standing=ACTIVE, reach=Reach(entries, positions, stops), locks=(), trips=(), also=()
    )


def said(found):
    return [(each.title, each.text) for each in choices(found)]


def test_each_scope_says_what_it_would_touch_now():
    assert said(view(2, ("AAPL",), 1)) == [
        (
            "Stop new orders",
            "3 open orders and 1 position stay, with their stops. Exits still work.",
        ),
        (
            "Stop and cancel 2 open entries",
            "1 position stays open, protective stops are not cancelled.",
        ),
        (
            "Stop, cancel and close 1 position",
            "Sells all that is held at the market. Asks you to type FLATTEN.",
        ),
    ]


def test_where_nothing_is_open_nothing_is_counted():
    assert said(view()) == [
        ("Stop new orders", "Nothing is open or held. Exits still work."),
        ("Stop and cancel open entries", "Protective stops are not cancelled."),
        (
            "Stop, cancel and close all positions",
            "Sells all that is held at the market. Asks you to type FLATTEN.",
        ),
    ]


def test_the_safest_scope_comes_first_and_only_the_last_is_dangerous():
    assert [(each.scope, each.danger) for each in choices(view())] == [
        (HaltScope.NEW, False),
        (HaltScope.CANCEL, False),
        (HaltScope.FLATTEN, True),
    ]


def test_limits_that_fill_up_stand_apart_from_the_others():
    gauged, others = limit_rows(LIMITS)
    assert [row.name for row in gauged] == ["Risk", "Day loss"]
    assert [(row.name, row.limit) for row in others] == [("Max order", "$5,000.00")]
    assert (gauged[0].share, gauged[0].now) == (None, "")
    assert (gauged[1].now, gauged[1].limit, gauged[1].tone) == ("1.80 %", "2.00 %", 5)
    assert gauged[1].label == "Day loss: 1.80 % of 2.00 %"


@pytest.mark.parametrize(
    ("now", "share", "tone"),
    [
        pytest.param("-0.01", 0.0, 1, id="a gain is no loss"),
        pytest.param("0.0159", 0.795, 1, id="below"),
        pytest.param("0.016", 0.8, 5, id="at the warning"),
        pytest.param("0.02", 1.0, 6, id="at the limit"),
        pytest.param("0.05", 1.0, 6, id="above"),
    ],
)
def test_a_bar_warns_before_its_limit_and_is_full_at_it(now, share, tone):
    line = replace(LIMITS[1], now=Decimal(now))
    (row,), _ = limit_rows([line])
    assert (round(row.share, 3), row.tone) == (share, tone)


@pytest.mark.parametrize(
    ("unit", "limit", "shown"),
    [
        ("count", "50", "50"),
        ("seconds", "15", "15.0 s"),
        ("bps", "100", "100 bps"),
        ("minutes", "5", "5 min"),
        ("usd", "1", "$1.00"),
    ],
)
def test_a_limit_is_said_in_its_unit(unit, limit, shown):
    _, (row,) = limit_rows([LimitLine(key="k", name="n", note="", unit=unit, limit=Decimal(limit))])
    assert row.limit == shown


def test_an_open_breaker_says_how_long_and_a_latched_one_for_whom_it_waits():
    open_, latched = breaker_rows(
        [
            MODEL,
            BreakerLine(
                name="trading",
                dependency="auditor",
                circuit="open",
                failures=1.0,
                threshold=1.0,
                left_s=None,
                detail="RISK",
                latched=True,
            ),
        ]
    )
    assert (open_.state, open_.failures, open_.until, open_.tone) == (
        "open",
        "3 of 3",
        "for 42.0 s",
        "loss",
    )
    assert latched.until == "a person resets it"
    (half,) = breaker_rows([replace(MODEL, circuit="half_open", left_s=0.0)])
    assert (half.state, half.until, half.tone) == ("half-open", "the next call tries", "warn")


def test_a_lock_names_its_symbol_and_its_end():
    until = date(2012, 7, 3)
    cooling = Lock(kind=LockKind.COOLDOWN, symbol="AAPL", reason="sold", until=until)
    repeated = Lock(kind=LockKind.REPEATED_EXECUTION, symbol=EVERY, reason="5 times")
    first, second = lock_rows([cooling, repeated])
    assert (first.symbol, first.until, first.lifts) == (
        "AAPL",
        "until 2012-07-03 at the earliest",
        False,
    )
    assert (second.symbol, second.until) == ("All symbols", "until a person lifts it")
    assert (second.lifts, second.id) == (True, "REPEATED_EXECUTION:*")


def outcome(report, scope=HaltScope.CANCEL):
    halt = Halt(id="hlt_1", book=ACTIVE.book, scope=scope, reason="r", by="b")
    book = BookHalt(
        halt=halt, standing=HALTED, applied=True, reach=Reach(1, ("AAPL",), 1), report=report
    )
    return HaltOutcome(books=(book,))


@pytest.mark.parametrize(
    ("report", "tone", "text"),
    [
        pytest.param(
            HaltReport(cancelled=("a1-x",)),
            Tone.GAIN,
            "1 open order cancelled, 1 position kept, with their stops.",
            id="confirmed",
        ),
        pytest.param(
            HaltReport(unconfirmed=(Left(name="a1-x", cause="no answer"),)),
            Tone.LOSS,
            "Not confirmed: a1-x (no answer).",
            id="not confirmed",
        ),
        pytest.param(None, Tone.WARN, "Open orders are still being cancelled.", id="under way"),
    ],
)
def test_what_came_of_a_halt_is_said_as_it_is(report, tone, text):
    notice = halted_notice(outcome(report))
    assert (notice.tone, notice.title) == (tone, "Trading is halted on replay (REPLAY).")
    assert text in notice.text


def test_a_drill_that_failed_names_what_is_not_as_it_should_be():
    steps = (
        DrillStep(name="a halt is on record", ok=True, detail=""),
        DrillStep(name="another entry is refused", ok=False, detail=""),
    )
    failed = drilled_notice(DrillReport(halt_id="h", book=ACTIVE.book, steps=steps))
    assert (failed.tone, "another entry is refused" in failed.text) == (Tone.LOSS, True)
    passed = drilled_notice(DrillReport(halt_id="h", book=ACTIVE.book, steps=steps[:1]))
    assert passed.tone is Tone.GAIN


def test_books_that_were_stopped_together_are_told_together_the_halted_first():
    paper = replace(HALTED, book="paper", mode="PAPER")
    slow = TradingLine(
        book="other", mode="REPLAY", state=TradingState.REDUCING, reason="a loss", by="risk"
    )
    first, second = banners([slow, HALTED, ACTIVE, paper])
    assert (first.books, first.halted) == (("replay (REPLAY)", "paper (PAPER)"), True)
    assert (second.books, second.halted) == (("other (REPLAY)",), False)
    assert banners([ACTIVE]) == ()
