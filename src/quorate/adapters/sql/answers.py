"""The memory of answers on the journal: the port of the gateway, carried out in the tenant's own table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from quorate.adapters.sql.kept_answers import SLOTS, kept_event, recalled_answer
from quorate.kernel.journal import Event
from quorate.kernel.stamps import stamp
from quorate.llm.recall import RememberedAnswer

if TYPE_CHECKING:
    from quorate.adapters.sql.database import Database
    from quorate.adapters.sql.journal import SqlJournal
    from quorate.adapters.sql.transaction import Transaction
    from quorate.kernel.ids import Tenant
    from quorate.kernel.ports import Clock


class SqlAnswers:
    """One tenant's remembered answers; the port `AnswerCache` says what it promises."""

    def __init__(
        self,
        journal: SqlJournal,
        database: Database,
        tenant: Tenant,
        clock: Clock,
        slots: int = SLOTS,
    ) -> None:
        self._journal = journal
        self._database = database
        self._tenant = tenant
        self._clock = clock
        self._slots = slots

    async def recall(self, key: str) -> RememberedAnswer | None:
        """Return what was kept under `key` while it is fresh; see the port."""
        now = stamp(self._clock.now())
        return await self._database.look_up(
            lambda connection: recalled_answer(connection, self._tenant, key, now)
        )

    async def keep(self, key: str, answer: RememberedAnswer, fresh_for_s: float) -> None:
        """Remember `answer`; see the port."""
        until = stamp(self._clock.now() + timedelta(seconds=fresh_for_s))

        def decide(tx: Transaction) -> Sequence[Event]:
            return [kept_event(key, answer, until, tx.answer_slot(key, self._slots))]

        await self._journal.commit(decide)
