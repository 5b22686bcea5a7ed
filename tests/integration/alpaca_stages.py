"""An account at the scripted broker, spoken to as a program does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from quorate.adapters.alpaca import (
    Alpaca,
    AlpacaEndpoint,
    ConnectionPolicy,
    RequestPolicy,
    open_alpaca,
)
from quorate.adapters.clock.system import SystemClock
from tests.broker_server import BrokerServer, has_contracts

IMPATIENT = ConnectionPolicy(timeout_s=1.0)
REQUESTS = RequestPolicy()


@dataclass
class AlpacaStage:
    """The broker and the server behind it."""

    broker: Alpaca
    server: BrokerServer

    async def trade(self, symbol: str, price: str) -> None:
        self.server.trade(symbol, price)


@contextmanager
def running_broker() -> Iterator[BrokerServer]:
    """Yield a broker whose every reply is what its description says, where that lies beside the checkout."""
    with BrokerServer(contracts=has_contracts()) as server:
        yield server
        assert server.broken() == []


def begun(server: BrokerServer) -> BrokerServer:
    """Return the server as a test finds it: nothing ordered, AAPL at 100 USD, fills at the next trade."""
    server.do("reset")
    server.do("set", instant=False)
    server.trade("AAPL", "100")
    return server


@asynccontextmanager
async def account_at(
    server: BrokerServer, *, requests: RequestPolicy = REQUESTS, **variables: str
) -> AsyncIterator[AlpacaStage]:
    """Yield the account at `server`; `variables` take the place of the true ones."""
    endpoint = AlpacaEndpoint.of({**server.variables, **variables})
    assert endpoint is not None
    async with open_alpaca(
        endpoint, SystemClock(), requests=requests, connection=IMPATIENT
    ) as broker:
        yield AlpacaStage(broker, server)
