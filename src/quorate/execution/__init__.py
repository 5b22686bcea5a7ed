"""Execution: how an approved order becomes fills, and what is true of it when word of it arrives late or never."""

from quorate.execution.client_order_id import ClientOrderId, client_order_id
from quorate.execution.order import (
    Alert,
    Change,
    Execution,
    Order,
    Told,
    executed,
    happened,
    proven_absent,
    told,
)
from quorate.execution.order_table import (
    ORDER_TABLE,
    STATE_OF_STATUS,
    TERMINAL,
    Effect,
    Move,
    OrderEvent,
    OrderState,
    table_page,
)

__all__ = [
    "ORDER_TABLE",
    "STATE_OF_STATUS",
    "TERMINAL",
    "Alert",
    "Change",
    "ClientOrderId",
    "Effect",
    "Execution",
    "Move",
    "Order",
    "OrderEvent",
    "OrderState",
    "Told",
    "client_order_id",
    "executed",
    "happened",
    "proven_absent",
    "table_page",
    "told",
]
