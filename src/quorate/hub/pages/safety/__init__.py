"""Safety: the kill switch with its dialogs, what would stop a trade, and what has."""

from typing import Final

from quorate.hub.pages.safety.acts import (
    drill,
    halt,
    halt_dialog,
    lift_lock,
    reset_breaker,
    resume,
    resume_dialog,
)
from quorate.hub.pages.safety.page import safety

HANDLERS: Final = (
    drill,
    halt,
    halt_dialog,
    lift_lock,
    reset_breaker,
    resume,
    resume_dialog,
    safety,
)

__all__ = ["HANDLERS"]
