"""Monitoring: the sixth step of a cycle."""

from quorate.cycle.monitoring.service import Monitoring

__all__ = ["Monitoring"]
