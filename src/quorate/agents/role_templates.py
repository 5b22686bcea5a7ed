"""Role templates: what a new profile of each role starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from quorate.agents.profile import Mode, Role, Tool
from quorate.kernel.canonical import Json
from quorate.kernel.errors import RejectedError
from quorate.llm.tier import Tier

_MARKET: Final = (Tool.BARS, Tool.INDICATORS)
_BOOK: Final = (*_MARKET, Tool.ACCOUNT, Tool.POSITIONS)
_NEWS: Final = (*_MARKET, Tool.NEWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTemplate:
    """A role as a model plays it. Source: R-071 (roles), R-072 (fields), R-086 (defaults of the first three)."""

    role: Role
    tier: Tier
    mode: Mode
    tools: tuple[Tool, ...]
    max_tokens: int
    description: str
    horizon: int = 20
    temperature: float = 0.0

    @property
    def prompt_template(self) -> str:
        """Return the role's packaged prompt."""
        return first_prompt(self.role)

    def payload(self) -> dict[str, Json]:
        """Return a profile's fields as the template sets them; name, provider and model are the user's."""
        return {
            "role": self.role.value,
            "provider": "",
            "model": "",
            "tier": self.tier.value,
            "mode": self.mode.value,
            "description": self.description,
            "enabled": False,
            "horizonSessions": self.horizon,
            "temperature": repr(self.temperature),
            "maxTokens": self.max_tokens,
            "promptTemplate": self.prompt_template,
            "toolPolicy": [tool.value for tool in self.tools],
            "budgetPerDayUsd": None,
            "budgetPerRunUsd": None,
        }


def first_prompt(role: str) -> str:
    """Return the id of the prompt that is packaged for `role`."""
    return f"{role}/1"


_ALL: Final = (
    RoleTemplate(
        role=Role.TECHNICAL_ANALYST,
        tier=Tier.CHEAP,
        mode=Mode.CHEAP_FIRST,
        tools=_MARKET,
        max_tokens=1024,
        description="Reads bars and indicators in the first round.",
    ),
    RoleTemplate(
        role=Role.FUNDAMENTAL_ANALYST,
        tier=Tier.CHEAP,
        mode=Mode.CHEAP_FIRST,
        tools=_NEWS,
        max_tokens=1024,
        description="Reads dated news and the long history in the first round.",
    ),
    RoleTemplate(
        role=Role.RISK_MANAGER,
        tier=Tier.CHEAP,
        mode=Mode.CHEAP_FIRST,
        tools=_BOOK,
        max_tokens=1024,
        description="Weighs an entry against the book in the first round; may veto.",
    ),
    RoleTemplate(
        role=Role.BULL,
        tier=Tier.CHEAP,
        mode=Mode.ESCALATION_ONLY,
        tools=_NEWS,
        max_tokens=1024,
        description="Argues for buying, on a trigger; the judge reads it.",
    ),
    RoleTemplate(
        role=Role.BEAR,
        tier=Tier.CHEAP,
        mode=Mode.ESCALATION_ONLY,
        tools=_NEWS,
        max_tokens=1024,
        description="Argues against buying, on a trigger; the judge reads it.",
    ),
    RoleTemplate(
        role=Role.JUDGE,
        tier=Tier.POWER,
        mode=Mode.ESCALATION_ONLY,
        tools=_BOOK,
        max_tokens=2048,
        description="Decides what the first round could not; asked on a trigger only.",
    ),
)

ROLE_TEMPLATES: Final[Mapping[str, RoleTemplate]] = MappingProxyType(
    {template.role.value: template for template in _ALL}
)
"""Every template by its role; the keyless roles have none, they come with Quorate."""


def role_template(role: str) -> RoleTemplate:
    """Return the template of `role`.

    Raises:
        RejectedError: no model plays it (slug `not-found`).
    """
    template = ROLE_TEMPLATES.get(role)
    if template is None:
        raise RejectedError(
            f"there is no template of a role '{role}'",
            effect="nothing was done",
            fix=f"choose from {', '.join(ROLE_TEMPLATES)}",
            slug="not-found",
        )
    return template
