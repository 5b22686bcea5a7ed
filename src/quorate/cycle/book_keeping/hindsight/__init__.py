"""Hindsight: whether votes, shadow arms and decisions were right, once the closes of their horizons are known."""

from quorate.cycle.book_keeping.hindsight.service import Hindsight

__all__ = ["Hindsight"]
