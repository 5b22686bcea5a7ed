"""The scripted broker: Alpaca in a process of its own on loopback, with a market and faults that a test tells."""

from tests.broker_server.faults import Fault, StreamFaults
from tests.broker_server.ledger import Entry
from tests.broker_server.process import BrokerServer, has_contracts

__all__ = ["BrokerServer", "Entry", "Fault", "StreamFaults", "has_contracts"]
