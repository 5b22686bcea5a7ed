"""Cycles as people look for them: by the beginning of an id, by book, and which books have any."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from quorate.adapters.sql.cycles import CYCLES
from quorate.kernel.ids import BookName, Tenant


def cycle_ids_like(connection: Connection, tenant: Tenant, prefix: str) -> Sequence[str]:
    """Return the cycle id that `prefix` is, or up to two that begin with it."""
    key = CYCLES.c.cycle_id
    matching = select(key).where(CYCLES.c.tenant == tenant, key.startswith(prefix, autoescape=True))
    found = list(connection.execute(matching.order_by(key).limit(2)).scalars())
    return [prefix] if prefix in found else found


def books_with_cycles(connection: Connection, tenant: Tenant, most: int) -> Sequence[BookName]:
    """Return the books that have cycles, the one of the newest cycle first."""
    newest = func.max(CYCLES.c.seq)
    query = select(CYCLES.c.book).where(CYCLES.c.tenant == tenant).group_by(CYCLES.c.book)
    found = connection.execute(query.order_by(newest.desc()).limit(most)).scalars()
    return [BookName(str(book)) for book in found]
