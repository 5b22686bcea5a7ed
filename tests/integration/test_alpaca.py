"""Alpaca's adapter where it is more than a broker: pairs, steps, pages, words, keys, what is sent at all."""

from contextlib import aclosing
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest

from quorate.execution import STATE_OF_STATUS, OrderEvent
from quorate.execution.broker import (
    BrokerUnavailableError,
    KeysRefusedError,
    OrderRefusedError,
)
from quorate.kernel.errors import InvariantBrokenError, QuorateError
from quorate.kernel.ids import Symbol
from quorate.risk import Leg, OrderKind
from tests.broker_server import Fault, has_contracts
from tests.broker_server.contract import Contract
from tests.fakes.approvals import approved
from tests.integration.alpaca_stages import account_at, begun, running_broker
from tests.integration.broker_contract import bought, held, id_of, sent, soon

pytestmark = pytest.mark.integration

PDT_FIELDS = ["daytrade_count", "pattern_day_trader", "daytrading_buying_power"]


@pytest.fixture(scope="module")
def server():
    with running_broker() as server:
        yield server


@pytest.fixture
async def stage(server):
    async with account_at(begun(server)) as stage:
        yield stage


async def test_a_pair_is_bought_and_held_in_nine_decimals(stage):
    stage.server.do("set", slices=7, seed=3)
    stage.server.trade("BTC/USD", "40000")
    order_id = await sent(stage, approved(quantity="0.123456789", symbol="BTC/USD"))
    await stage.trade("BTC/USD", "40001.5")
    (position,) = await stage.broker.positions()
    assert (position.symbol, position.quantity) == ("BTC/USD", Decimal("0.123456789"))
    found = await stage.broker.find(order_id)
    assert found.symbol == "BTC/USD"
    assert found.told.filled == Decimal("0.123456789")
    fills = stage.server.ledger("filled")
    assert len(fills) == 7
    assert sum(Decimal(each.qty) for each in fills) == found.told.filled


async def test_a_pair_trades_while_the_stock_market_is_closed(stage):
    stage.server.do("set", is_open=False)
    await sent(stage, approved(quantity="0.5", symbol="BTC/USD"))
    await sent(stage, approved())
    await stage.trade("BTC/USD", "40000")
    await stage.trade("AAPL", "100")
    assert (await held(stage, "BTC/USD"), await held(stage)) == (Decimal("0.5"), 0)
    assert not (await stage.broker.clock()).is_open


async def test_a_pairs_stop_is_a_stop_limit_and_reads_as_a_stop(stage):
    await sent(stage, approved(quantity="0.5", symbol="BTC/USD"))
    await stage.trade("BTC/USD", "40000")
    order_id = await sent(stage, approved(Leg.STOP, "0.5", price="38000", symbol="BTC/USD"))
    found = await stage.broker.find(order_id)
    assert (found.kind, found.price) == (OrderKind.STOP, Decimal(38000))
    await stage.trade("BTC/USD", "37900")
    assert await held(stage, "BTC/USD") == 0


async def test_a_pair_has_its_own_steps_and_no_closing_hour(stage):
    pair = await stage.broker.instrument(Symbol("BTC/USD"))
    assert (pair.symbol, pair.around_the_clock) == ("BTC/USD", True)
    assert (pair.quantity_step, pair.price_step) == (Decimal("0.000000001"), Decimal("0.01"))
    stock = await stage.broker.instrument(Symbol("AAPL"))
    assert not stock.around_the_clock
    assert stock.price_step_at(Decimal("0.99")) == Decimal("0.0001")


async def test_the_calendar_tells_the_sessions_in_utc(stage):
    first, second = await stage.broker.sessions(date(2026, 3, 6), date(2026, 3, 9))
    assert first.opens_at == datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
    assert second.closes_at == datetime(2026, 3, 9, 20, 0, tzinfo=UTC)


async def test_a_fraction_of_a_share_is_an_order_for_the_day(stage):
    await sent(stage, approved(quantity="0.123456789"))
    await stage.trade("AAPL", "100")
    await sent(stage, approved(Leg.STOP, "0.123456789", price="90"))
    assert await held(stage) == Decimal("0.123456789")


@pytest.mark.parametrize(
    ("price", "quantity"), [("100.005", "1"), ("0.12345", "1"), ("-1", "1"), ("10", "1E-10")]
)
async def test_what_is_off_the_brokers_steps_is_never_sent(stage, price, quantity):
    with pytest.raises(OrderRefusedError, match=r"steps|decimals"):
        await sent(stage, approved(quantity=quantity, price=price))
    assert stage.server.requests("POST", "/v2/orders") == 0


