"""Tasking: a home's tasks told, tried again and stopped, and the acts on orders among them done."""

from quorate.bootstrap.tasking.facet import Again, TaskChange, TaskDesk
from quorate.bootstrap.tasking.order_desk import OrderDesk

__all__ = ["Again", "OrderDesk", "TaskChange", "TaskDesk"]
