"""The registry's words: a profile as a journal payload, and back without loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from quorate.agents.profile import AgentProfile, Mode, Role, Tool
from quorate.kernel.canonical import Json, JsonValue, as_json, digest
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import ProfileName
from quorate.kernel.money import Usd
from quorate.llm.tier import Tier

PAYLOAD_KEYS: Final = frozenset(
    {
        "name",
        "role",
        "provider",
        "model",
        "tier",
        "mode",
        "description",
        "enabled",
        "horizonSessions",
        "temperature",
        "maxTokens",
        "promptTemplate",
        "toolPolicy",
        "budgetPerDayUsd",
        "budgetPerRunUsd",
        "title",
    }
)

_LATER: Final = frozenset({"title"})
"""Keys that a profile stored by an earlier version does not have."""


@dataclass(frozen=True, slots=True)
class RegisteredProfile:
    """A profile as the registry holds it; its first `version` is 1, each edit makes the next one."""

    profile: AgentProfile
    version: int

    @property
    def revision(self) -> str:
        """Return what tells this state of a profile from every other: version, switch and archive."""
        profile = self.profile
        return digest([to_payload(profile), self.version, profile.archived])[:32]


def as_tree(profile: AgentProfile) -> dict[str, Json]:
    """Return `profile` under the names of the wire, every value as JSON has it."""
    return {key: as_json(value) for key, value in to_payload(profile).items()}


def to_payload(profile: AgentProfile) -> dict[str, JsonValue]:
    """Return `profile` as a registry event carries it."""
    return {
        "name": profile.name,
        "role": profile.role,
        "provider": profile.provider,
        "model": profile.model,
        "tier": profile.tier,
        "mode": profile.mode,
        "description": profile.description,
        "enabled": profile.enabled,
        "horizonSessions": profile.horizon,
        "temperature": profile.temperature,
        "maxTokens": profile.max_tokens,
        "promptTemplate": profile.prompt_template,
        "toolPolicy": profile.tool_policy,
        "budgetPerDayUsd": _amount(profile.budget_per_day),
        "budgetPerRunUsd": _amount(profile.budget_per_run),
        "title": profile.title,
    }


def from_payload(payload: Mapping[str, Json]) -> AgentProfile:
    """Return the profile that `to_payload` wrote, read back from canonical JSON.

    Raises:
        InvariantBrokenError: the payload is not one that `to_payload` writes.
    """
    odd_keys = (payload.keys() ^ PAYLOAD_KEYS) - (_LATER - payload.keys())
    if odd_keys:
        odd = ", ".join(sorted(odd_keys))
        raise InvariantBrokenError(f"a stored profile has missing or unknown keys: {odd}")
    try:
        return _profile(payload)
    except (ArithmeticError, TypeError, ValueError, RejectedError) as error:
        raise InvariantBrokenError(f"a stored profile does not read back: {error}") from error


def _profile(payload: Mapping[str, Json]) -> AgentProfile:
    return AgentProfile(
        name=ProfileName(_text(payload["name"])),
        role=Role(_text(payload["role"])),
        provider=_text(payload["provider"]),
        model=_text(payload["model"]),
        tier=Tier(_text(payload["tier"])),
        mode=Mode(_text(payload["mode"])),
        description=_text(payload["description"]),
        enabled=_flag(payload["enabled"]),
        horizon=_count(payload["horizonSessions"]),
        temperature=float(_text(payload["temperature"])),
        max_tokens=_count(payload["maxTokens"]),
        prompt_template=_text(payload["promptTemplate"]),
        tool_policy=_tools(payload["toolPolicy"]),
        budget_per_day=_money(payload["budgetPerDayUsd"]),
        budget_per_run=_money(payload["budgetPerRunUsd"]),
        title=_text(payload.get("title", "")),
    )


def _amount(budget: Usd | None) -> Decimal | None:
    return None if budget is None else budget.amount


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text expected, not {value!r}")
    return value


def _flag(value: Json) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"true or false expected, not {value!r}")
    return value


def _count(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number expected, not {value!r}")
    return value


def _tools(value: Json) -> tuple[Tool, ...]:
    if not isinstance(value, list):
        raise TypeError(f"a list of tools expected, not {value!r}")
    return tuple(Tool(_text(name)) for name in value)


def _money(value: Json) -> Usd | None:
    return None if value is None else Usd(Decimal(_text(value)))
