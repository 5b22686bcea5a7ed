"""The one metadata object that every room's tables join, and the column kinds they share."""

from __future__ import annotations

from sqlalchemy import Column, MetaData, Text

metadata = MetaData()


def tenant_column() -> Column[str]:
    """Return the first column of every key: no row without a tenant (R-139)."""
    return Column("tenant", Text, primary_key=True)


def text_column(name: str, *, key: bool = False) -> Column[str]:
    """Return a text column that is never null; an unknown text is the empty one.

    Times are text too (RFC 3339, UTC, microseconds): the hashes cover the stored bytes, on every database alike.
    """
    return Column(name, Text, primary_key=key, nullable=False)
