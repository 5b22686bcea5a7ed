"""Asking the hub about money: what a call may cost is set aside there, and what it cost is told there."""

from quorate.fleet.asking.service import Asking

__all__ = ["Asking"]
