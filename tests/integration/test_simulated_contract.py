"""The simulated broker keeps the promises of the port, on both databases, and over a restart."""

import pytest

from tests.fakes.approvals import approved
from tests.fakes.exchanges import SimulatedStage, broker_on
from tests.integration.broker_contract import BrokerContract, bought, id_of

pytestmark = pytest.mark.integration


class TestSimulatedBroker(BrokerContract):
    @pytest.fixture
    async def stage(self, store):
        return await SimulatedStage(journal=store.journal).opened()

    async def test_a_restart_finds_everything_as_it_was(self, stage, store):
        await bought(stage)
        order = approved(price="90")
        await stage.broker.submit(order, id_of(order))
        again = broker_on(store.journal)
        await again.load()
        assert await again.orders() == await stage.broker.orders()
        assert await again.positions() == await stage.broker.positions()
        assert await again.account() == await stage.broker.account()
        assert store.verified(projections=True).ok

    async def test_two_processes_do_not_move_the_account_at_once(self, stage, store):
        other = broker_on(store.journal)
        await other.load()
        mine, theirs = approved(price="90"), approved(price="91", decision="dec_2")
        await stage.broker.submit(mine, id_of(mine))
        await other.submit(theirs, id_of(theirs))
        ids = [each.client_order_id for each in await other.orders()]
        assert ids == [id_of(mine), id_of(theirs)]
