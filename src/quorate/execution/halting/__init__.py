"""Halting: trading stops at a word, what could still add risk is cancelled, and what is held is closed where asked."""

from quorate.execution.halting.halt import (
    HALT_PREFIX,
    Halt,
    HaltFact,
    HaltId,
    HaltReport,
    HaltScope,
    Left,
    adds_risk,
    checked_reason,
    ended,
    halting,
    read_report,
    resuming,
)
from quorate.execution.halting.service import KillSwitch
from quorate.execution.halting.standing import (
    AUDITOR,
    BookHalt,
    Reach,
    TradingLine,
    Trip,
    TripKind,
    reach_of,
    together,
)

__all__ = [
    "AUDITOR",
    "HALT_PREFIX",
    "BookHalt",
    "Halt",
    "HaltFact",
    "HaltId",
    "HaltReport",
    "HaltScope",
    "KillSwitch",
    "Left",
    "Reach",
    "TradingLine",
    "Trip",
    "TripKind",
    "adds_risk",
    "checked_reason",
    "ended",
    "halting",
    "reach_of",
    "read_report",
    "resuming",
    "together",
]
