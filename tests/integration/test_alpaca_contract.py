"""Alpaca keeps a broker's promises, over HTTP and a WebSocket, against a server that keeps its description."""

import pytest

from tests.integration.alpaca_stages import account_at, begun, running_broker
from tests.integration.broker_contract import BrokerContract

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server():
    with running_broker() as server:
        yield server


class TestAlpaca(BrokerContract):
    @pytest.fixture
    async def stage(self, server):
        async with account_at(begun(server)) as stage:
            yield stage
