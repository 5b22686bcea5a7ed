"""Locks: set once for one cause, with a reason and an end; lifted when the cause is over, or by a person."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from quorate.cycle.risk_desk.locks import (
    EVERY,
    OF_A_DAY,
    Lock,
    LockKey,
    LockKind,
    Losses,
    due_locks,
    guard_events,
    lock_events,
    losses_of,
    market_causes,
    pause_events,
)
from quorate.execution.recorded import TradingStanding
from quorate.kernel.ids import BookName, Symbol
from quorate.risk import RiskLimits, TradingState
from tests.unit.risk.orders import AAPL, CALM, IBM, at, sold

BOOK = BookName("paper")
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
LIMITS = RiskLimits()
CALM_DAY = Losses(day=Decimal(0), drawdown=Decimal(0))
K, S = LockKind, TradingState


def losses(day="0", drawdown="0"):
    return Losses(day=Decimal(day), drawdown=Decimal(drawdown))


def due(*, lost=CALM_DAY, exits=(), bought=None, today=TODAY):
    return due_locks(today, lost, exits, bought or {}, LIMITS)


def keyed(*locks):
    return {lock.key: lock for lock in locks}


def told(events):
    """Return type, kind and symbol of lock rows, and from and to of trading rows."""
    return [
        (e.type, e.payload["from"], e.payload["to"])
        if e.type == "trading.moved"
        else (e.type, e.payload["kind"], e.payload["symbol"])
        for e in events
    ]


def after(locks, events):
    """Return the locks as the rows leave them."""
    kept = dict(locks)
    for event in events:
        if not event.type.startswith("lock."):
            continue
        facts = event.payload
        key = LockKey(K(facts["kind"]), Symbol(facts["symbol"]))
        until = facts["untilSession"]
        kept[key] = Lock(
            kind=key.kind,
            symbol=key.symbol,
            reason=facts["reason"],
            until=date.fromisoformat(until) if until else None,
            is_set=event.type == "lock.set",
            version=facts["version"],
        )
    return kept


@pytest.mark.parametrize(
    ("lost", "kinds"),
    [
        (losses("0.0199"), []),
        (losses("0.02"), [K.DAY_LOSS_REDUCING]),
        (losses("0.0299"), [K.DAY_LOSS_REDUCING]),
        (losses("0.03"), [K.DAY_LOSS_REDUCING, K.DAY_LOSS_HALTING]),
        (losses("0", "0.0999"), []),
        (losses("0", "0.10"), [K.DRAWDOWN_HALTING]),
        (None, []),
    ],
)
def test_losses_lock_the_book_from_their_limits_on(lost, kinds):
    found = due(lost=lost)
    assert [lock.kind for lock in found] == kinds
    assert {lock.symbol for lock in found} <= {EVERY}
    assert all(lock.reason for lock in found)
    assert {lock.until for lock in found if lock.kind in OF_A_DAY} <= {TODAY + DAY}


def test_losses_are_told_of_the_day_and_of_the_peak():
    account = replace(CALM.account, equity=Decimal(97_000), peak_equity=Decimal(120_000))
    assert losses_of(account) == losses("0.03", str(1 - Decimal(97_000) / Decimal(120_000)))


@pytest.mark.parametrize("field", ["day_start_equity", "peak_equity"])
def test_nobody_says_what_was_lost_of_nothing(field):
    assert losses_of(at(account={field: Decimal(0)}).account) is None


def test_the_newest_exit_of_a_symbol_cools_it_down():
    found = due(exits=(sold(1), sold(0), sold(2, symbol=IBM)))
    assert [(lock.kind, lock.symbol, lock.until) for lock in found] == [
        (K.COOLDOWN, AAPL, TODAY + 2 * DAY)
    ]


def test_four_stops_lock_every_symbol():
    stops = tuple(sold(ago, symbol=IBM, stopped=True) for ago in (3, 5, 9, 23))
    assert [lock.kind for lock in due(exits=stops[:3])] == []
    (lock,) = due(exits=stops)
    assert (lock.kind, lock.symbol, lock.until) == (K.STOPLOSS_GUARD, EVERY, TODAY + DAY)
    late = tuple(replace(each, sessions_ago=each.sessions_ago + 1) for each in stops)
    assert due(exits=late) == []


def test_a_symbol_that_gains_too_little_is_locked():
    (lock,) = due(exits=(sold(5, "0.01"), sold(3, "0.009")))
    assert (lock.kind, lock.symbol, lock.until) == (K.LOW_PROFIT_SYMBOL, AAPL, TODAY + DAY)
    assert due(exits=(sold(5, "0.01"), sold(3, "0.01"))) == []
    assert due(exits=(sold(3, "-0.5"),)) == []


def test_a_symbol_that_was_bought_over_and_over_is_locked_until_a_person_lifts_it():
    assert due(bought={AAPL: 4}) == []
    (lock,) = due(bought={AAPL: 5})
    assert (lock.kind, lock.until) == (K.REPEATED_EXECUTION, None)
    locks = after({}, lock_events(BOOK, {}, [lock], TODAY))
    assert list(lock_events(BOOK, locks, [], TODAY + 5 * DAY)) == []
    lifted = {lock.key: replace(locks[lock.key], is_set=False, until=TODAY)}
    assert list(lock_events(BOOK, lifted, [lock], TODAY)) == [], "not again on that day"
    assert told(lock_events(BOOK, lifted, [lock], TODAY + DAY)) == [
        ("lock.set", K.REPEATED_EXECUTION, AAPL)
    ]


def test_a_lock_is_set_once_and_lifted_when_its_cause_is_over():
    wanted = due(exits=(sold(0),))
    first = list(lock_events(BOOK, {}, wanted, TODAY))
    assert told(first) == [("lock.set", K.COOLDOWN, AAPL)]
    assert first[0].stream == "lock:paper:COOLDOWN:AAPL"
    locks = after({}, first)
    assert list(lock_events(BOOK, locks, due(exits=(sold(1),)), TODAY + DAY)) == []
    over = list(lock_events(BOOK, locks, due(exits=(sold(2),)), TODAY + 2 * DAY))
    assert told(over) == [("lock.lifted", K.COOLDOWN, AAPL)]
    assert over[0].payload["version"] == 2
    again = after(locks, over)
    assert told(lock_events(BOOK, again, wanted, TODAY + 3 * DAY)) == [
        ("lock.set", K.COOLDOWN, AAPL)
    ]


@pytest.mark.parametrize(
    ("lost", "before", "moves"),
    [
        (losses("0.02"), S.ACTIVE, [("trading.moved", S.ACTIVE, S.REDUCING)]),
        (losses("0.02"), S.REDUCING, []),
        (losses("0.02"), S.HALTED, []),
        (losses("0.03"), S.ACTIVE, [("trading.moved", S.ACTIVE, S.HALTED)]),
        (losses("0.03"), S.REDUCING, [("trading.moved", S.REDUCING, S.HALTED)]),
        (losses("0", "0.10"), S.ACTIVE, [("trading.moved", S.ACTIVE, S.HALTED)]),
        (losses("0.019", "0.099"), S.ACTIVE, []),
    ],
)
def test_losses_move_the_trading_state_once(lost, before, moves):
    events = guard_events(BOOK, {}, TradingStanding(state=before), due(lost=lost), TODAY)
    assert [line for line in told(events) if line[0] == "trading.moved"] == moves
    locks = after({}, events)
    assert guard_events(BOOK, locks, TradingStanding(state=before), due(lost=lost), TODAY) == []


def reduced():
    """Return the locks and the trading state after a day's loss of 2 %."""
    events = guard_events(BOOK, {}, TradingStanding(), due(lost=losses("0.021")), TODAY)
    moved = events[-1].payload
    standing = TradingStanding(state=S(moved["to"]), reason=moved["reason"], version=1)
    return after({}, events), standing


