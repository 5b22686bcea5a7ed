"""Orders over real HTTP when answers are lost and when somebody halts meanwhile (RELIABILITY 1.3, 4.2 invariant 13)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from quorate.execution.recorded import TradingStanding, trading_event
from quorate.risk import TradingState
from tests.broker_server import BrokerServer, Fault
from tests.fault.ambiguous import BOOK, KINDS, POST, Account, account_on

pytestmark = pytest.mark.fault

EACH = 25


@pytest.fixture(scope="module")
def server() -> Iterator[BrokerServer]:
    with BrokerServer() as running:
        yield running


@pytest.fixture
async def account(server: BrokerServer, tmp_path: Path) -> AsyncIterator[Account]:
    async with account_on(tmp_path, server) as opened:
        yield opened


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_an_ambiguous_submit_is_resolved_and_stands_once(account: Account, kind: str) -> None:
    for number in range(EACH):
        await account.tried(number, kind)
    account.compared(range(EACH))
    assert account.problems == []
    sent = account.server.requests("POST", "/v2/orders")
    assert sent == (EACH if KINDS[kind].acts else 2 * EACH)


@pytest.mark.parametrize("taken", [0, 1], ids=["before it was taken", "after it was taken"])
async def test_a_halt_during_an_in_flight_submit_places_nothing_new(
    account: Account, taken: int
) -> None:
    """The broker holds its answer back while trading halts: what it took is cancelled, what it lost stays lost."""
    account.server.faults(Fault(**POST, reply="hang", acts=bool(taken)))
    placing = asyncio.ensure_future(account.place(0))
    await _until(lambda: account.server.requests("POST", "/v2/orders") == 1)
    await account.store.journal.commit(
        lambda _tx: [
            trading_event(
                BOOK, TradingStanding(), TradingState.HALTED, reason="test", by="operator"
            )
        ]
    )
    placed = await placing
    if taken:
        placed = await account.service.cancel(placed.order.client_order_id)
    assert placed.order.state == ("CANCELED" if taken else "REJECTED")
    denied = await account.place(1)
    assert (denied.order.state, denied.order.reason) == ("DENIED", "TRADING_HALTED")
    assert account.server.requests("POST", "/v2/orders") == 1
    assert len(account.server.ledger("accepted")) == taken
    assert [row.type for row in account.store.rows()].count("trading.moved") == 1


async def _until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    for _ in range(1000):
        if await asyncio.to_thread(holds):
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come about")
