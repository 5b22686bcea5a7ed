"""Sending: one order on its way to the broker and back."""

from quorate.execution.sending.service import Intent, OrderDesk, id_of

__all__ = ["Intent", "OrderDesk", "id_of"]
