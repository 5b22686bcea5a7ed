"""The leaderboard: which agents are worth their money, and how far that can be believed."""

from quorate.hub.pages.leaderboard.exporting import export
from quorate.hub.pages.leaderboard.page import leaderboard

HANDLERS = (export, leaderboard)
"""The routes of the room."""

__all__ = ["HANDLERS"]
