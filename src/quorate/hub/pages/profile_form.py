"""The form of a profile: what was entered, and what is wrong with it field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from quorate.agents.drafting import EDITABLE_OF_RULES
from quorate.agents.profile import AgentProfile, Mode, Tool, UnfitProfileError
from quorate.agents.registry import to_payload
from quorate.agents.role_templates import RoleTemplate
from quorate.kernel.canonical import Json, as_json
from quorate.llm.tier import Tier

TEXTS: Final = (
    "title",
    "description",
    "provider",
    "model",
    "tier",
    "mode",
    "promptTemplate",
    "horizonSessions",
    "temperature",
    "maxTokens",
    "budgetPerDayUsd",
    "budgetPerRunUsd",
)
"""The fields of one value, under the names of the wire."""

LABELS: Final = {
    "name": "Name",
    "title": "Title",
    "role": "Role",
    "provider": "Provider",
    "model": "Model",
    "tier": "Tier",
    "mode": "Asked",
    "description": "What it does",
    "enabled": "Switched on",
    "horizonSessions": "Horizon, sessions",
    "temperature": "Temperature",
    "maxTokens": "Longest answer, tokens",
    "promptTemplate": "Prompt",
    "toolPolicy": "Tools",
    "budgetPerDayUsd": "Budget a day, USD",
    "budgetPerRunUsd": "Budget a run, USD",
}
"""What each field is called on a page."""

TIERS: Final = tuple((tier.value, tier.value) for tier in Tier)
TOOLS: Final = tuple(tool.value for tool in Tool)
MODES: Final = (
    (Mode.CHEAP_FIRST.value, "cheap_first: in every run"),
    (Mode.ESCALATION_ONLY.value, "escalation_only: on a trigger"),
    (Mode.ALWAYS.value, "always: in both"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileForm:
    """What a form holds, as entered; `seen` is the revision that an edit rests on, empty of a new profile."""

    values: Mapping[str, str]
    tools: Sequence[str] = ()
    name: str = ""
    role: str = ""
    seen: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, key: str) -> str:
        """Return what stands in a field."""
        return self.values.get(key, "")

    @property
    def asked(self) -> dict[str, object]:
        """Return what the form asks for, as drafting reads it."""
        return {**self.values, "toolPolicy": list(self.tools)}

    @property
    def asked_of_rules(self) -> dict[str, object]:
        """Return what the form asks for of a keyless agent."""
        return {key: value for key, value in self.values.items() if key in EDITABLE_OF_RULES}


def form_of(profile: AgentProfile, revision: str) -> ProfileForm:
    """Return the form of a profile as it stands."""
    tree = as_json(to_payload(profile))
    stored: Mapping[str, Json] = tree if isinstance(tree, dict) else {}
    return ProfileForm(
        values={key: _text(stored[key]) for key in TEXTS},
        tools=tuple(tool.value for tool in profile.tool_policy),
        name=profile.name,
        role=profile.role.value,
        seen=revision,
    )


def form_for(template: RoleTemplate) -> ProfileForm:
    """Return the form of a new profile as its role's template fills it."""
    payload = template.payload()
    return ProfileForm(
        values={key: _text(payload.get(key)) for key in TEXTS},
        tools=tuple(tool.value for tool in template.tools),
        role=template.role.value,
    )


def read_form(fields: Mapping[str, Sequence[str]]) -> ProfileForm:
    """Return what was sent; a field that was not sent is not asked for."""
    first = {key: values[0] for key, values in fields.items() if values}
    return ProfileForm(
        values={key: first[key] for key in TEXTS if key in first},
        tools=tuple(fields.get("toolPolicy", ())),
        name=first.get("name", ""),
        role=first.get("role", ""),
        seen=first.get("seen", ""),
    )


def errors_of(error: UnfitProfileError) -> dict[str, str]:
    """Return what is wrong by field, the first rule of each."""
    errors: dict[str, str] = {}
    for violation in error.violations:
        errors.setdefault(violation.key, violation.rule)
    return errors


def _text(value: Json) -> str:
    return "" if value is None else str(value)
