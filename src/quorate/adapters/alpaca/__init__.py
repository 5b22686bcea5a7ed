"""Alpaca: a broker's account over REST and its stream of trade updates, and its market data, on a client of our own."""

from quorate.adapters.alpaca.budget import RequestPolicy
from quorate.adapters.alpaca.client import Alpaca, open_alpaca
from quorate.adapters.alpaca.connection import ConnectionPolicy
from quorate.adapters.alpaca.data import AlpacaData, open_alpaca_data
from quorate.adapters.alpaca.endpoint import AlpacaEndpoint

__all__ = [
    "Alpaca",
    "AlpacaData",
    "AlpacaEndpoint",
    "ConnectionPolicy",
    "RequestPolicy",
    "open_alpaca",
    "open_alpaca_data",
]
