"""Competitions: who wins under equal terms, and how far that can be believed."""

from quorate.hub.pages.competitions.creation import create_competition, new_competition
from quorate.hub.pages.competitions.details import (
    competition,
    start_competition,
    stop_competition,
)
from quorate.hub.pages.competitions.listing import competitions
from quorate.hub.pages.competitions.traders import (
    archive_trader,
    create_trader,
    edit_trader,
    new_trader,
    trader,
    traders,
)

HANDLERS = (
    archive_trader,
    create_trader,
    edit_trader,
    new_trader,
    trader,
    traders,
    competition,
    competitions,
    create_competition,
    new_competition,
    start_competition,
    stop_competition,
)
"""The routes of the room."""

__all__ = ["HANDLERS"]
