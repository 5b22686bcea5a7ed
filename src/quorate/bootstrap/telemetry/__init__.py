"""Telemetry: what this process says of itself; figures, components, spans."""

from quorate.bootstrap.telemetry.components import Component
from quorate.bootstrap.telemetry.facet import Telemetry

__all__ = ["Component", "Telemetry"]
