"""Arms, read: the turns and outcomes of the journal added up, and later only what came since."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, bindparam, func, select

from quorate.adapters.sql.calls import LLM_CALLS
from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.routing import CALLS_AFTER, OUTCOMES_AFTER, STANDINGS, WHAT_IF
from quorate.adapters.sql.statement import Statement, Values, rows_of
from quorate.arbiter.routing.arm import Arm
from quorate.arbiter.routing.learning import Outcome, Turn, learned, outcomes_in
from quorate.arbiter.routing.standing import Stood
from quorate.kernel.ids import Tenant
from quorate.llm.budget import CallStatus

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database

_HEAD = Statement(
    select(func.coalesce(func.max(JOURNAL.c.seq), bindparam("none"))).where(
        JOURNAL.c.tenant == bindparam("tenant")
    )
)
_OPEN_CALLS = Statement(
    select(LLM_CALLS.c.profile, func.count())
    .where(
        LLM_CALLS.c.tenant == bindparam("tenant"),
        LLM_CALLS.c.day == bindparam("day"),
        LLM_CALLS.c.status == bindparam("reserved"),
    )
    .group_by(LLM_CALLS.c.profile)
)


class SqlArms:
    """One tenant's arms, kept in memory up to a row of the journal; every process adds up the same."""

    def __init__(self, database: Database, tenant: Tenant) -> None:
        self._database = database
        self._tenant = tenant
        self._arms: dict[str, Arm] = {}
        self._through = 0
        self._lock = threading.Lock()

    async def arms(self) -> Mapping[str, Arm]:
        """Return the arm of every agent that was ever asked, by its name, as the journal stands now."""
        return await self._database.read(self._caught_up)

    async def standings(self) -> Mapping[str, Stood]:
        """Return how the agents stand that were ever set aside, by name."""
        return await self._database.look_up(
            lambda connection: standings_in(connection, self._tenant)
        )

    async def open_calls(self, day: str) -> Mapping[str, int]:
        """Return how many model calls of each agent are under way, of those that began on a UTC day."""
        values: Values = {
            "tenant": self._tenant,
            "day": day,
            "reserved": CallStatus.RESERVED.value,
        }
        rows = await self._database.look_up(
            lambda connection: rows_of(connection, _OPEN_CALLS, values)
        )
        return {str(profile): int(count or 0) for profile, count in rows}

    def _caught_up(self, connection: Connection) -> Mapping[str, Arm]:
        with self._lock:
            rows = rows_of(connection, _HEAD, {"tenant": self._tenant, "none": 0})
            through = int(rows[0][0] or 0)
            if through > self._through:
                self._arms = learned(self._arms, self._news(connection, through))
                self._through = through
            return dict(self._arms)

    def _news(self, connection: Connection, through: int) -> Iterator[Turn | Outcome]:
        span: Values = {"tenant": self._tenant, "after": self._through, "through": through}
        for _, agent, failure, views, abstained, latency, cost in rows_of(
            connection, CALLS_AFTER, {**span, "what_if": WHAT_IF}
        ):
            yield Turn(
                agent=str(agent),
                failed=bool(failure),
                views=int(views or 0),
                abstained=int(abstained or 0),
                latency_us=int(latency or 0),
                cost_nanos=None if cost is None else int(cost),
            )
        for _, payload in rows_of(connection, OUTCOMES_AFTER, span):
            yield from outcomes_in(msgspec.json.decode(str(payload)))


def standings_in(connection: Connection, tenant: Tenant) -> Mapping[str, Stood]:
    """Return how the agents stand that were ever set aside, by name."""
    stood = (Stood.of(row) for row in rows_of(connection, STANDINGS, {"tenant": tenant}))
    return {each.agent: each for each in stood}
