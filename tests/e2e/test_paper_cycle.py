"""One `quorate cycle once` at a broker over real HTTP: one entry, protected, its fills linked; another adds none."""

from datetime import date

import pytest

from quorate.adapters.clock.system import SystemClock
from quorate.execution.client_order_id import client_order_id
from quorate.kernel.ids import DecisionId, Symbol
from quorate.risk import Leg, Side
from tests.broker_server import BrokerServer, has_contracts
from tests.broker_server.history import quote, recent

pytestmark = pytest.mark.e2e

AAPL = Symbol("AAPL")
DECIDED = date(2012, 3, 1)
"""At its close the keyless agents buy AAPL, by the packaged history."""


@pytest.fixture(scope="module")
def broker():
    with BrokerServer(contracts=has_contracts()) as server:
        server.do("reset")
        server.do("set", instant=True, is_open=True)
        history = recent(AAPL, DECIDED, SystemClock().now().date())
        server.trade(AAPL, str(history.close))
        told = {"bars": {AAPL: history.bars}, "adjusted": {AAPL: history.adjusted}, "page": 10_000}
        server.do("market", quotes={AAPL: quote(history.close)}, **told)
        yield server
        assert server.broken() == []


def test_one_cycle_is_one_entry_protected_and_linked(home, broker):
    trade = {**broker.variables, "QUORATE_CYCLE__SYMBOLS": "AAPL"}
    done = home.run("cycle", "once", "--json", **trade)
    assert done.code == 0, done.err
    agents = [message["agent"] for message in done.json["trace"]]
    assert (len(agents), agents[-1], done.json["auditPassed"]) == (7, "Auditor", True)

    orders = {order["leg"]: order for order in home.run("orders", "--json", **trade).json["items"]}
    entry, stop = orders["entry"], orders["stop"]
    decided = DecisionId(entry["decisionId"])
    assert entry["clientOrderId"] == client_order_id(decided, AAPL, Side.BUY, Leg.ENTRY)
    assert (entry["status"], entry["filledQty"]) == ("filled", entry["qty"])
    assert (stop["status"], stop["qty"], stop["side"]) == ("working", entry["qty"], "SELL")
    assert stop["decisionId"] == entry["decisionId"]

    outcome = home.run("outcomes", "show", decided, "--json", **trade).json
    assert outcome["orderIntentId"] == entry["clientOrderId"]
    assert outcome["brokerOrderId"]
    assert len(outcome["fillIds"]) == 1
    assert (outcome["status"], outcome["pnl"]) == ("pending", None)
    told = home.run("explain", decided, **trade)
    assert told.code == 0
    for word in ("AAPL", entry["clientOrderId"][:10], "stop"):
        assert word in told.out

    again = home.run("cycle", "once", "--json", **trade)
    assert again.code == 0
    sent = [entry.side for entry in broker.ledger("accepted")]
    assert sorted(sent) == ["buy", "sell"], "nothing was sent twice"
    assert home.run("audit", "verify", "--projections", "--json").json["ok"] is True
