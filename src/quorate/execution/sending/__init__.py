"""Sending: one order on its way to the broker and back."""

from quorate.execution.sending.service import Intent, OrderDesk

__all__ = ["Intent", "OrderDesk"]
