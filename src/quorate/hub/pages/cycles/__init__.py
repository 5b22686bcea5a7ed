"""Cycles: what a book did step by step, in the words of its steps, and what the auditor made of it."""

from quorate.hub.pages.cycles.details import cycle
from quorate.hub.pages.cycles.listing import cycles
from quorate.hub.pages.cycles.starting import start_cycle

HANDLERS = (cycle, cycles, start_cycle)
"""The routes of the room."""

__all__ = ["HANDLERS"]
