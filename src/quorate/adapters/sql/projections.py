"""Every projection of every room, and the state tables that they alone write."""

from __future__ import annotations

from sqlalchemy import Table

from quorate.adapters.sql import (
    books,
    config_versions,
    leases,
    ledger,
    profiles,
    runs,
    series,
    tasks,
)
from quorate.adapters.sql.projection import Place, Projections
from quorate.adapters.sql.schema import metadata
from quorate.adapters.sql.session import Session
from quorate.kernel.journal import Event

ALL: Projections = {
    **ledger.PROJECTIONS,
    **leases.PROJECTIONS,
    **tasks.PROJECTIONS,
    **runs.PROJECTIONS,
    **profiles.PROJECTIONS,
    **books.PROJECTIONS,
    **series.PROJECTIONS,
    **config_versions.PROJECTIONS,
}

__all__ = ["ALL", "STATE_TABLES", "metadata", "project"]

STATE_TABLES: tuple[Table, ...] = (
    ledger.STEP_LEDGER,
    ledger.SIGNING_KEYS,
    leases.LEASES,
    tasks.TASKS,
    runs.RUNS,
    runs.AGENT_DECISIONS,
    runs.CONSENSUS,
    profiles.PROFILES,
    books.BOOKS,
    series.SERIES,
    config_versions.CONFIG_VERSIONS,
)
"""The tables that refolding the journal from its first row gives again, row for row."""


def project(session: Session, place: Place, event: Event) -> None:
    """Bring the state tables up to `event`; an event that no table follows changes nothing."""
    projection = ALL.get(event.type)
    if projection:
        projection(session, place, event)
    if event.step_key:
        ledger.record_step(session, place, event)
