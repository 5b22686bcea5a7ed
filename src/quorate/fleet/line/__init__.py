"""The line to a hub: one connection after the other, each a session with an epoch of its own."""

from quorate.fleet.line.service import Line, Session, within

__all__ = ["Line", "Session", "within"]
