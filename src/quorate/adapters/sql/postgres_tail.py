"""PostgreSQL's wake-ups: the writer notifies with its commit, one connection of each process listens."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import psycopg

from quorate.adapters.sql.failure import as_quorate_error

if TYPE_CHECKING:
    from quorate.kernel.ids import Tenant


async def listen(dsn: str, tenant: Tenant, wake: Callable[[], None]) -> None:
    """Call `wake` once the connection listens, and after each commit on the tenant's chain.

    A connection that a firewall dropped is noticed by keepalives within a minute.

    Raises:
        UnavailableError: the connection is lost, or cannot be made.
    """
    try:
        async with await psycopg.AsyncConnection.connect(
            dsn,
            autocommit=True,
            connect_timeout=5,
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
        ) as connection:
            await connection.execute(f"LISTEN {channel_of(tenant)}".encode())
            wake()
            async for _commit in connection.notifies():
                wake()
    except psycopg.Error as error:
        raise as_quorate_error(error) from error


def channel_of(tenant: Tenant) -> str:
    """Return the channel on which commits on a tenant's chain are told; a name that needs no quotes."""
    return f"quorate_{hashlib.sha256(tenant.encode()).hexdigest()[:16]}"
