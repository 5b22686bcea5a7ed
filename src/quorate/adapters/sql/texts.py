"""Texts that are kept beside the journal's rows under their SHA-256: prompts and answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from quorate.adapters.sql.ledger import BLOBS
from quorate.kernel.ids import Tenant


def texts_under(
    connection: Connection, tenant: Tenant, digests: Collection[str]
) -> Mapping[str, bytes]:
    """Return what is kept under those of `digests` that anything is kept under."""
    if not digests:
        return {}
    query = select(BLOBS.c.digest, BLOBS.c.content).where(
        BLOBS.c.tenant == tenant, BLOBS.c.digest.in_(sorted(digests))
    )
    return {row.digest: bytes(row.content) for row in connection.execute(query)}
