"""The tracker: what turns came to, who got worse, and records to learn from that tell nobody whose they are."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from quorate.adapters.keys.owned_file import owned_bytes
from quorate.adapters.sql.turns import Turn, turns_since
from quorate.bootstrap.store import Store
from quorate.kernel.errors import RejectedError
from quorate.kernel.stamps import stamp
from quorate.scoring.anonymity import Anonymiser
from quorate.scoring.data_point import data_point
from quorate.scoring.exporting import LAST_DAYS, MOST, QUALITY_FLOOR, Export, exported
from quorate.scoring.sample import Aggregate, GroupBy, aggregated
from quorate.scoring.trend import Degradation, degradations

READ_AT_MOST: Final = 100_000
"""Turns that are read for one answer; the newest ones. Ours."""

LOOKED_AT: Final = 2000
"""Turns that one look for a fall takes in. Ours."""

SALT_BYTES: Final = 32


class Tracker:
    """One home's turns."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def aggregates(self, by: GroupBy, window: timedelta) -> Sequence[Aggregate]:
        """Return what the turns of the last `window` came to, by name."""
        return aggregated((each.sample for each in await self._turns(window)), by)

    async def degradations(self) -> Sequence[Degradation]:
        """Return who answers less often, or worse, than before, by the newest turns of the last 30 days."""
        turns = await self._turns(timedelta(days=30), most=LOOKED_AT)
        return degradations(each.sample for each in turns)

    async def export(
        self,
        *,
        floor: float = QUALITY_FLOOR,
        most: int = MOST,
        days: int = LAST_DAYS,
    ) -> Export:
        """Return what may be handed out of the last `days`, at most 5000 data points of quality `floor` or better.

        Raises:
            RejectedError: the floor, the count or the days are out of range; or the salt can be read by others.
        """
        if not (0 <= floor <= 1 and 1 <= most <= MOST and 1 <= days <= LAST_DAYS):
            raise RejectedError(
                f"an export has a floor in [0, 1], 1 to {MOST} points and 1 to {LAST_DAYS} days",
                effect="nothing was exported",
                slug="validation-failed",
            )
        anonymiser = Anonymiser(self._salt())
        turns = await self._turns(timedelta(days=days))
        points = [
            data_point(each.sample, self._store.tenant, each.provenance, anonymiser)
            for each in turns
        ]
        return exported(points, now=stamp(self._store.clock.now()), floor=floor, most=most)

    async def _turns(self, window: timedelta, most: int = READ_AT_MOST) -> Sequence[Turn]:
        since = stamp(self._store.clock.now() - window)
        return await self._store.database.read(
            partial(turns_since, tenant=self._store.tenant, since=since, most=most)
        )

    def _salt(self) -> bytes:
        """Return the secret that hashes names of this home, made on first use: without it the hashes mean nothing."""
        path = self._store.settings.home / "keys" / "tracker.salt"
        return owned_bytes(path, lambda: secrets.token_bytes(SALT_BYTES), what="tracker's salt")
