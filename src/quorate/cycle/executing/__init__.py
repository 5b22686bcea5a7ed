"""Executing: the fifth step of a cycle."""

from quorate.cycle.executing.service import Executing

__all__ = ["Executing"]