async def test_all_orders_are_told_over_all_pages(stage):
    stage.server.do("seed_orders", count=1234)
    orders = await stage.broker.orders()
    assert len({each.told.broker_order_id for each in orders}) == len(orders) == 1234
    assert stage.server.requests("GET", "/v2/orders") == 3
    moments = [each.submitted_at for each in orders]
    assert moments == sorted(moments)


async def test_a_list_that_goes_round_in_a_circle_is_no_list(stage):
    stage.server.do("seed_orders", count=600)
    stage.server.faults(Fault(method="GET", path="/v2/orders", times=0, circle=True))
    with pytest.raises(BrokerUnavailableError, match="circle"):
        await stage.broker.orders()
    assert stage.server.requests("GET", "/v2/orders") <= 3


@pytest.mark.parametrize("status", [*STATE_OF_STATUS, "held_review_v9"])
async def test_every_status_is_told_as_the_broker_says_it(stage, status):
    order_id = await sent(stage, approved(price="90"))
    stage.server.do("status", client_order_id=order_id, status=status)
    assert (await stage.broker.find(order_id)).told.status == status
    assert [each.told.status for each in await stage.broker.orders()] == [status]


async def test_fields_that_went_in_2026_are_not_missed(stage):
    await bought(stage)
    stage.server.faults(Fault(times=0, drop=[*PDT_FIELDS, "order_type", "portfolio_value"]))
    assert (await stage.broker.account()).day_trades is None
    assert len(await stage.broker.orders()) == 1


async def test_fields_that_nobody_knows_are_passed_over(stage):
    stage.server.faults(Fault(times=0, put={"new_in_2027": {"deep": [1]}}))
    order_id = await sent(stage, approved(price="90"))
    assert await stage.broker.find(order_id) is not None
    assert (await stage.broker.account()).cash == Decimal(100_000)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+999999", "ten", None, []])
async def test_money_that_is_no_number_is_no_answer(stage, value):
    stage.server.faults(Fault(path="/v2/account", put={"cash": value}))
    with pytest.raises(BrokerUnavailableError, match="cannot be read"):
        await stage.broker.account()


async def test_an_answer_about_another_order_breaks_trust(stage):
    """BR-012."""
    stage.server.faults(Fault(method="POST", path="/v2/orders", put={"client_order_id": "other"}))
    with pytest.raises(InvariantBrokenError, match="BROKER_ID_MISMATCH"):
        await sent(stage, approved())


async def test_an_id_that_another_order_has_breaks_trust(stage):
    """The id is known, but what has it is not what was sent."""
    order = approved(price="90")
    await sent(stage, order)
    with pytest.raises(InvariantBrokenError, match="BROKER_ID_MISMATCH"):
        await stage.broker.submit(approved(quantity="11", price="90"), id_of(order))


async def test_a_wash_trade_is_refused_for_good(stage):
    """BR-011."""
    await bought(stage)
    await sent(stage, approved(Leg.TARGET, price="120"))
    asked = stage.server.requests("POST", "/v2/orders")
    with pytest.raises(OrderRefusedError, match="wash trade") as refusal:
        await sent(stage, approved(decision="dec_2"))
    assert "40310000" in str(refusal.value)
    assert stage.server.requests("POST", "/v2/orders") == asked + 1


async def test_a_position_that_nobody_ordered_is_told(stage):
    """BR-009."""
    stage.server.do("hold", symbol="TSLA", qty="50", price="200")
    (position,) = await stage.broker.positions()
    assert (position.symbol, position.quantity) == ("TSLA", Decimal(50))
    assert await stage.broker.orders() == []


async def test_the_stream_tells_every_word_and_lives_on_after_nonsense(stage):
    order_id = await sent(stage, approved(price="90"))
    async with aclosing(stage.broker.updates()) as updates:
        assert await soon(updates) is None
        stage.server.do("tell", client_order_id=order_id, event="restated")
        stage.server.do("frame", text='{"stream":"trade_updates","data":{"event":5}}')
        stage.server.do("frame", text="no JSON")
        stage.server.do("frame", text='{"stream":"another","data":{}}')
        stage.server.do("status", client_order_id=order_id, status="pending_cancel")
        first, second, third, fourth = [await soon(updates) for _ in range(4)]
    assert (first.word, first.event, first.told.status) == ("restated", None, "new")
    assert second is None
    assert third is None
    assert (fourth.word, fourth.event) == ("pending_cancel", OrderEvent.FOUND)


