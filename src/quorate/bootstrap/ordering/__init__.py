"""Ordering: orders, positions and outcomes of a home's books, read and acted on."""

from quorate.bootstrap.ordering.answers import (
    ComparisonChange,
    DecisionOrders,
    OrderChange,
    OrderDetails,
    PositionChange,
    Rows,
)
from quorate.bootstrap.ordering.facet import OrderBook
from quorate.bootstrap.ordering.ports import OpenedBook, TradingBooks

__all__ = [
    "ComparisonChange",
    "DecisionOrders",
    "OpenedBook",
    "OrderBook",
    "OrderChange",
    "OrderDetails",
    "PositionChange",
    "Rows",
    "TradingBooks",
]
