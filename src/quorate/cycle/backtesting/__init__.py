"""Backtesting: the third step of a cycle, the gate."""

from quorate.cycle.backtesting.service import Backtesting

__all__ = ["Backtesting"]
