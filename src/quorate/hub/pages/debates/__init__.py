"""Debates: the disputes that were heard, and one of them round by round."""

from quorate.hub.pages.debates.details import debate
from quorate.hub.pages.debates.listing import debates

HANDLERS = (debate, debates)
"""The routes of the room."""

__all__ = ["HANDLERS"]
