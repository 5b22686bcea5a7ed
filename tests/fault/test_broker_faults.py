"""The broker's faults (RELIABILITY 1.3): whatever becomes of an answer, the ledger holds an order once."""

import random

import pytest

from quorate.adapters.alpaca import RequestPolicy
from quorate.adapters.clock.system import SystemClock
from quorate.execution.broker import (
    BrokerUnavailableError,
    OrderRefusedError,
    OutcomeUnknownError,
)
from tests.broker_server import Fault
from tests.fakes.approvals import approved
from tests.integration.alpaca_stages import account_at, begun, running_broker
from tests.integration.broker_contract import id_of

pytestmark = pytest.mark.fault

POST = {"method": "POST", "path": "/v2/orders"}
GATEWAY_TIMEOUT = {"reply": "status", "status": 504, "body": "<html>504 Gateway Time-out</html>"}

AMBIGUOUS = [
    pytest.param(Fault(**POST, reply="none", acts=False), False, id="lost before it was taken"),
    pytest.param(Fault(**POST, reply="none", acts=True), True, id="lost after it was taken"),
    pytest.param(Fault(**POST, **GATEWAY_TIMEOUT, acts=False), False, id="504 before"),
    pytest.param(Fault(**POST, **GATEWAY_TIMEOUT, acts=True), True, id="504 after"),
    pytest.param(Fault(**POST, reply="hang", acts=True), True, id="no answer after it was taken"),
    pytest.param(Fault(**POST, reply="drip", acts=True), True, id="an answer that drips"),
    pytest.param(Fault(**POST, reply="status", status=200, body="{", acts=True), True, id="half"),
    pytest.param(Fault(**POST, reply="status", status=429, body={"message": "slow"}), False, id="429"),
    pytest.param(
        Fault(**POST, reply="status", status=403, body="<html>403</html>"), False, id="a proxy's 403"
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def server():
    with running_broker() as server:
        yield server


@pytest.fixture
async def stage(server):
    plenty = RequestPolicy(per_minute=1000)
    async with account_at(begun(server), requests=plenty) as stage:
        yield stage


def accepted(stage, order):
    return [
        entry for entry in stage.server.ledger("accepted") if entry.client_order_id == id_of(order)
    ]


@pytest.mark.parametrize(("fault", "taken"), AMBIGUOUS)
async def test_an_ambiguous_submit_is_sent_once_and_resolved_by_asking(stage, fault, taken):
    stage.server.faults(fault)
    order = approved(price="90")
    with pytest.raises(OutcomeUnknownError):
        await stage.broker.submit(order, id_of(order))
    assert stage.server.requests("POST", "/v2/orders") == 1
    found = await stage.broker.find(id_of(order))
    assert (found is not None) is taken
    assert len(accepted(stage, order)) == taken


@pytest.mark.parametrize(("fault", "taken"), AMBIGUOUS)
async def test_sent_again_with_the_same_id_it_is_there_once(stage, fault, taken):
    """BR-001: the second answer is "unique", or a first acceptance; both tell the one order."""
    stage.server.faults(fault)
    order = approved(price="90")
    with pytest.raises(OutcomeUnknownError):
        await stage.broker.submit(order, id_of(order))
    told = await stage.broker.submit(order, id_of(order))
    (entry,) = accepted(stage, order)
    assert told.broker_order_id == entry.order_id
    assert len(stage.server.ledger("refused")) == taken


async def test_a_hundred_ambiguous_submits_leave_a_hundred_orders(stage):
    """The caller's way: ask, and send the same id again where there is nothing. The ledger is the oracle."""
    kinds = [each.values[0] for each in AMBIGUOUS[:4]]
    orders = [approved(price="10", quantity="1", decision=f"dec_{n}") for n in range(100)]
    drawn = random.Random(7)
    stage.server.do("set", limit=1000)
    for order in orders:
        stage.server.faults(drawn.choice(kinds))
        with pytest.raises(OutcomeUnknownError):
            await stage.broker.submit(order, id_of(order))
        if await stage.broker.find(id_of(order)) is None:
            await stage.broker.submit(order, id_of(order))
    ids = [entry.client_order_id for entry in stage.server.ledger("accepted")]
    assert sorted(ids) == sorted(id_of(order) for order in orders)


async def test_an_adopted_order_that_cannot_be_read_stays_unknown(stage):
    order = approved(price="90")
    await stage.broker.submit(order, id_of(order))
    stage.server.faults(Fault(method="GET", path="/v2/orders:by", reply="status", status=500))
    with pytest.raises(OutcomeUnknownError):
        await stage.broker.submit(order, id_of(order))
    assert len(accepted(stage, order)) == 1


@pytest.mark.parametrize("acts", [False, True])
async def test_an_ambiguous_replacement_is_sent_once_and_resolved_by_asking(stage, acts):
    order = approved(price="90")
    first = await stage.broker.submit(order, id_of(order))
    stage.server.faults(Fault(method="PATCH", reply="none", acts=acts))
    with pytest.raises(OutcomeUnknownError):
        await stage.broker.replace(
            first.broker_order_id, id_of(order, 1), price=order.request.price
        )
    path = f"/v2/orders/{first.broker_order_id}"
    assert stage.server.requests("PATCH", path) == 1
    assert (await stage.broker.find(id_of(order, 1)) is not None) is acts


@pytest.mark.parametrize("acts", [False, True])
async def test_a_cancellation_without_an_answer_may_be_asked_for_again(stage, acts):
    order = approved(price="90")
    told = await stage.broker.submit(order, id_of(order))
    stage.server.faults(Fault(method="DELETE", acts=acts, **GATEWAY_TIMEOUT))
    with pytest.raises(OutcomeUnknownError):
        await stage.broker.cancel(told.broker_order_id)
    if acts:
        with pytest.raises(OrderRefusedError):
            await stage.broker.cancel(told.broker_order_id)
    else:
        await stage.broker.cancel(told.broker_order_id)
    assert [entry.kind for entry in stage.server.ledger("canceled")] == ["canceled"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_question_without_an_answer_says_so_and_is_asked_once(stage, status):
    stage.server.faults(Fault(path="/v2/orders:by", times=0, reply="status", status=status))
    with pytest.raises(BrokerUnavailableError):
        await stage.broker.find(id_of(approved()))
    assert stage.server.requests("GET", "/v2/orders:by_client_order_id") == 1


async def test_a_404_of_a_proxy_does_not_prove_that_there_is_no_order(stage):
    order = approved(price="90")
    await stage.broker.submit(order, id_of(order))
    stage.server.faults(Fault(path="/v2/orders:by", reply="status", status=404, body="<html>"))
    with pytest.raises(BrokerUnavailableError):
        await stage.broker.find(id_of(order))


async def test_a_broker_that_is_not_there_took_nothing(server):
    begun(server)
    gone = {"APCA_API_BASE_URL": "http://127.0.0.1:1"}
    order = approved()
    async with account_at(server, **gone) as stage:
        for ask in (
            stage.broker.submit(order, id_of(order)),
            stage.broker.cancel("x"),
            stage.broker.orders(),
            anext(stage.broker.updates()),
        ):
            with pytest.raises(BrokerUnavailableError, match="cannot be reached"):
                await ask


async def test_after_a_429_nothing_is_sent_until_the_window_is_over(stage):
    reset = {"X-RateLimit-Reset": str(int(SystemClock().now().timestamp()) + 60)}
    stage.server.faults(Fault(times=0, reply="status", status=429, body={}, headers=reset))
    for _ in range(5):
        with pytest.raises(BrokerUnavailableError) as failure:
            await stage.broker.account()
    assert failure.value.slug == "rate-limited"
    assert stage.server.requests("GET", "/v2/account") == 1


async def test_the_last_requests_of_a_minute_are_kept_for_cancellations(stage):
    order = approved(price="90")
    told = await stage.broker.submit(order, id_of(order))
    stage.server.do("set", limit=22)
    await stage.broker.account()
    await stage.broker.account()
    with pytest.raises(BrokerUnavailableError, match="may not be asked"):
        await stage.broker.account()
    await stage.broker.cancel(told.broker_order_id)
    assert stage.server.requests("GET", "/v2/account") == 2
    assert len(stage.server.ledger("canceled")) == 1
