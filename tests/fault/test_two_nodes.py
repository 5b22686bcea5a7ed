"""Two hub processes on one PostgreSQL, killed in turn in the middle of a cycle: the other finishes it, once."""

from __future__ import annotations

import asyncio
import http.client
import json
import secrets
import threading
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest

from quorate.access.grants import Scope
from tests.e2e.conftest import Home
from tests.fakes.model_arena import RISK, TECHNICAL, VOTERS, addresses, environment
from tests.fault.own_services import free_port
from tests.integration.conftest import made_database
from tests.integration.homes import opened_home
from tests.model_server import Delivery, ModelServer, Rule, votes

pytestmark = [pytest.mark.fault, pytest.mark.integration]

LONGEST = 30
PATIENCE = 120
"""Seconds; two hubs begin at once, on a machine that has other work."""
SETTINGS = {
    "QUORATE_JOURNAL__LEASE_SECONDS": "1.5",
    "QUORATE_CYCLE__SYMBOLS": "AAPL",
    "QUORATE_CYCLE__FIRST_SESSIONS": "90",
    "QUORATE_FLEET__ANALYSES": "embedded",
}
HELD = Rule(
    contains=TECHNICAL, nth=[1, 3], what=votes("BUY", 0.95), how=Delivery(delay_s=2 * LONGEST)
)
"""Each cycle's first answer to the technical seat is held back until the node that asked is gone."""

ONCE = {
    "agent.answered": "stepKey",
    "call.settled": "callId",
    "cycle.stepped": "step",
    "decision.made": "decisionId",
    "order.intended": "decisionId",
    "run.completed": "",
}
"""What must stand in the journal once: rows of a type, by what names them in their stream."""

AGREED = (
    Rule(contains=TECHNICAL, what=votes("BUY", 0.95)),
    Rule(contains=RISK, what=votes("BUY", 0.9)),
)


class Node:
    """A hub in a process and a home of its own, on the shared database."""

    def __init__(self, folder, url, server):
        self.home = Home(folder)
        self.variables = SETTINGS | addresses(server) | {"QUORATE_DATABASE_URL": url}
        self.url = url
        self.port = free_port()
        self.token = ""

    @contextmanager
    def up(self):
        process = self.home.start("up", "--port", self.port, **self.variables)
        try:
            yield process
        finally:
            process.kill()
            process.communicate()

    def ask(self, method, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": secrets.token_hex(8),
        }
        try:
            connection.request(method, path, "{}" if method == "POST" else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except OSError:
            return 0, {}
        finally:
            connection.close()

    def answers(self):
        return self.ask("GET", "/api/admin/ready")[0] == 200

    def over(self, number):
        """Return a cycle of the book once it is over."""
        cycles = self.ask("GET", "/api/admin/cycles?book=replay")[1].get("items", ())
        return next((each for each in cycles if each["number"] == number and each["endedAt"]), None)

    def count(self, kind, about):
        """Return how many rows of a type, about something, are in the journal."""
        import psycopg  # noqa: PLC0415  (the extra may be absent)

        wanted = "SELECT count(*) FROM journal WHERE type = %s AND payload::text LIKE %s"
        with psycopg.connect(self.url) as connection:
            return connection.execute(wanted, (kind, f"%{about}%")).fetchone()[0]


def until(holds):
    end_at = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < end_at, "it did not come to that in time"
        time.sleep(0.05)
    return found


@pytest.fixture
def server():
    with ModelServer() as serving:
        serving.script(HELD, *AGREED)
        yield serving


@pytest.fixture
def nodes(postgres_url, tmp_path, server):
    with made_database(postgres_url) as url:
        made = [Node(tmp_path / name, url, server) for name in ("one", "two")]
        token = asyncio.run(prepared(tmp_path / "desk", url, server))
        for node in made:
            node.home.path.mkdir()
            node.token = token
        yield made


async def prepared(home, url, server):
    """Migrate and seed the database, enable the models, and return a token for the API of every node on it."""
    with environment(addresses(server)):
        async with opened_home(home, url) as app:
            for name in VOTERS:
                await app.registry.switch(name, enabled=True)
            scopes = (Scope.READ, Scope.TRADE)
            return (await app.create_token("drill", scopes, timedelta(days=1)))[0]


async def found(home, url):
    """Return every row of the journal, and what is wrong with it and with what is folded from it."""
    async with opened_home(home, url) as app:
        rows = await app.feed().rows(0, 100_000)
        return rows, (await app.verify(projections=True, against=None)).problems


def killed_in_a_cycle(first, process, other, server, number):
    """Have a node begin a cycle, kill it in a call, and return the cycle and the calls once the other ended it."""
    mark = server.mark()
    asking = threading.Thread(target=first.ask, args=("POST", "/api/admin/cycles/once"))
    asking.start()
    until(lambda: other.count("agent.answered", "cheap_risk_manager") == number)
    until(lambda: any(TECHNICAL in call.prompt for call in server.calls(mark)))
    process.kill()
    process.wait()
    asking.join()
    cycle = until(lambda: other.over(number))
    return cycle, [TECHNICAL in call.prompt for call in server.calls(mark)]


def test_each_finishes_what_the_other_left_and_nothing_is_done_twice(nodes, server, tmp_path):
    one, two = nodes
    with two.up() as other:
        with one.up() as first:
            until(lambda: one.answers() and two.answers())
            left = [killed_in_a_cycle(one, first, two, server, 1)]
        with one.up():
            until(one.answers)
            left.append(killed_in_a_cycle(two, other, one, server, 2))
    for cycle, asked in left:
        assert (cycle["failed"], cycle["auditPassed"]) == (False, True)
        assert (asked.count(True), asked.count(False)) == (2, 1)
    rows, problems = asyncio.run(found(tmp_path / "desk", one.url))
    assert problems == ()
    for kind, named in ONCE.items():
        told = Counter((row.stream, row.facts.get(named)) for row in rows if row.type == kind)
        assert told, kind
        assert set(told.values()) == {1}, kind
    assert sum(row.type == "order.intended" for row in rows) == 2
    assert sum(row.type == "cycle.stepped" for row in rows) == 12
