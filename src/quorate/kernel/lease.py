"""Leases: who may work on a thing until when, with a fencing token that only ever grows.

A holder whose lease ran out and was taken by another still believes it holds it; the token, checked inside the
transaction of every act, is what stops it.  Source: R-048, R-012, RELIABILITY 1.6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from quorate.kernel.errors import ConflictError
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """`owner` holds `name` until `expires_at`; `token` tells this holding from every earlier one."""

    name: str
    owner: str
    token: int
    expires_at: datetime

    def is_held(self, now: datetime) -> bool:
        """Return whether the lease still runs; exactly at its end it does not."""
        return now < self.expires_at


def acquired(
    current: Lease | None, *, name: str, owner: str, now: datetime, duration: timedelta
) -> Lease:
    """Return the lease that `owner` holds from now on.

    Raises:
        ConflictError: somebody, perhaps `owner` itself, holds it still.
    """
    if current is not None and current.is_held(now):
        raise ConflictError(f"{name} is held by {current.owner} until {stamp(current.expires_at)}")
    token = current.token + 1 if current else 1
    return Lease(name=name, owner=owner, token=token, expires_at=now + duration)


def renewed(current: Lease | None, held: Lease, *, now: datetime, duration: timedelta) -> Lease:
    """Return `held` with its end moved to `duration` from now.

    Raises:
        ConflictError: the lease was lost meanwhile.
    """
    require_current(current, held)
    return replace(held, expires_at=now + duration)


def require_current(current: Lease | None, held: Lease) -> None:
    """Refuse to go on when `held` is no longer the newest holding of its name.

    Raises:
        ConflictError: another holder took the lease; its token is higher.
    """
    if current is None or current.token != held.token:
        raise ConflictError(
            f"the lease on {held.name} was lost to another holder", slug="lease-lost"
        )


def lease_event(kind: str, lease: Lease) -> Event:
    """Return the fact that `lease` was `acquired`, `renewed` or `released`."""
    return Event(
        stream=f"lease:{lease.name}",
        type=f"lease.{kind}",
        payload={
            "name": lease.name,
            "owner": lease.owner,
            "token": lease.token,
            "expiresAt": stamp(lease.expires_at),
        },
    )
