"""A profile: one configured agent, its place in the debate and what it may cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, is_name
from quorate.kernel.money import Usd
from quorate.llm.tier import Tier

RULES: Final = "rules"
"""The provider of the keyless agents: code in this room, no model, no cost."""

MAX_TEMPERATURE: Final = 2.0
"""The upper end of the OpenAI chat-completions protocol."""

MAX_TOKENS: Final = 65_536
"""The longest answer that may be asked for.  Ours: a mistyped number must not reserve a whole budget."""

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


ADVOCATES: Final = frozenset({Role.BULL, Role.BEAR})
"""They argue an assigned side, on a trigger, for the panel to read. Source: DESIGN 6."""

SILENT_ROLES: Final = ADVOCATES | {Role.JUDGE}
"""Advocates are assigned to disagree and the judge hears them: neither votes. Source: DESIGN 6."""


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


class Violation(NamedTuple):
    """A rule that a profile breaks; `key` is the field's name on the wire ("maxTokens")."""

    key: str
    rule: str


class UnfitProfileError(RejectedError):
    """A profile that no agent could be run with; `violations` say why, field by field."""

    def __init__(self, name: str, violations: Sequence[Violation]) -> None:
        fields: dict[str, list[str]] = {}
        for violation in violations:
            fields.setdefault(violation.rule, []).append(violation.key)
        said = "; ".join(f"{', '.join(named)}: {rule}" for rule, named in fields.items())
        super().__init__(
            f"profile {name!r}: {said}",
            effect="nothing was written",
            fix="correct that and try again",
        )
        self.violations = tuple(violations)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProfile:
    """A configured agent. Source: R-072.

    `model` is the provider's name of a model; for `rules` it is a rule agent and its version
    ("trend/1"). `horizon` counts sessions, 20 unless told (DESIGN 5). `max_tokens` is 0 and
    `prompt_template` empty where no model is called; a budget of None leaves the system-wide ones.
    `title` is what a person calls it, as they wrote it; empty where the name will do. An archived
    profile is disabled for good: it is kept for the runs that it took part in.
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
    title: str = ""
    archived: bool = False

    def __post_init__(self) -> None:
        """Refuse what no agent could be run with."""
        broken = [Violation(key, rule) for key, holds, rule in self._rules() if not holds]
        if broken:
            raise UnfitProfileError(self.name, broken)

    @property
    def label(self) -> str:
        """Return what the profile is called on a page."""
        return self.title or self.name

    @property
    def is_rule_agent(self) -> bool:
        """Return whether the profile needs neither key nor model."""
        return self.provider == RULES

    @property
    def voter(self) -> bool:
        """Return whether an answer counts: advocates, judge and rule risk manager never vote."""
        sizes_only = self.role is Role.RISK_MANAGER and self.is_rule_agent
        return self.role not in SILENT_ROLES and not sizes_only

    def _rules(self) -> tuple[tuple[str, bool, str], ...]:
        day, run = (
            budget is None or budget.amount >= 0
            for budget in (self.budget_per_day, self.budget_per_run)
        )
        return (
            ("name", is_name(self.name), "a name is lower case, as in 'my_agent-2'"),
            ("provider", bool(self.provider), "a provider and a model are needed"),
            ("model", bool(self.model), "a provider and a model are needed"),
            (
                "horizonSessions",
                1 <= self.horizon <= _MAX_HORIZON,
                f"the horizon is 1 to {_MAX_HORIZON} sessions",
            ),
            (
                "temperature",
                0.0 <= self.temperature <= MAX_TEMPERATURE,
                f"temperature is 0 to {MAX_TEMPERATURE}",
            ),
            (
                "maxTokens",
                (not self.is_rule_agent) <= self.max_tokens <= MAX_TOKENS,
                f"a model needs max_tokens, 1 to {MAX_TOKENS}",
            ),
            ("budgetPerDayUsd", day, "a budget is not negative"),
            ("budgetPerRunUsd", run, "a budget is not negative"),
            ("enabled", not (self.enabled and self.archived), "an archived profile never runs"),
        )
