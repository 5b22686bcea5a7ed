"""A book's risk desk, wired: its records in the database, the home's key, and the signs of the system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Connection

from quorate.adapters.keys.ed25519 import signature_check
from quorate.adapters.keys.notary import notes_in
from quorate.adapters.sql.desk_records import SqlDeskRecords
from quorate.adapters.sql.journal import checkpoint_notes, key_registrations
from quorate.bootstrap.auditing import trusted_keys
from quorate.bootstrap.money import MoneyBook
from quorate.bootstrap.store import Store
from quorate.cycle.risk_desk import RiskDesk
from quorate.cycle.risk_desk.ports import BookReader, MarketReader, SystemReader, SystemSigns
from quorate.cycle.risk_desk.situations import Situations
from quorate.execution.ports import Broker
from quorate.kernel.ids import BookName
from quorate.kernel.ports import Clock
from quorate.portfolio.book import BookMode

NOTHING_SENT: Final = 0


def opened_risk_desk(  # noqa: PLR0913  (what it stands on, each named)
    store: Store,
    book: BookName,
    mode: BookMode,
    *,
    broker: Broker,
    keeper: BookReader,
    market: MarketReader,
    clock: Clock,
    signs: SystemReader | None = None,
) -> RiskDesk:
    """Return the desk of a book; `clock` is the book's: in REPLAY the close of the session that it stands at.

    Without `signs` the system's are those of this home: a process that follows no stream stands on its reconciliation.
    """
    limits = store.settings.risk
    records = SqlDeskRecords(
        store.database, store.tenant, mode, decision_ttl_s=float(limits.decision_ttl_s)
    )
    return RiskDesk(
        book=book,
        situations=Situations(
            book=book,
            mode=mode,
            broker=broker,
            records=records,
            keeper=keeper,
            market=market,
            system=signs or HomeSigns(store),
            clock=clock,
            limits=limits,
        ),
        records=records,
        journal=store.journal,
        signer=VerdictSigner(store),
        clock=clock,
        ids=store.ids,
        limits=limits,
    )


class HomeSigns:
    """The signs of this home: whether the stream listens, requests to the broker, and the day's money for models."""

    def __init__(
        self,
        store: Store,
        *,
        stream_ready: Callable[[], bool] = lambda: True,
        calls_last_minute: Callable[[], int] = lambda: NOTHING_SENT,
    ) -> None:
        self._money = MoneyBook(store, store.settings.budget)
        self._stream_ready = stream_ready
        self._calls_last_minute = calls_last_minute

    async def signs(self) -> SystemSigns:
        """Return them as they are now.

        The journal is there: what is asked for here leads to a verdict, and nothing is sent whose verdict could not be
        committed.
        """
        day = (await self._money.gauge()).line
        return SystemSigns(
            stream_ready=self._stream_ready(),
            audit_available=True,
            calls_last_minute=self._calls_last_minute(),
            budget_left=(day.used or 0) <= day.size,
        )


class VerdictSigner:
    """The home's key signs; a verdict of another home is believed where a trusted key vouches for its key."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._trusted: Mapping[str, bytes] = {}

    @property
    def key_id(self) -> str:
        """Return the id of the key that signs now."""
        return self._store.notary.key_id(self._store.tenant)

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of `message`."""
        return self._store.notary.sign(message)

    def is_signed(self, key_id: str, message: bytes, signature: bytes) -> bool:
        """Return whether this home's key, or one that it trusts, made `signature`."""
        own = {self.key_id: self._store.notary.public_key}
        if key_id in own:
            return signature_check(own, key_id, message, signature)
        if key_id not in self._trusted:
            self._trusted = self._known(own)
        return signature_check(self._trusted, key_id, message, signature)

    def _known(self, own: Mapping[str, bytes]) -> Mapping[str, bytes]:
        store, tenant = self._store, self._store.tenant
        copies = notes_in(store.notary.copies_of(tenant))

        def found(connection: Connection) -> Mapping[str, bytes]:
            notes = (*checkpoint_notes(connection, tenant), *copies)
            return trusted_keys(own, key_registrations(connection, tenant), notes)

        return store.database.read_now(found)
