"""The registry of agent profiles.  Name: R-110."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Table,
    bindparam,
    select,
)

from quorate.adapters.sql.projection import Place, Projections, flag_of, number_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Row, Statement, Values, rows_of
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import RegisteredProfile, from_payload
from quorate.kernel.canonical import JsonValue, canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import ProfileName, Tenant
from quorate.kernel.journal import Event

MOST_REMEMBERED: Final = 2048
"""So many states of profiles are read back once: a full registry, and as many again that changed since. Ours."""

PROFILES = Table(
    "ai_agent_profiles",
    metadata,
    tenant_column(),
    text_column("name", key=True),
    text_column("role"),
    text_column("provider"),
    text_column("model"),
    Column("enabled", Boolean, nullable=False),
    text_column("profile"),
    Column("version", BigInteger, nullable=False),
    Column("archived", Boolean, nullable=False),
)

_ADD = Insert(PROFILES)
_SWITCH = GuardedUpdate(
    PROFILES, where=("tenant", "name", "enabled", "archived"), change=("enabled",)
)
_EDITED = ("role", "provider", "model", "enabled", "profile", "version")
_CHANGE = GuardedUpdate(PROFILES, where=("tenant", "name", "version", "archived"), change=_EDITED)
_ARCHIVE = GuardedUpdate(
    PROFILES, where=("tenant", "name", "archived"), change=("enabled", "archived")
)
_OF_TENANT = (
    select(PROFILES.c.profile, PROFILES.c.enabled, PROFILES.c.version, PROFILES.c.archived)
    .where(PROFILES.c.tenant == bindparam("tenant"))
    .order_by(PROFILES.c.name)
)
_REGISTERED = Statement(_OF_TENANT)
_NAMED = Statement(_OF_TENANT.where(PROFILES.c.name == bindparam("name")))
_NAMES = Statement(select(PROFILES.c.name).where(PROFILES.c.tenant == bindparam("tenant")))


def profile_names(session: Session, tenant: Tenant) -> frozenset[str]:
    """Return the names that are registered, inside the writer's transaction."""
    return frozenset(str(name) for (name,) in session.read(_NAMES, {"tenant": tenant}))


def profile_held(session: Session, tenant: Tenant, name: ProfileName) -> RegisteredProfile | None:
    """Return the profile as it stands now, inside the writer's transaction; None where there is none."""
    rows = session.read(_NAMED, {"tenant": tenant, "name": name})
    return _registered_in(rows[0]) if rows else None


def registry(connection: Connection, tenant: Tenant) -> Sequence[RegisteredProfile]:
    """Return every profile as it stands now with its version, by name, archived ones included."""
    return [_registered_in(row) for row in rows_of(connection, _REGISTERED, {"tenant": tenant})]


def registered_profiles(connection: Connection, tenant: Tenant) -> Sequence[AgentProfile]:
    """Return every profile as it stands now, by name, archived ones included."""
    return [each.profile for each in registry(connection, tenant)]


def _registered_in(row: Row) -> RegisteredProfile:
    stored, enabled, version, archived = row
    return _read_back(str(stored), bool(enabled), int(version or 0), bool(archived))


@lru_cache(MOST_REMEMBERED)
def _read_back(stored: str, enabled: bool, version: int, archived: bool) -> RegisteredProfile:  # noqa: FBT001  (columns)
    """Return the profile that these columns hold; every run reads the whole registry, which seldom changes."""
    profile = from_payload({**json.loads(stored), "enabled": enabled})
    return RegisteredProfile(replace(profile, archived=True) if archived else profile, version)


def _registered(session: Session, place: Place, event: Event) -> None:
    """Follow a profile that Quorate brought along: the payload is the profile."""
    session.insert(_ADD, _columns(place, event, event.payload, version=1))


def _created(session: Session, place: Place, event: Event) -> None:
    session.insert(_ADD, _columns(place, event, _profile_of(event), version=1))


def _changed(session: Session, place: Place, event: Event) -> None:
    version, name = number_of(event, "version"), text_of(event, "name")
    columns = _columns(place, event, _profile_of(event), version=version)
    session.update(
        _CHANGE,
        {
            **{key: columns[key] for key in _EDITED},
            "was_tenant": place.tenant,
            "was_name": name,
            "was_version": version - 1,
            "was_archived": False,
        },
        otherwise=f"somebody else changed profile {name} first",
    )


def _archived(session: Session, place: Place, event: Event) -> None:
    name = text_of(event, "name")
    session.update(
        _ARCHIVE,
        {
            "was_tenant": place.tenant,
            "was_name": name,
            "was_archived": False,
            "enabled": False,
            "archived": True,
        },
        otherwise=f"profile {name} is archived already",
    )


def _profile_of(event: Event) -> Mapping[str, JsonValue]:
    profile = event.payload.get("profile")
    if not isinstance(profile, Mapping):
        raise InvariantBrokenError(f"{event.type} carries no profile")
    return profile


def _columns(
    place: Place, event: Event, profile: Mapping[str, JsonValue], *, version: int
) -> Values:
    told = Event(stream=event.stream, type=event.type, payload=profile)
    return {
        "tenant": place.tenant,
        "name": text_of(told, "name"),
        "role": text_of(told, "role"),
        "provider": text_of(told, "provider"),
        "model": text_of(told, "model"),
        "enabled": flag_of(told, "enabled"),
        "profile": canonical_json(profile),
        "version": version,
        "archived": False,
    }


def _switched(session: Session, place: Place, event: Event) -> None:
    enabled = event.type == "profile.enabled"
    name = text_of(event, "name")
    session.update(
        _SWITCH,
        {
            "was_tenant": place.tenant,
            "was_name": name,
            "was_enabled": not enabled,
            "was_archived": False,
            "enabled": enabled,
        },
        otherwise=f"profile {name} is {'enabled' if enabled else 'disabled'} already, or archived",
    )


PROJECTIONS: Projections = {
    "profile.registered": _registered,
    "profile.created": _created,
    "profile.changed": _changed,
    "profile.archived": _archived,
    "profile.enabled": _switched,
    "profile.disabled": _switched,
}