def test_a_recovery_within_the_day_does_not_end_the_reducing():
    locks, standing = reduced()
    assert guard_events(BOOK, locks, standing, due(), TODAY) == []


def test_the_next_session_is_free_of_the_days_loss():
    locks, standing = reduced()
    events = guard_events(BOOK, locks, standing, due(today=TODAY + DAY), TODAY + DAY)
    assert told(events) == [
        ("lock.lifted", K.DAY_LOSS_REDUCING, EVERY),
        ("trading.moved", S.REDUCING, S.ACTIVE),
    ]
    assert events[-1].payload["by"] == "risk"


def test_a_loss_on_the_next_day_too_keeps_the_book_reducing():
    locks, standing = reduced()
    lost = due(lost=losses("0.025"), today=TODAY + DAY)
    events = guard_events(BOOK, locks, standing, lost, TODAY + DAY)
    assert told(events) == [("lock.set", K.DAY_LOSS_REDUCING, EVERY)]
    resumed = replace(standing, state=S.ACTIVE, reason="looked into it")
    events = guard_events(BOOK, locks, resumed, lost, TODAY + DAY)
    assert told(events)[-1] == ("trading.moved", S.ACTIVE, S.REDUCING)


def test_what_else_made_a_book_reduce_is_not_ended_by_a_new_day():
    locks, standing = reduced()
    other = replace(standing, reason="the broker tells otherwise")
    events = guard_events(BOOK, locks, other, due(today=TODAY + DAY), TODAY + DAY)
    assert told(events) == [("lock.lifted", K.DAY_LOSS_REDUCING, EVERY)]


