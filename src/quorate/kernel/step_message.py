"""The message that every step of a cycle answers with: the same six keys, whatever became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from quorate.kernel.canonical import Json, JsonValue
from quorate.kernel.errors import InvariantBrokenError


class StepName(StrEnum):
    """The seven agents of a cycle, in their order. Source: R-010."""

    DATA_FETCHING = "DataFetching"
    MARKET_ANALYSIS = "MarketAnalysis"
    BACKTESTING = "Backtesting"
    RISK_MANAGEMENT = "RiskManagement"
    EXECUTION = "Execution"
    MONITORING = "Monitoring"
    AUDITOR = "Auditor"


ACTION_OF = MappingProxyType(
    {
        StepName.DATA_FETCHING: "fetch_data",
        StepName.MARKET_ANALYSIS: "analyze_market",
        StepName.BACKTESTING: "backtest_signals",
        StepName.RISK_MANAGEMENT: "assess_and_size_position",
        StepName.EXECUTION: "execute_trade",
        StepName.MONITORING: "log_and_monitor",
        StepName.AUDITOR: "audit_safety_checks",
    }
)
"""What each of them does. Source: REQUIREMENTS part 2, R-011."""

KEYS = ("agent", "action", "timestamp", "success", "data", "error")
"""Source: R-002, its exact names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMessage:
    """What a step says; `timestamp` is UTC with milliseconds, `error` stands exactly when `success` does not."""

    agent: StepName
    action: str
    timestamp: str
    success: bool
    data: Mapping[str, JsonValue] = field(default_factory=lambda: MappingProxyType({}))
    error: str | None = None

    def __post_init__(self) -> None:
        """Refuse a success with an error, and a failure without one."""
        if self.success != (self.error is None):
            raise InvariantBrokenError(f"{self.agent}: a step succeeds or has an error, not both")

    def payload(self) -> dict[str, JsonValue]:
        """Return the message as the trace keeps it, verbatim."""
        return {
            "agent": self.agent,
            "action": self.action,
            "timestamp": self.timestamp,
            "success": self.success,
            "data": dict(self.data),
            "error": self.error,
        }


def read_message(tree: Json) -> StepMessage:
    """Return the message of a trace's entry.

    Raises:
        InvariantBrokenError: it is none: a key is missing or too many, or a value is not of its type.
    """
    if not isinstance(tree, dict) or set(tree) != set(KEYS):
        raise InvariantBrokenError("a step's message has six keys: " + ", ".join(KEYS))
    agent, action, timestamp, success, data, error = (tree[key] for key in KEYS)
    if not isinstance(agent, str) or agent not in ACTION_OF:
        raise InvariantBrokenError(f"there is no step {agent!r}")
    if action != ACTION_OF[StepName(agent)] or not isinstance(timestamp, str):
        raise InvariantBrokenError(f"{agent} does not do {action!r}")
    if not isinstance(success, bool) or not isinstance(data, dict):
        raise InvariantBrokenError(f"{agent} says neither whether it succeeded nor with what")
    if error is not None and not isinstance(error, str):
        raise InvariantBrokenError(f"{agent} has an error that is no text")
    return StepMessage(
        agent=StepName(agent),
        action=ACTION_OF[StepName(agent)],
        timestamp=timestamp,
        success=success,
        data=data,
        error=error,
    )
