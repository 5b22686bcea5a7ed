"""Orders: what is at the broker now, the decision behind each order, and what came of it."""

from quorate.hub.pages.orders.acts import cancel, close, reconcile
from quorate.hub.pages.orders.bulk import act_on_orders
from quorate.hub.pages.orders.exporting import export
from quorate.hub.pages.orders.page import orders

HANDLERS = (act_on_orders, cancel, close, export, orders, reconcile)
"""The routes of the room."""

__all__ = ["HANDLERS"]
