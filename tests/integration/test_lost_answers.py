"""A commit whose answer is lost: the chain itself says whether it took place, so nobody is told what is not so."""

from __future__ import annotations

import pytest

from quorate.kernel.errors import UnavailableError
from quorate.kernel.journal import Committed
from tests.integration.facts import noted, task_received
from tests.integration.stores import giving, in_one_batch, outcomes

pytestmark = [pytest.mark.integration, pytest.mark.fault]

LOST = UnavailableError("the answer was lost", source="database")


class Network:
    """The way to the database: once `cut`, the next commit's answer is lost, then that of the act `silent`."""

    def __init__(self):
        self.is_near = False
        self.cut = False
        self.reaches = True
        self.silent = ""
        self._is_lost = False
        self._sessions = None

    def __call__(self, sessions):
        self._sessions = sessions
        return self

    def open(self, *, gathering):
        return LosingSession(self._sessions.open(gathering=gathering), self)

    def close(self):
        self._sessions.close()

    def ask(self, act):
        """Lose `act`, once, if it is the one that stays without an answer."""
        if self._is_lost and self.silent == act:
            self.silent = ""
            raise LOST

    def commit(self, session, head):
        cut, self.cut = self.cut, False
        if not cut or self.reaches:
            session.commit(head)
        if cut:
            self._is_lost = True
            raise LOST


class LosingSession:
    """A session at the other end of the network."""

    def __init__(self, inner, network):
        self._inner, self._network = inner, network

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def begin(self, tenant):
        self._network.ask("begin")
        return self._inner.begin(tenant)

    def read(self, statement, values):
        self._network.ask("read")
        return self._inner.read(statement, values)

    def commit(self, head):
        self._network.commit(self._inner, head)


@pytest.fixture
def network():
    return Network()


@pytest.mark.parametrize("reaches", [True, False], ids=["committed", "not committed"])
async def test_each_caller_is_told_what_the_chain_says(ground, network, reaches):
    with ground.opened(wrapped=network) as store:
        await store.add(noted("before"))
        network.reaches = reaches

        def cut(_tx):
            network.cut = True
            return []

        results = await in_one_batch(
            store.journal, giving(task_received("a"), noted(1)), cut, giving(noted(2))
        )
        kinds = [type(result) for result in results]
        assert kinds == [Committed if reaches else UnavailableError] * 3
        assert len(store.rows()) == (4 if reaches else 1)
        if reaches:
            assert [result.seqs for result in results] == [(2, 3), (), (4,)]
        assert isinstance(await store.add(noted("after")), Committed)
        assert store.verified(projections=True).problems == ()


@pytest.mark.parametrize("silent", ["begin", "read"])
async def test_with_nobody_left_to_ask_the_caller_is_told_that_nobody_knows(
    ground, network, silent
):
    with ground.opened(wrapped=network) as store:
        await store.add(noted("before"))
        network.silent = silent

        def cut(_tx):
            network.cut = True
            return [noted("perhaps")]

        (unknown,) = await outcomes([store.journal.commit(cut)])
        assert isinstance(unknown, UnavailableError)
        assert unknown.effect.startswith("whether this step was written is known only once")
        assert isinstance(await store.add(noted("after")), Committed)
        assert [row.facts["text"] for row in store.rows()] == ["before", "perhaps", "after"]
        assert store.verified().problems == ()
