"""Health of components: three failed checks in a row and it is set up anew; where that fails, a person is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

EVERY_S: Final = 10.0
"""Source: R-140."""

TIMEOUT_S: Final = 5.0
"""Source: R-140."""

PATIENCE: Final = 3
"""So many failures in a row and the component is set up anew. Source: R-140."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentHealth:
    """What the last checks of a component said; `recoveries` counts how often it was set up anew in vain."""

    name: str
    failures: int = 0
    detail: str = ""
    checked_at: str = ""
    latency_ms: float = 0.0
    recoveries: int = 0

    @property
    def is_healthy(self) -> bool:
        """Return whether the last check was answered."""
        return self.failures == 0

    @property
    def wants_recovery(self) -> bool:
        """Return whether it failed so often in a row that it is set up anew, then at every third check more."""
        return self.failures > 0 and self.failures % PATIENCE == 0

    def answered(self, at: str, latency_ms: float, detail: str = "") -> ComponentHealth:
        """Return it after a check that was answered."""
        return ComponentHealth(name=self.name, detail=detail, checked_at=at, latency_ms=latency_ms)

    def failed(self, at: str, why: str, latency_ms: float) -> ComponentHealth:
        """Return it after a check that failed or ran out of time."""
        return replace(
            self, failures=self.failures + 1, detail=why, checked_at=at, latency_ms=latency_ms
        )

    def not_recovered(self) -> ComponentHealth:
        """Return it once setting it up anew did not help."""
        return replace(self, recoveries=self.recoveries + 1)
