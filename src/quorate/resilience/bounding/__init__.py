"""Every interaction across a component's boundary: fail fast, a deadline, recovery by itself."""

from quorate.resilience.bounding.service import Boundaries

__all__ = ["Boundaries"]
