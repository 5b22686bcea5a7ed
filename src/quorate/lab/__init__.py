"""The lab: experiments on models themselves; nothing is traded and no run is made."""

from quorate.lab.seat import Seat, chosen, seated
from quorate.lab.service import ANSWERED, BEGUN, REPORTED, Desk, Said, Session

__all__ = [
    "ANSWERED",
    "BEGUN",
    "REPORTED",
    "Desk",
    "Said",
    "Seat",
    "Session",
    "chosen",
    "seated",
]
