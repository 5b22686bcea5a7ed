"""The desk: every order is judged on all that is known, every verdict is signed, and asking twice changes nothing."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from quorate.cycle.risk_desk import LockKey, LockKind
from quorate.cycle.risk_desk.locks import EVERY
from quorate.cycle.risk_desk.service import NOT_AT_BROKER
from quorate.execution import Execution, Order, OrderEvent, OrderState
from quorate.execution.order import executed, happened
from quorate.execution.recorded import (
    RecordedOrder,
    TradingStanding,
    intended,
    moved,
    trading_event,
)
from quorate.execution.sending import Intent, id_of
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import TraceId
from quorate.portfolio.book import BookMode
from quorate.risk import EntryWish, Leg, OrderKind, RiskLimits, Side, TradingState
from quorate.risk.verdict import recorded_approval
from tests.fakes.clock import NOON
from tests.fakes.desks import BOOK, HASH, DeskStage, TestKey, entry
from tests.unit.risk.orders import AAPL, CALM, IBM, sold

D = Decimal
INTENT = Intent(decided_at=NOON, trace_id=TraceId("t"))
DAY = timedelta(days=1)


def codes(judged):
    return sorted(str(f.code) for f in judged.assessment.findings if f.code)


def sale(leg=Leg.EXIT, quantity="10", decision="dec_1", **changes):
    order = entry(decision, quantity=quantity)
    kind = OrderKind.STOP if leg is Leg.STOP else OrderKind.MARKET
    return replace(
        order,
        side=Side.SELL,
        leg=leg,
        kind=kind,
        price=D("95.00") if leg is Leg.STOP else None,
        protective_stop=None,
        **changes,
    )


async def recorded(stage, request, *events, filled=None):
    """Put an order on record as the execution room does, moved by `events`."""
    known = RecordedOrder(
        order=Order(client_order_id=id_of(request, 0), request=request),
        book=BOOK,
        trace_id=INTENT.trace_id,
        generation=0,
        expires_at=stage.clock.now() + timedelta(seconds=60),
    )
    await stage.store.commit(lambda _tx: [intended(known)])
    changes = [lambda order, event=event: happened(order, event) for event in events]
    if filled:
        share = Execution(id="x", quantity=D(filled), price=D(100))
        changes.append(lambda order: executed(order, share))
    for change in changes:
        before = stage.store.by_id[known.order.client_order_id]
        held = stage.store.held_shares(BOOK, request.symbol)
        rows = list(moved(before, change(before.order), held))
        await stage.store.commit(lambda _tx, rows=rows: rows)
    return stage.store.by_id[known.order.client_order_id]


async def test_an_order_in_a_calm_market_is_approved_with_a_signed_verdict():
    stage = DeskStage()
    desk = await stage.opened()
    judged = await desk.judged(entry())
    assert judged.assessment.passes
    told = judged.event.payload
    assert (told["outcome"], told["code"], told["snapshotHash"]) == ("approved", None, "snap")
    assert told["limitsHash"] == RiskLimits().hash
    assert judged.event.book == BOOK
    again = recorded_approval(told["envelope"], entry(), TestKey().is_signed)
    assert again.assessment == judged.assessment
    assert stage.store.rows == [], "the caller commits it with its step"


async def test_a_decision_may_stand_on_evidence_of_its_own():
    stage = DeskStage()
    told = replace(CALM.decision, hash=HASH, snapshot_hash="earlier")
    await stage.desk.open({"dec_1": told}, {AAPL: CALM.market}, "snap")
    assert (await stage.desk.judged(entry())).event.payload["snapshotHash"] == "earlier"


async def test_what_was_judged_lately_and_is_on_record_is_not_judged_again():
    stage = DeskStage()
    desk = await stage.opened()
    judged = await stage.committed(entry())
    stage.clock.time += timedelta(seconds=15)
    approved = await desk.approved(entry())
    assert approved.assessment is judged.assessment
    assert stage.store.types() == ["risk.judged"]


async def test_after_fifteen_seconds_it_is_judged_anew():
    stage = DeskStage()
    desk = await stage.opened()
    await stage.committed(entry())
    stage.clock.time += timedelta(seconds=15, microseconds=1)
    await desk.approved(entry())
    assert stage.store.types() == ["risk.judged", "risk.judged"]


async def test_a_verdict_that_nobody_committed_approves_nothing():
    stage = DeskStage()
    desk = await stage.opened()
    judged = await desk.judged(entry())
    approved = await desk.approved(entry())
    assert approved.assessment is not judged.assessment
    assert stage.store.types() == ["risk.judged"]


async def test_a_denial_raises_and_its_verdict_is_kept():
    stage = DeskStage()
    desk = await stage.opened()
    stage.broker.is_worth("98000")
    with pytest.raises(RejectedError, match="DAILY_LOSS_LIMIT"):
        await desk.approved(entry())
    (row,) = stage.store.rows
    assert (row.payload["outcome"], row.payload["code"]) == ("denied", "DAILY_LOSS_LIMIT")
    stage.broker.is_worth("100000")
    assert (await desk.approved(entry())).assessment.passes, "a denial is not kept for later"


async def test_before_a_submit_the_broker_is_asked_afresh():
    stage = DeskStage()
    desk = await stage.opened()
    for _ in range(3):
        await desk.judged(entry())
    assert stage.broker.asked == 1
    await desk.approved(entry())
    assert stage.broker.asked == 2


async def test_an_old_reading_is_not_judged_on():
    stage = DeskStage()
    desk = await stage.opened()
    stage.clock.time += timedelta(seconds=6)
    await desk.judged(entry())
    assert stage.broker.asked == 2


async def test_a_decision_grows_old_while_the_cycle_goes_on():
    stage = DeskStage()
    desk = await stage.opened()
    stage.clock.time += timedelta(seconds=60)
    assert codes(await desk.judged(entry())) == []
    stage.clock.time += timedelta(seconds=1)
    assert codes(await desk.judged(entry())) == ["DECISION_EXPIRED"]


async def test_a_quote_that_grew_old_is_asked_for_again():
    stage = DeskStage()
    desk = await stage.opened()
    stage.clock.time += timedelta(seconds=14)
    assert codes(await desk.judged(entry())) == []
    assert stage.market.asked == []
    stage.clock.time += timedelta(seconds=1)
    stage.market.facts_now = {AAPL: replace(CALM.market, quote_age_s=D(16))}
    assert codes(await desk.judged(entry())) == ["MARKET_DATA_STALE"]
    assert stage.market.asked == [AAPL]


async def test_a_market_that_nobody_knows_refuses():
    stage = DeskStage()
    desk = await stage.opened(market={})
    stage.market.facts_now = {}
    found = codes(await desk.judged(entry()))
    assert {"MARKET_DATA_STALE", "PRICE_OUTSIDE_COLLAR", "MARKET_CLOSED"} <= set(found)


async def test_an_entry_whose_decision_the_cycle_does_not_know_is_refused():
    stage = DeskStage()
    desk = await stage.opened("dec_2")
    assert codes(await desk.judged(entry())) == [
        *("CONFIDENCE_BELOW_MINIMUM", "DECISION_EXPIRED", "DECISION_NOT_APPROVED"),
        *("PORTFOLIO_DELTA_NOT_ESCALATED", "RISK_MANAGER_VETO"),
    ]


async def test_what_was_approved_in_a_cycle_counts_as_open_for_the_next():
    stage = DeskStage()
    desk = await stage.opened("dec_1", "dec_2", "dec_3")
    for decision, symbol in (("dec_1", AAPL), ("dec_2", IBM)):
        assert (await desk.judged(entry(decision, symbol, "14"))).assessment.passes
    account = await desk.account()
    assert account.pending_buys() == 2800
    assert account.pending_buys(AAPL) == 1400
    wish = EntryWish(
        symbol=AAPL,
        quantity=D(100),
        price=D(100),
        stop=D(99),
        step=D(1),
        average_volume=D(10**9),
    )
    assert (await desk.wished(wish)).quantity == 50
    stage.broker.account_now = replace(stage.broker.account_now, buying_power=D(3500))
    await stage.opened("dec_3")
    assert (await desk.account()).pending_buys() == 0, "another cycle begins with nothing"


async def test_orders_of_one_cycle_do_not_exceed_the_limits_together():
    stage = DeskStage(limits=RiskLimits(max_order_equity=D("0.014"), max_gross_equity=D("0.02")))
    desk = await stage.opened("dec_1", "dec_2")
    assert codes(await desk.judged(entry("dec_1"))) == []
    assert codes(await desk.judged(entry("dec_2", IBM))) == []
    third = await stage.desk.judged(entry("dec_2", IBM, "11"))
    assert codes(third) == ["GROSS_EXPOSURE"]


async def test_an_order_that_was_refused_does_not_count_as_open():
    stage = DeskStage()
    desk = await stage.opened()
    await desk.judged(entry(quantity="15"))
    assert (await desk.account()).pending_buys() == 0


async def test_an_approved_order_counts_once_when_it_is_on_record():
    stage = DeskStage()
    desk = await stage.opened()
    await stage.committed(entry())
    await recorded(stage, entry())
    assert (await desk.account()).pending_buys() == 1000
    await recorded(stage, entry("dec_2", IBM))
    assert (await desk.account()).pending_buys() == 2000


async def test_an_order_on_record_that_was_never_sent_is_judged_as_things_are_now():
    """Killed between intent and sending: it does not stand in its own way, and its approval is not older than it."""
    stage = DeskStage()
    await stage.opened()
    await stage.committed(entry())
    await recorded(stage, entry())
    stage.desk = stage.fresh()
    await stage.opened()
    assert (await stage.desk.approved(entry())).assessment.passes
    assert stage.store.types().count("risk.judged") == 2


async def test_an_order_at_the_broker_gets_the_approval_back_that_it_was_sent_with():
    """Killed while it was sent: were it judged anew it would find itself, and what it bought, in its way."""
    stage = DeskStage()
    await stage.opened()
    judged = await stage.committed(entry())
    await recorded(stage, entry(), OrderEvent.SEND, filled="10")
    stage.broker.holds(AAPL, "10")
    stage.desk = stage.fresh()
    await stage.opened()
    approved = await stage.desk.approved(entry())
    assert approved.assessment == judged.assessment
    assert stage.store.types().count("risk.judged") == 1


async def test_a_recorded_approval_that_was_tampered_with_is_not_given_back():
    stage = DeskStage()
    await stage.opened()
    judged = await stage.committed(entry())
    await recorded(stage, entry(), OrderEvent.SEND)
    envelope = dict(judged.event.payload["envelope"])
    envelope["payload"] = envelope["payload"][:-8] + "AAAAAAAA"
    place = stage.store.rows.index(judged.event)
    stage.store.rows[place] = replace(
        judged.event, payload={**judged.event.payload, "envelope": envelope}
    )
    with pytest.raises(InvariantBrokenError):
        await stage.fresh().approved(entry())


async def held(stage, quantity="10"):
    """Return the desk of a process that knows nothing but an entry that was filled."""
    await recorded(stage, entry(quantity=quantity), OrderEvent.SEND, filled=quantity)
    stage.broker.holds(AAPL, quantity)
    return stage.desk


@pytest.mark.parametrize("leg", [Leg.STOP, Leg.TARGET, Leg.HORIZON, Leg.FLATTEN])
async def test_an_exit_outside_of_a_cycle_is_judged_on_the_entrys_decision(leg):
    stage = DeskStage()
    desk = await held(stage)
    approved = await desk.approved(sale(leg))
    assert approved.request.leg is leg
    assert stage.market.asked == [AAPL]


async def test_an_exit_of_a_decision_that_was_never_entered_is_refused():
    stage = DeskStage()
    desk = await held(stage)
    with pytest.raises(RejectedError, match="DECISION_NOT_APPROVED"):
        await desk.approved(sale(Leg.FLATTEN, decision="dec_9"))
    with pytest.raises(RejectedError, match="DECISION_NOT_APPROVED"):
        await desk.approved(sale(Leg.FLATTEN, decision_hash="cd" * 32))


async def test_a_stop_follows_a_partial_fill_while_the_rest_of_its_entry_works():
    stage = DeskStage()
    desk = await stage.opened()
    await stage.committed(entry())
    await recorded(stage, entry(), OrderEvent.SEND, filled="4")
    stage.broker.holds(AAPL, "4")
    stop = sale(Leg.STOP, "4")
    assert (await desk.approved(stop)).assessment.passes
    await recorded(stage, stop, OrderEvent.SEND)
    stage.broker.holds(AAPL, "8")
    second = replace(stop, intended_quantity=D(8))
    assert (await desk.approved(second)).assessment.passes, "the same size again is no duplicate"
    with pytest.raises(RejectedError, match="OUT_EXCEEDS_IN"):
        await desk.approved(replace(second, quantity=D(5)))


async def test_more_than_is_held_is_never_sold():
    stage = DeskStage()
    desk = await held(stage)
    with pytest.raises(RejectedError, match="SHORT_POSITION"):
        await desk.approved(sale(Leg.FLATTEN, "11"))


async def test_a_halted_book_lets_go_of_what_it_holds_and_enters_nothing():
    stage = DeskStage()
    await held(stage)
    halt = trading_event(BOOK, TradingStanding(), TradingState.HALTED, reason="drill", by="me")
    await stage.store.commit(lambda _tx: [halt])
    desk = await stage.opened("dec_1", "dec_2")
    assert codes(await desk.judged(entry("dec_2", IBM))) == ["TRADING_HALTED"]
    assert (await desk.approved(sale(Leg.FLATTEN))).assessment.passes


async def test_the_auditors_halt_is_an_open_breaker():
    stage = DeskStage()
    halt = trading_event(
        BOOK, TradingStanding(), TradingState.HALTED, reason="1.2 % at risk", by="auditor"
    )
    await stage.store.commit(lambda _tx: [halt])
    desk = await stage.opened()
    assert codes(await desk.judged(entry())) == ["CIRCUIT_OPEN", "TRADING_HALTED"]


@pytest.mark.parametrize(
    ("signs", "code"),
    [
        ({"stream_ready": False}, "STREAM_RECONCILING"),
        ({"audit_available": False}, "AUDIT_UNAVAILABLE"),
        ({"calls_last_minute": 150}, "RATE_LIMIT_EXCEEDED"),
        ({"budget_left": False}, "BUDGET"),
    ],
)
async def test_the_signs_of_the_system_are_heeded(signs, code):
    stage = DeskStage()
    stage.system.now = replace(stage.system.now, **signs)
    desk = await stage.opened()
    assert codes(await desk.judged(entry())) == [code]


async def test_a_book_that_was_not_compared_lately_enters_nothing():
    stage = DeskStage()
    stage.store.compared = NOON - timedelta(seconds=301)
    desk = await stage.opened()
    assert codes(await desk.judged(entry())) == ["RECONCILIATION_STALE"]
    stage.store.compared = None
    assert codes(await desk.judged(entry())) == ["RECONCILIATION_STALE"]
    stage.store.compared = NOON + timedelta(seconds=2)
    assert codes(await desk.judged(entry())) == [], "a clock that is a little behind"


async def test_day_trades_are_the_brokers_or_counted_here():
    stage = DeskStage()
    stage.store.day_traded = 3
    desk = await stage.opened()
    assert codes(await desk.judged(entry())) == ["DAY_TRADE_SPEED_BUMP"]
    stage.broker.account_now = replace(stage.broker.account_now, day_trades=2)
    await stage.opened()
    assert codes(await desk.judged(entry())) == []


async def test_a_replay_book_is_judged_on_its_bars_alone():
    stage = DeskStage(mode=BookMode.REPLAY)
    stage.store.compared, stage.store.day_traded = None, 9
    bars = replace(CALM.market, quote_age_s=None, bid=None, ask=None, is_open=None)
    desk = await stage.opened(market={AAPL: bars})
    assert codes(await desk.judged(entry(kind=OrderKind.MARKET, price=None))) == []
    assert stage.market.asked == []
    stage.clock.time += DAY
    stage.market.facts_now = {AAPL: replace(bars, is_fresh_bar=False)}
    assert "MARKET_DATA_STALE" in codes(await desk.judged(entry(kind=OrderKind.MARKET, price=None)))
    assert stage.market.asked == [AAPL], "another session has other bars"


async def test_an_instrument_is_asked_for_once_in_a_while():
    stage = DeskStage()
    stage.broker.instruments = {AAPL: None}
    desk = await stage.opened()
    assert "INSTRUMENT_NOT_FOUND" in codes(await desk.judged(entry()))
    stage.broker.instruments = {}
    assert "INSTRUMENT_NOT_FOUND" in codes(await desk.judged(entry()))
    await stage.opened()
    assert codes(await desk.judged(entry())) == [], "another cycle asks again"
    stage.broker.instruments = {AAPL: None}
    stage.clock.time += timedelta(seconds=300)
    assert "INSTRUMENT_NOT_FOUND" not in codes(await desk.judged(entry()))
    stage.clock.time += timedelta(seconds=1)
    assert "INSTRUMENT_NOT_FOUND" in codes(await desk.judged(entry()))


async def test_an_approval_to_sell_is_for_one_sale():
    stage = DeskStage()
    desk = await held(stage)
    judged = await stage.committed(sale(Leg.FLATTEN))
    assert (await desk.approved(sale(Leg.FLATTEN))).assessment is judged.assessment
    stage.broker.holds(AAPL, "4")
    with pytest.raises(RejectedError, match="SHORT_POSITION"):
        await desk.approved(sale(Leg.FLATTEN))


async def test_a_desk_that_stays_open_keeps_nothing_of_the_sales_that_it_let_through():
    stage = DeskStage()
    desk = await held(stage)
    for _ in range(5):
        await desk.approved(sale(Leg.FLATTEN))
        await desk.approved(sale(Leg.STOP))
    assert desk._judged == {}
    assert stage.store.types().count("risk.judged") == 10


async def test_the_fifth_entry_of_a_symbol_on_a_day_locks_it():
    stage = DeskStage()
    for number in range(5):
        request = entry(f"dec_{number + 10}")
        await recorded(stage, request, OrderEvent.SEND, OrderEvent.EXPIRED)
        stage.clock.time += timedelta(minutes=10)
    desk = await stage.opened()
    stage.store.compared = stage.clock.now()
    assert codes(await desk.judged(entry())) == ["REPEATED_EXECUTION"]
    (locked,) = await desk.guarded()
    assert (locked.payload["kind"], locked.payload["symbol"]) == ("REPEATED_EXECUTION", AAPL)
    stage.clock.time += DAY
    stage.store.compared = stage.clock.now()
    await stage.opened()
    assert codes(await desk.judged(entry())) == ["REPEATED_EXECUTION"], "a person lifts it"
    lock = await desk.lifted(LockKind.REPEATED_EXECUTION, AAPL, reason="looked", by="operator")
    assert lock.symbol == AAPL
    assert codes(await desk.judged(entry())) == []
    assert await desk.guarded() == ()
    with pytest.raises(RejectedError) as none:
        await desk.lifted(LockKind.REPEATED_EXECUTION, AAPL, reason="again", by="operator")
    assert none.value.slug == "not-found"


async def test_a_lock_that_ends_by_itself_is_nobodys_to_lift():
    with pytest.raises(RejectedError, match="ends by itself"):
        await DeskStage().desk.lifted(LockKind.COOLDOWN, AAPL, reason="now", by="operator")


async def test_a_bad_day_reduces_halts_and_is_told_once():
    stage = DeskStage()
    desk = await stage.opened()
    assert await desk.guarded() == ()
    stage.broker.is_worth("97900")
    events = await desk.guarded()
    assert [event.type for event in events] == ["lock.set", "trading.moved"]
    assert stage.store.trading(BOOK).state is TradingState.REDUCING
    assert await desk.guarded() == ()
    stage.broker.is_worth("97000")
    await desk.guarded()
    assert stage.store.trading(BOOK).state is TradingState.HALTED
    assert stage.store.set_by[BOOK] == "risk"
    assert await desk.guarded() == ()
    assert len(stage.store.rows) == 4


async def test_reducing_by_a_days_loss_ends_with_the_next_session():
    stage = DeskStage()
    stage.broker.is_worth("97900")
    await stage.desk.guarded()
    stage.clock.time += DAY
    stage.keeper.equity = D(97_900)
    events = await stage.desk.guarded()
    assert [event.type for event in events] == ["lock.lifted", "trading.moved"]
    assert stage.store.trading(BOOK).state is TradingState.ACTIVE


async def test_a_fall_from_the_peak_halts():
    stage = DeskStage()
    stage.keeper.peak = D(112_000)
    await stage.desk.guarded()
    assert stage.store.trading(BOOK).state is TradingState.HALTED
    assert "peak" in stage.store.trading(BOOK).reason


async def test_exits_of_the_keeper_become_locks():
    stage = DeskStage()
    stage.keeper.exits = (sold(0),)
    (event,) = await stage.desk.guarded()
    assert event.payload["kind"] == "COOLDOWN"
    desk = await stage.opened()
    assert codes(await desk.judged(entry())) == ["COOLDOWN"]


async def test_a_falling_or_bearish_market_pauses_new_risk_for_the_day():
    stage = DeskStage()
    desk = stage.desk
    assert await desk.new_risk((), ()) == ""
    assert stage.store.rows == []
    said = await desk.new_risk({AAPL}, {IBM})
    assert said == "AAPL fell by more than 5 %; the market of IBM is bearish"
    assert await desk.new_risk({AAPL}, {IBM}) == said
    assert await desk.new_risk((), ()) == said, "the day is not over"
    assert len(stage.store.rows) == 1
    stage.clock.time += DAY
    assert await desk.new_risk((), {IBM}) == "the market of IBM is bearish"
    stage.clock.time += DAY
    assert await desk.new_risk((), ()) == ""
    assert [row.type for row in stage.store.rows] == ["lock.set", "lock.set", "lock.lifted"]
    lock = stage.store.kept[LockKey(LockKind.NEW_RISK_PAUSED, EVERY)]
    assert (lock.is_set, lock.version) == (False, 3)


async def test_another_process_finds_the_pause():
    stage = DeskStage()
    said = await stage.desk.new_risk({AAPL}, ())
    assert await stage.fresh().new_risk((), ()) == said
    assert len(stage.store.rows) == 1


async def test_two_entries_asked_for_at_once_are_judged_one_after_the_other():
    stage = DeskStage(limits=RiskLimits(max_gross_equity=D("0.015")))
    desk = await stage.opened("dec_1", "dec_2")
    async with asyncio.TaskGroup() as group:
        one = group.create_task(desk.judged(entry("dec_1")))
        two = group.create_task(desk.judged(entry("dec_2", IBM)))
    assert sorted([codes(one.result()), codes(two.result())]) == [[], ["GROSS_EXPOSURE"]]


def test_an_order_in_doubt_is_at_the_broker_for_all_we_know():
    assert {OrderState.INITIALIZED, OrderState.DENIED} == NOT_AT_BROKER


async def test_the_orders_of_a_minute_are_counted_over_midnight():
    stage = DeskStage(limits=RiskLimits(max_orders_per_minute=1))
    stage.clock.time = NOON.replace(hour=23, minute=59, second=50)
    await recorded(stage, entry("dec_9"), OrderEvent.SEND, OrderEvent.EXPIRED)
    stage.clock.time += timedelta(seconds=30)
    stage.store.compared = stage.clock.now()
    desk = await stage.opened()
    assert codes(await desk.judged(entry())) == ["RATE_LIMIT_EXCEEDED"]
    stage.clock.time += timedelta(seconds=31)
    await stage.opened()
    assert codes(await desk.judged(entry())) == []
