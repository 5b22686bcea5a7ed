"""A profile: one configured agent, its place in the debate and what it may cost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName
from quorate.kernel.money import Usd

RULES: Final = "rules"
"""The provider of the keyless agents: code in this room, no model, no cost."""

MAX_TEMPERATURE: Final = 2.0
"""The upper end of the OpenAI chat-completions protocol."""

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_MAX_HORIZON = 252
"""A year of sessions: beyond it the packaged history knows too few outcomes to count."""


class Role(StrEnum):
    """What an agent is there to do. Source: R-071, DESIGN 6."""

    TECHNICAL_ANALYST = "technical_analyst"
    FUNDAMENTAL_ANALYST = "fundamental_analyst"
    RISK_MANAGER = "risk_manager"
    BULL = "bull"
    BEAR = "bear"
    JUDGE = "judge"
    TREND = "trend"
    MOMENTUM = "momentum"
    MEAN_REVERSION = "mean_reversion"
    WYCKOFF = "wyckoff"


SILENT_ROLES: Final = frozenset({Role.BULL, Role.BEAR, Role.JUDGE})
"""Advocates are assigned to disagree and the judge hears them: neither votes. Source: DESIGN 6."""


class Tier(StrEnum):
    """What a call costs, roughly; the first round never asks POWER. Source: DESIGN 6."""

    FREE = "free"
    CHEAP = "cheap"
    POWER = "power"


class Mode(StrEnum):
    """When an agent is asked: in the first round, on a trigger only, or in both. Source: R-072."""

    CHEAP_FIRST = "cheap_first"
    ESCALATION_ONLY = "escalation_only"
    ALWAYS = "always"


class Tool(StrEnum):
    """What an agent may read. There is no tool that writes. Source: DESIGN 7."""

    QUOTES = "quotes"
    BARS = "bars"
    ACCOUNT = "account"
    POSITIONS = "positions"
    INDICATORS = "indicators"
    NEWS = "news"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """A configured agent. Source: R-072.

    `model` is the provider's name of a model; for `rules` it is a rule agent and its version
    ("trend/1"). `horizon` counts sessions, 20 unless told (DESIGN 5). `max_tokens` is 0 and
    `prompt_template` empty where no model is called; a budget of None leaves the system-wide ones.
    """

    name: ProfileName
    role: Role
    provider: str
    model: str
    tier: Tier
    mode: Mode
    description: str
    enabled: bool
    horizon: int = 20
    temperature: float = 0.0
    max_tokens: int = 0
    prompt_template: str = ""
    tool_policy: tuple[Tool, ...] = ()
    budget_per_day: Usd | None = None
    budget_per_run: Usd | None = None

    def __post_init__(self) -> None:
        """Refuse what no agent could be run with."""
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"profile {self.name!r}: {rule}", effect="nothing was written")

    @property
    def is_rule_agent(self) -> bool:
        """Return whether the profile needs neither key nor model."""
        return self.provider == RULES

    @property
    def voter(self) -> bool:
        """Return whether an answer counts: advocates, judge and rule risk manager never vote."""
        sizes_only = self.role is Role.RISK_MANAGER and self.is_rule_agent
        return self.role not in SILENT_ROLES and not sizes_only

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        budgets = [self.budget_per_day, self.budget_per_run]
        return (
            (_NAME.fullmatch(self.name) is not None, "a name is lower case, as in 'my_agent-2'"),
            (bool(self.provider and self.model), "a provider and a model are needed"),
            (1 <= self.horizon <= _MAX_HORIZON, f"the horizon is 1 to {_MAX_HORIZON} sessions"),
            (0.0 <= self.temperature <= MAX_TEMPERATURE, f"temperature is 0 to {MAX_TEMPERATURE}"),
            (self.max_tokens >= (not self.is_rule_agent), "a model needs max_tokens above 0"),
            (all(b is None or b.amount >= 0 for b in budgets), "a budget is not negative"),
        )
