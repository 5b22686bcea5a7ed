"""Ending: tasks that shall be over are over when this returns."""

from quorate.resilience.ending.service import ended

__all__ = ["ended"]
