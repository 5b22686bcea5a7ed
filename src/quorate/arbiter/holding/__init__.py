"""Holding: tasks in somebody's hands, under a lease and its fencing token."""

from quorate.arbiter.holding.service import Hands, Held

__all__ = ["Hands", "Held"]
