"""The registry of agent profiles.  Name: R-110."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Boolean, Column, Connection, Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, flag_of, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import GuardedUpdate, Insert, Statement, rows_of
from quorate.agents.profile import AgentProfile
from quorate.agents.registry import from_payload
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

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
)

_ADD = Insert(PROFILES)
_SWITCH = GuardedUpdate(PROFILES, where=("tenant", "name", "enabled"), change=("enabled",))
_REGISTERED = Statement(
    select(PROFILES.c.profile, PROFILES.c.enabled)
    .where(PROFILES.c.tenant == bindparam("tenant"))
    .order_by(PROFILES.c.name)
)
_NAMES = Statement(select(PROFILES.c.name).where(PROFILES.c.tenant == bindparam("tenant")))


def profile_names(session: Session, tenant: Tenant) -> frozenset[str]:
    """Return the names that are registered, inside the writer's transaction."""
    return frozenset(str(name) for (name,) in session.read(_NAMES, {"tenant": tenant}))


def registered_profiles(connection: Connection, tenant: Tenant) -> Sequence[AgentProfile]:
    """Return every profile as it stands now, by name."""
    rows = rows_of(connection, _REGISTERED, {"tenant": tenant})
    return [
        from_payload({**json.loads(str(profile)), "enabled": bool(enabled)})
        for profile, enabled in rows
    ]


def _registered(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "name": text_of(event, "name"),
            "role": text_of(event, "role"),
            "provider": text_of(event, "provider"),
            "model": text_of(event, "model"),
            "enabled": flag_of(event, "enabled"),
            "profile": canonical_json(event.payload),
        },
    )


def _switched(session: Session, place: Place, event: Event) -> None:
    enabled = event.type == "profile.enabled"
    name = text_of(event, "name")
    session.update(
        _SWITCH,
        {
            "was_tenant": place.tenant,
            "was_name": name,
            "was_enabled": not enabled,
            "enabled": enabled,
        },
        otherwise=f"profile {name} is {'enabled' if enabled else 'disabled'} already",
    )


PROJECTIONS: Projections = {
    "profile.registered": _registered,
    "profile.enabled": _switched,
    "profile.disabled": _switched,
}