@pytest.mark.parametrize("lost", [losses("0.03"), losses("0", "0.10")])
def test_a_halt_is_a_persons_to_end_and_a_resume_is_not_undone_by_the_same_loss(lost):
    events = guard_events(BOOK, {}, TradingStanding(), due(lost=lost), TODAY)
    locks = after({}, events)
    halted = TradingStanding(state=S.HALTED, reason=events[-1].payload["reason"], version=1)
    tomorrow = guard_events(BOOK, locks, halted, due(today=TODAY + DAY), TODAY + DAY)
    assert not [line for line in told(tomorrow) if line[0] == "trading.moved"]
    resumed = TradingStanding(version=2)
    assert guard_events(BOOK, locks, resumed, due(lost=lost), TODAY) == []


def test_a_worse_loss_halts_a_book_that_reduces():
    locks, standing = reduced()
    events = guard_events(BOOK, locks, standing, due(lost=losses("0.031")), TODAY)
    assert told(events) == [
        ("lock.set", K.DAY_LOSS_HALTING, EVERY),
        ("trading.moved", S.REDUCING, S.HALTED),
    ]


FELL = ["AAPL fell by more than 5 %"]


def test_causes_name_what_fell_and_what_is_bearish_besides():
    assert market_causes([IBM, AAPL], [AAPL, Symbol("MSFT")]) == [
        "AAPL, IBM fell by more than 5 %",
        "the market of MSFT is bearish",
    ]
    assert market_causes([], []) == []


def test_a_fall_pauses_new_risk_and_says_so_once():
    reason, events = pause_events(BOOK, {}, FELL, TODAY)
    assert reason == FELL[0]
    assert told(events) == [("lock.set", K.NEW_RISK_PAUSED, EVERY)]
    assert events[0].payload["untilSession"] == "2026-11-21"
    assert pause_events(BOOK, after({}, events), FELL, TODAY) == (reason, [])


def paused(causes=None, today=TODAY, locks=None):
    _, events = pause_events(BOOK, locks or {}, causes or FELL, today)
    return after(locks or {}, events)


def test_a_pause_lasts_the_day_even_when_the_market_is_clear_again():
    assert pause_events(BOOK, paused(), [], TODAY) == (FELL[0], [])


def test_a_pause_ends_on_a_later_day_with_a_clear_market():
    reason, events = pause_events(BOOK, paused(), [], TODAY + DAY)
    assert reason == ""
    assert told(events) == [("lock.lifted", K.NEW_RISK_PAUSED, EVERY)]
    assert pause_events(BOOK, after(paused(), events), [], TODAY + DAY) == ("", [])


def test_a_pause_goes_on_while_there_is_a_cause():
    bearish = ["the market of IBM is bearish"]
    locks = paused(bearish, TODAY + DAY, paused())
    reason, events = pause_events(BOOK, locks, [], TODAY + DAY)
    assert (reason, events) == (bearish[0], [])
    assert pause_events(BOOK, locks, [], TODAY + 2 * DAY)[0] == ""


def test_losses_and_exits_do_not_end_a_pause():
    assert list(lock_events(BOOK, paused(), [], TODAY + 9 * DAY)) == []


def test_a_clear_market_writes_nothing():
    assert pause_events(BOOK, {}, [], TODAY) == ("", [])
