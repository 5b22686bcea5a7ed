"""Profiles as the API takes and gives them."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec

from quorate.agents.history import ProfileStep
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import RegisteredProfile
from quorate.agents.role_templates import RoleTemplate
from quorate.hub.api.shape import Given, Moment, Shape, Usd

Unset: TypeAlias = msgspec.UnsetType
Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Budget: TypeAlias = Annotated[
    str | Unset | None,
    msgspec.Meta(description="US dollars as decimal text; null leaves the limits of everybody."),
]


class ProfileShape(Shape):
    """A configured agent; a budget of null leaves the system-wide ones.

    `title` is what a person calls it, empty where the name will do. Each edit makes the next `version`. An archived
    profile never runs again.
    """

    name: str
    title: str
    role: str
    provider: str
    model: str
    tier: str
    mode: str
    description: str
    enabled: bool
    archived: bool
    voter: bool
    version: int
    horizon_sessions: int
    temperature: float
    max_tokens: int
    prompt_template: str
    tool_policy: tuple[str, ...]
    budget_per_day_usd: Usd
    budget_per_run_usd: Usd


class ProfileList(Shape):
    """Every profile, by name."""

    read_at: Moment
    items: tuple[ProfileShape, ...]
    next_cursor: str | None = None


class ProfileChanged(Shape):
    """What became of a change; not `applied` when it was so already."""

    target: str
    applied: bool
    dry_run: bool
    profile: ProfileShape


class ProfileFields(Given):
    """What may be named of a profile, or left as it is."""

    title: str | Unset = msgspec.UNSET
    tier: str | Unset = msgspec.UNSET
    mode: str | Unset = msgspec.UNSET
    description: str | Unset = msgspec.UNSET
    horizon_sessions: int | Unset = msgspec.UNSET
    temperature: float | Unset = msgspec.UNSET
    max_tokens: int | Unset = msgspec.UNSET
    prompt_template: str | Unset = msgspec.UNSET
    tool_policy: tuple[str, ...] | Unset = msgspec.UNSET
    budget_per_day_usd: Budget = msgspec.UNSET
    budget_per_run_usd: Budget = msgspec.UNSET


class ProfileEdit(ProfileFields, kw_only=True):
    """What is to be changed of a profile; what is not named stays."""

    role: str | Unset = msgspec.UNSET
    provider: str | Unset = msgspec.UNSET
    model: str | Unset = msgspec.UNSET


class NewProfile(ProfileFields, kw_only=True):
    """A profile to make; what is not named comes from the template of its role.

    A `name` that is not lower case becomes its title, and a name is made from it.
    """

    name: Name
    role: str
    provider: str
    model: str
    enabled: bool = False


class ProfileBulk(Given):
    """What is to be done to several profiles: enable, disable or setBudget; a budget that is not named stays."""

    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=200)]
    act: str
    budget_per_day_usd: Budget = msgspec.UNSET
    budget_per_run_usd: Budget = msgspec.UNSET


class BulkResult(Shape):
    """What became of one of them; `problem` says why a rule held it back, null where none did."""

    name: str
    applied: bool
    problem: str | None


class BulkDone(Shape):
    """What became of each; one that was held back does not hold back the others."""

    target: str
    applied: bool
    dry_run: bool
    items: tuple[BulkResult, ...]


class FieldChanged(Shape):
    """A field before and after, as a profile's payload writes it."""

    key: str
    before: object
    after: object


class ProfileHistoryItem(Shape):
    """One thing that was done to a profile, by whom; an empty `by` was not recorded."""

    seq: int
    at: Moment
    kind: str
    by: str
    version: int
    changes: tuple[FieldChanged, ...]


class ProfileHistory(Shape):
    """What was done to a profile, newest first."""

    read_at: Moment
    name: str
    items: tuple[ProfileHistoryItem, ...]
    next_cursor: str | None = None


class RoleTemplateShape(Shape):
    """What a new profile of a role starts from."""

    role: str
    tier: str
    mode: str
    tool_policy: tuple[str, ...]
    max_tokens: int
    temperature: float
    horizon_sessions: int
    prompt_template: str
    description: str


class RoleTemplateList(Shape):
    """Every role that a model can play."""

    read_at: Moment
    items: tuple[RoleTemplateShape, ...]
    next_cursor: str | None = None


def profile_shape(registered: RegisteredProfile) -> ProfileShape:
    """Return a profile as the API gives it."""
    return shape_of(registered.profile, registered.version)


def shape_of(profile: AgentProfile, version: int) -> ProfileShape:
    """Return a profile as it stood in `version`."""
    return ProfileShape(
        name=profile.name,
        title=profile.title,
        role=profile.role.value,
        provider=profile.provider,
        model=profile.model,
        tier=profile.tier.value,
        mode=profile.mode.value,
        description=profile.description,
        enabled=profile.enabled,
        archived=profile.archived,
        voter=profile.voter,
        version=version,
        horizon_sessions=profile.horizon,
        temperature=profile.temperature,
        max_tokens=profile.max_tokens,
        prompt_template=profile.prompt_template,
        tool_policy=tuple(tool.value for tool in profile.tool_policy),
        budget_per_day_usd=None if profile.budget_per_day is None else str(profile.budget_per_day),
        budget_per_run_usd=None if profile.budget_per_run is None else str(profile.budget_per_run),
    )


def history_item(step: ProfileStep) -> ProfileHistoryItem:
    """Return a step of a profile's history as the API gives it."""
    return ProfileHistoryItem(
        seq=step.seq,
        at=step.at,
        kind=step.kind,
        by=step.by,
        version=step.version,
        changes=tuple(
            FieldChanged(key=c.key, before=c.before, after=c.after) for c in step.changes
        ),
    )


def template_shape(template: RoleTemplate) -> RoleTemplateShape:
    """Return a role's template as the API gives it."""
    return RoleTemplateShape(
        role=template.role.value,
        tier=template.tier.value,
        mode=template.mode.value,
        tool_policy=tuple(tool.value for tool in template.tools),
        max_tokens=template.max_tokens,
        temperature=template.temperature,
        horizon_sessions=template.horizon,
        prompt_template=template.prompt_template,
        description=template.description,
    )
