"""Doors: a home's store opened without its seeds, for tests of who may come in."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from quorate.access import Credential
from quorate.bootstrap.granting import sign_in
from quorate.bootstrap.store import Store, opened_store
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Tenant
from quorate.kernel.ports import Clock
from tests.fakes.homes import settings_of

REFUSED = 3


@contextmanager
def opened_door(
    home: Path, url: str, tenant: Tenant, clock: Clock | None = None
) -> Iterator[Store]:
    """Yield the store of `tenant` at `url`, with its keys in `home`."""
    settings = settings_of(home, DATABASE_URL=url)
    with opened_store(settings, tenant=tenant, clock=clock) as store:
        yield store


def signs_in(home: Path, url: str, tenant: Tenant, link: Credential) -> None:
    """Sign in by `link` in this process; end with REFUSED where that is refused."""
    with opened_door(home, url, tenant) as store:
        try:
            asyncio.run(sign_in(store, link))
        except RejectedError:
            sys.exit(REFUSED)
