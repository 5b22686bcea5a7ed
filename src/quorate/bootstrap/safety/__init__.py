"""Safety: what stops trading, who may, what it reaches, and what it is held to."""

from quorate.bootstrap.safety.answers import (
    BreakerChange,
    BreakerLine,
    DrillReport,
    DrillStep,
    HaltOutcome,
    HaltWish,
    LimitLine,
    Resumption,
    SafetyView,
    worst_of,
)
from quorate.bootstrap.safety.emergency import Emergency, emergency_halt
from quorate.bootstrap.safety.facet import Safety

__all__ = [
    "BreakerChange",
    "BreakerLine",
    "DrillReport",
    "DrillStep",
    "Emergency",
    "HaltOutcome",
    "HaltWish",
    "LimitLine",
    "Resumption",
    "Safety",
    "SafetyView",
    "emergency_halt",
    "worst_of",
]
