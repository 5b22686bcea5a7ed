"""Spending: what each profile's calls hold of its budget today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from quorate.agents.profile import AgentProfile
from quorate.kernel.money import Usd
from quorate.llm.budget import Limit
from quorate.llm.budget_line import BudgetLine
from quorate.llm.call_record import CallFailure
from quorate.llm.nanos import usd_of

NEARLY: Final = 0.9
"""From this share of a budget on, a bar warns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a profile's model calls hold today; `share` of its budget is in [0, 1]."""

    used: Usd
    limit: Usd
    calls: int
    share: float

    @property
    def tone(self) -> int:
        """Return the colour of the bar: an ordinary one, or one that warns."""
        return 5 if self.share >= NEARLY else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a list tells of profiles beside themselves, by their name."""

    spending: Mapping[str, Spending] = field(default_factory=dict)
    failures: Mapping[str, CallFailure] = field(default_factory=dict)

    @property
    def nearly_out(self) -> Sequence[tuple[str, Spending]]:
        """Return the profiles whose budget of today is as good as used up."""
        return [(name, each) for name, each in self.spending.items() if each.share >= NEARLY]


def spending_of(
    profiles: Sequence[AgentProfile], lines: Sequence[BudgetLine]
) -> Mapping[str, Spending]:
    """Return what each profile of a model holds today; one that was not called holds nothing of its budget."""
    daily = {line.profile: line for line in lines if line.limit is Limit.PROFILE_DAY}
    models = [profile.name for profile in profiles if not profile.is_rule_agent]
    return {
        name: _spending(daily[key])
        for name in models
        if (key := name if name in daily else "") in daily
    }


def _spending(line: BudgetLine) -> Spending:
    used = line.used or 0
    return Spending(
        used=usd_of(used),
        limit=usd_of(line.size),
        calls=0 if line.today is None else line.today.calls,
        share=min(used / line.size, 1.0) if line.size else 1.0,
    )
