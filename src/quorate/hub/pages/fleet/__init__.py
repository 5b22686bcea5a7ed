"""Agents and fleet: who can do trading work, who is dead, who is asked next; set aside, drained, taken back."""

from quorate.hub.pages.fleet.acts import change_agent, change_worker
from quorate.hub.pages.fleet.page import fleet

HANDLERS = (change_agent, change_worker, fleet)
"""The routes of the room."""

__all__ = ["HANDLERS"]
