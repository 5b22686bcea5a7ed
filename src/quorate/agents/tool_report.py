"""Tools as a list tells them: who may use each, how often it is used, how often in vain, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quorate.agents.profile import AgentProfile, Tool
from quorate.agents.tools import SPECS


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCounts:
    """The uses of one tool over some days; latencies are in milliseconds, None where none was recorded."""

    calls: int = 0
    refused: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    by_day: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUsed:
    """One use as the journal holds it at row `seq`: `arguments` and `result` are masked and cut."""

    seq: int
    at: str
    profile: str
    run_id: str
    arguments: str
    result: str
    refusal: str
    latency_ms: float | None

    def as_json(self) -> dict[str, object]:
        """Return the use as programs read it."""
        return {
            "seq": self.seq,
            "at": self.at,
            "profile": self.profile,
            "runId": self.run_id,
            "arguments": self.arguments,
            "result": self.result,
            "refusal": self.refusal or None,
            "latencyMs": self.latency_ms,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolLine:
    """One tool: `today` are its uses of this UTC day, `window` those since `since`; `last` are the newest."""

    tool: Tool
    since: str
    today: ToolCounts
    window: ToolCounts
    allowed: tuple[str, ...]
    last: Sequence[ToolUsed] = ()

    @property
    def description(self) -> str:
        """Return what a model is told of it."""
        return SPECS[self.tool].description

    @property
    def error_rate(self) -> float | None:
        """Return the share of its uses that were refused, None where there was none."""
        return self.window.refused / self.window.calls if self.window.calls else None

    def as_json(self) -> dict[str, object]:
        """Return the tool as programs read it."""
        return {
            "name": self.tool.value,
            "description": self.description,
            "allowedProfiles": list(self.allowed),
            "callsToday": self.today.calls,
            "since": self.since,
            "calls": self.window.calls,
            "refused": self.window.refused,
            "errorRate": self.error_rate,
            "p50Ms": self.window.p50_ms,
            "p95Ms": self.window.p95_ms,
            "costUsd": "0",
            "last": self.last[0].as_json() if self.last else None,
        }


def allowed_profiles(tool: Tool, profiles: Sequence[AgentProfile]) -> tuple[str, ...]:
    """Return the names of the profiles whose policy lets them use a tool."""
    return tuple(
        sorted(
            profile.name
            for profile in profiles
            if not profile.is_rule_agent and tool in profile.tool_policy
        )
    )
