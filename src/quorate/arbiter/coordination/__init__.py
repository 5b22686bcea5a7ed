"""Coordination: whether tasks are taken, who watches the parts, and what a person decides against the rule."""

from quorate.arbiter.coordination.health import (
    EVERY_S,
    PATIENCE,
    TIMEOUT_S,
    ComponentHealth,
)
from quorate.arbiter.coordination.intake import (
    QUEUE_LIMIT,
    TASK_BREAKER,
    CircuitOpenError,
    Gate,
    Pressure,
)
from quorate.arbiter.coordination.override import Act, RecordedOverride, override_event
from quorate.arbiter.coordination.shutdown import Switch, switched_event

__all__ = [
    "EVERY_S",
    "PATIENCE",
    "QUEUE_LIMIT",
    "TASK_BREAKER",
    "TIMEOUT_S",
    "Act",
    "CircuitOpenError",
    "ComponentHealth",
    "Gate",
    "Pressure",
    "RecordedOverride",
    "Switch",
    "override_event",
    "switched_event",
]
