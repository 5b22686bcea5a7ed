"""The components that a process asks across a boundary, so that each is listed before it is first asked."""

from __future__ import annotations

from typing import Final

from quorate.config import Settings
from quorate.resilience.bounding import Boundaries

BROKER: Final = "broker"
BROKER_STREAM: Final = "broker-stream"
MARKET_DATA: Final = "market-data"
WEBHOOK: Final = "webhook"
REDIS: Final = "redis"
FLEET: Final = "fleet"
VALIDATOR: Final = "validator"
ROUTER: Final = "router"

_ALWAYS: Final = {
    BROKER: "the broker's account",
    BROKER_STREAM: "the broker's stream of order updates",
    MARKET_DATA: "the broker's market data",
    VALIDATOR: "the checks of a task, before and after",
    ROUTER: "the choice of a worker",
}
"""Source: R-136, R-138. The database is in this list of nobody's: without it there is nothing to decide, so it is
waited for, counted, and told by /ready."""


def declared_boundaries(boundaries: Boundaries, settings: Settings) -> Boundaries:
    """Return the boundaries with a name for each component that these settings let a process ask."""
    for name, of in _ALWAYS.items():
        boundaries.declare(name, of)
    if settings.alerts.webhook_url:
        boundaries.declare(WEBHOOK, "the webhook of alerts")
    return boundaries
