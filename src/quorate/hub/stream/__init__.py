"""The journal as it grows, told to every page and program that is open."""

from quorate.hub.stream.broadcast import Broadcast, JournalFeed, Pace
from quorate.hub.stream.envelope import RUN_ENDS, TYPES, Envelope, StreamEvent, event_of
from quorate.hub.stream.open_socket import OpenSocket
from quorate.hub.stream.open_stream import Asked, OpenStream
from quorate.hub.stream.reader import Reader
from quorate.hub.stream.results import events_of, sidebar_event
from quorate.hub.stream.wanted import Wanted, wanted_types

__all__ = [
    "RUN_ENDS",
    "TYPES",
    "Asked",
    "Broadcast",
    "Envelope",
    "JournalFeed",
    "OpenSocket",
    "OpenStream",
    "Pace",
    "Reader",
    "StreamEvent",
    "Wanted",
    "event_of",
    "events_of",
    "sidebar_event",
    "wanted_types",
]
