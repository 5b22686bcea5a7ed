"""Every effective configuration that a run was made under, by its hash.  Source: R-032."""

from __future__ import annotations

from sqlalchemy import Table, bindparam, select

from quorate.adapters.sql.projection import Place, Projections, text_of
from quorate.adapters.sql.schema import metadata, tenant_column, text_column
from quorate.adapters.sql.session import Session
from quorate.adapters.sql.statement import Insert, Statement
from quorate.kernel.canonical import canonical_json
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event

CONFIG_VERSIONS = Table(
    "config_versions",
    metadata,
    tenant_column(),
    text_column("config_hash", key=True),
    text_column("settings"),
    text_column("first_used"),
)

_ADD = Insert(CONFIG_VERSIONS)
_KNOWN = Statement(
    select(CONFIG_VERSIONS.c.config_hash).where(
        CONFIG_VERSIONS.c.tenant == bindparam("tenant"),
        CONFIG_VERSIONS.c.config_hash == bindparam("config_hash"),
    )
)


def knows_config(session: Session, tenant: Tenant, config_hash: str) -> bool:
    """Return whether this configuration is on record, inside the writer's transaction."""
    return bool(session.read(_KNOWN, {"tenant": tenant, "config_hash": config_hash}))


def _recorded(session: Session, place: Place, event: Event) -> None:
    session.insert(
        _ADD,
        {
            "tenant": place.tenant,
            "config_hash": text_of(event, "configHash"),
            "settings": canonical_json(event.payload["settings"]),
            "first_used": place.ts,
        },
    )


PROJECTIONS: Projections = {"config.recorded": _recorded}