async def test_the_stream_ends_when_the_broker_closes_it(stage):
    async with aclosing(stage.broker.updates()) as updates:
        assert await soon(updates) is None
        stage.server.do("close_streams")
        with pytest.raises(StopAsyncIteration):
            await soon(updates)


async def test_frames_may_be_lost_repeated_and_swapped_and_executions_still_add_up(stage):
    stage.server.do("set", slices=9, seed=5)
    stage.server.do("stream_faults", lose=0.2, repeat=0.5, swap=0.5, seed=8)
    order = approved(quantity="0.987654321")
    async with aclosing(stage.broker.updates()) as updates:
        assert await soon(updates) is None
        await stage.broker.submit(order, id_of(order))
        await stage.trade("AAPL", "100")
        stage.server.do("stream_faults", seed=1)
        stage.server.do("tell", client_order_id=id_of(order), event="restated")
        told = [await soon(updates)]
        while told[-1].word != "restated":
            told.append(await soon(updates))
    executions = [each.execution for each in told if each.execution]
    known = {each.execution_id: Decimal(each.qty) for each in stage.server.ledger("filled")}
    assert {each.id for each in executions} <= set(known)
    assert all(known[each.id] == each.quantity for each in executions)
    assert len(executions) > len({each.id for each in executions})
    (found,) = await stage.broker.orders()
    assert found.told.filled == sum(known.values()) == Decimal("0.987654321")


async def test_a_late_fill_after_a_cancellation_is_told(stage):
    order = approved(price="90")
    told = await stage.broker.submit(order, id_of(order))
    await stage.broker.cancel(told.broker_order_id)
    async with aclosing(stage.broker.updates()) as updates:
        assert await soon(updates) is None
        stage.server.do("fill", client_order_id=id_of(order), qty="4", price="90")
        late = await soon(updates)
    assert (late.event, late.execution.quantity) == (OrderEvent.PARTIAL, Decimal(4))
    assert (late.told.status, late.told.filled) == ("canceled", Decimal(4))


async def test_keys_that_are_refused_are_asked_with_three_times_and_no_more(stage):
    stage.server.do("set", revoked=True)
    for _ in range(10):
        with pytest.raises(KeysRefusedError):
            await stage.broker.account()
    assert stage.server.requests("GET", "/v2/account") == 3
    with pytest.raises(KeysRefusedError):
        await sent(stage, approved())
    with pytest.raises(KeysRefusedError):
        await soon(stage.broker.updates())
    assert len(stage.server.ledger("request")) == 3


async def test_an_order_under_refused_keys_was_not_taken(stage):
    stage.server.do("set", revoked=True)
    with pytest.raises(KeysRefusedError):
        await sent(stage, approved())
    assert stage.server.ledger("accepted") == []


async def test_a_stream_that_refuses_the_keys_says_so(stage):
    stage.server.do("set", revoked=True)
    for _ in range(5):
        with pytest.raises(KeysRefusedError):
            await soon(stage.broker.updates())
    stage.server.do("set", revoked=False)
    with pytest.raises(KeysRefusedError):
        await stage.broker.account()


async def test_keys_are_shown_nowhere(stage):
    server = stage.server
    id_, secret = server.variables["APCA_API_KEY_ID"], server.variables["APCA_API_SECRET_KEY"]
    shown = [repr(stage.broker)]
    for reply, body in product(("status", "none"), (f'{{"message":"no {secret} {id_}"}}', secret)):
        server.faults(Fault(times=0, reply=reply, status=403, body=body))
        for ask in (stage.broker.account(), sent(stage, approved())):
            with pytest.raises(QuorateError) as failure:
                await ask
            shown += [str(failure.value), repr(failure.value.__context__)]
    assert [each for each in shown if secret in each or id_ in each] == []


def test_a_reply_that_departs_from_the_brokers_own_description_is_noticed():
    if not has_contracts():
        pytest.skip("the broker's description does not lie beside the checkout")
    contract = Contract()
    clock = {"timestamp": "2026-11-20T12:00:00-05:00", "is_open": True}
    assert contract.faults("GET", "/v2/clock", 200, clock) == []
    assert contract.faults("GET", "/v2/clock", 200, clock | {"is_open": "yes"}) != []
    assert contract.faults("GET", "/v2/positions", 200, [{"symbol": "AAPL"}]) != []
    assert contract.faults("GET", "/v2/orders", 200, [{"status": "odd"}]) != []
