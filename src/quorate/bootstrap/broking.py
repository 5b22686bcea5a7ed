"""Broking: which broker trades for this home, with which keys, and whether it answers.

environment, else the file of keys -> endpoint (the live host refused) -> account and market data, or none
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from quorate.adapters.keys.broker_keys import (
    BROKER_KEYS_FILE,
    BrokerKeys,
    broker_keys_in,
    remove_broker_keys,
    store_broker_keys,
)
from quorate.bootstrap.store import Store
from quorate.config import Settings, environment_of
from quorate.config.sections import BrokerAdapter
from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import QuorateError, RejectedError
from quorate.kernel.ids import Symbol
from quorate.kernel.journal import Event
from quorate.kernel.ports import Clock
from quorate.kernel.secret import Secret
from quorate.resilience.bounding import Boundaries

if TYPE_CHECKING:
    from quorate.adapters.alpaca import Alpaca, AlpacaData, AlpacaEndpoint
    from quorate.execution.broker import BrokerAccount, MarketClock

ALPACA: Final = "alpaca"
PROBED: Final = Symbol("AAPL")
"""What a test asks a quote of: every account may see it."""
KEY_STORED: Final = "broker-key.stored"
KEY_REMOVED: Final = "broker-key.removed"

KEY_ID: Final = "APCA_API_KEY_ID"
SECRET_KEY: Final = "APCA_API_SECRET_KEY"  # noqa: S105  (the name of a variable)
BASE_URL: Final = "APCA_API_BASE_URL"
DATA_URL: Final = "APCA_API_DATA_URL"
VARIABLES: Final = (KEY_ID, SECRET_KEY, BASE_URL, DATA_URL)
"""The broker's own names, as its adapter reads them; importing that takes a fifth of a second, which most commands
save. A test holds these against it."""


class KeySource(StrEnum):
    """Where the broker's keys come from."""

    ENVIRONMENT = "env"
    FILE = "file"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OpenedBroker:
    """An account that is open, and the market data that its keys give; `host` is where orders go."""

    account: Alpaca
    data: AlpacaData
    host: str
    name: str = ALPACA


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerView:
    """The broker as people meet it; of its keys the last four characters of the public part are shown.

    `adapter` is who trades, alpaca or simulated; `lacks` says why alpaca cannot although it is wanted.
    """

    adapter: str
    key_source: KeySource
    last4: str
    stored: bool
    base_url: str
    lacks: str = ""

    @property
    def name(self) -> str:
        """Return under which name its keys are set."""
        return ALPACA

    @property
    def key_variable(self) -> str:
        """Return the variable that goes before the file; the secret's stands beside it."""
        return KEY_ID

    def as_json(self) -> dict[str, JsonValue]:
        """Return the broker as commands tell it."""
        return {
            "name": self.name,
            "adapter": self.adapter,
            "keySource": self.key_source.value,
            "keyVariable": self.key_variable,
            "last4": self.last4,
            "keyStored": self.stored,
            "baseUrl": self.base_url,
            "lacks": self.lacks,
        }


@dataclass(frozen=True, slots=True)
class BrokerKeyChange:
    """What became of a wish to store or remove the broker's keys; not `applied` when it was so already."""

    broker: BrokerView
    applied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerTest:
    """What the account and its market data told when they were asked."""

    account: BrokerAccount
    clock: MarketClock
    host: str
    quoted: bool

    def as_json(self) -> dict[str, JsonValue]:
        """Return what commands tell; money is exact decimal text."""
        return {
            "name": ALPACA,
            "ok": not self.account.blocked,
            "host": self.host,
            "cash": f"{self.account.cash:f}",
            "equity": f"{self.account.equity:f}",
            "blocked": self.account.blocked,
            "marketOpen": self.clock.is_open,
            "marketData": self.quoted,
        }


@asynccontextmanager
async def open_broker(
    settings: Settings, clock: Clock, boundaries: Boundaries | None = None
) -> AsyncIterator[OpenedBroker | None]:
    """Open the broker of PAPER books; None where the settings and the keys leave trading to the simulated one.

    Its requests pass `boundaries`; without them it is asked whatever others met, as a test or an emergency must.

    Raises:
        RejectedError: alpaca is wanted and has no keys (slug `unauthenticated`), one of them is missing, or the
            endpoint is the live host or would send the keys unencrypted.
    """
    endpoint = broker_endpoint(settings)
    if endpoint is None:
        yield None
        return
    from quorate.adapters.alpaca import (  # noqa: PLC0415  (slow)
        ConnectionPolicy,
        RequestPolicy,
        open_alpaca,
        open_alpaca_data,
    )

    told = settings.broker
    orders = RequestPolicy(per_minute=told.requests_per_minute, reserve=told.cancel_reserve)
    lookups = RequestPolicy(per_minute=told.requests_per_minute - told.cancel_reserve, reserve=0)
    connection = ConnectionPolicy(timeout_s=told.timeout_s)
    passed = boundaries or Boundaries(clock.monotonic)
    async with (
        open_alpaca(
            endpoint, clock, requests=orders, connection=connection, boundaries=passed
        ) as account,
        open_alpaca_data(
            endpoint, clock, requests=lookups, connection=connection, boundaries=passed
        ) as data,
    ):
        yield OpenedBroker(account=account, data=data, host=endpoint.base_url)


def has_broker(settings: Settings) -> bool:
    """Return whether `open_broker` opens one; raises as it does."""
    return broker_endpoint(settings) is not None


def broker_endpoint(settings: Settings) -> AlpacaEndpoint | None:
    """Return where the broker is and with which keys, None where the simulated one trades.

    Keys in the environment go before those in the file, both of them together.

    Raises:
        RejectedError: as `open_broker`.
    """
    adapter = settings.broker.adapter
    if adapter is BrokerAdapter.SIMULATED:
        return None
    told = _told(settings)
    if told.source is not KeySource.NONE:
        from quorate.adapters.alpaca import AlpacaEndpoint  # noqa: PLC0415  (slow)

        return AlpacaEndpoint.of(told.variables)
    if adapter is BrokerAdapter.ALPACA:
        raise RejectedError(
            "the broker is alpaca and its keys are not set",
            effect="nothing is sent to the broker",
            fix=f"export {KEY_ID} and {SECRET_KEY}, or quorate keys set alpaca",
            slug="unauthenticated",
        )
    return None


class BrokerDesk:
    """One home's broker: its keys and a look at its account."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file = store.settings.home / BROKER_KEYS_FILE

    async def shown(self) -> BrokerView:
        """Return which broker trades, where its keys come from, and what is wrong with them.

        Raises:
            RejectedError: the file of keys cannot be used.
        """
        settings = self._store.settings
        told, lacks, base_url = _told(settings), "", ""
        try:
            endpoint = broker_endpoint(settings)
            base_url = "" if endpoint is None else endpoint.base_url
        except RejectedError as error:
            lacks = error.cause
        return BrokerView(
            adapter=ALPACA if base_url or lacks else BrokerAdapter.SIMULATED.value,
            key_source=told.source,
            last4=told.ending,
            stored=told.stored,
            base_url=base_url,
            lacks=lacks,
        )

    async def store_keys(self, key_id: Secret, secret_key: Secret) -> BrokerKeyChange:
        """Keep both keys in their owner's file.

        Raises:
            RejectedError: one of them can be no key, or the file cannot be written; nothing was stored.
        """
        applied = store_broker_keys(self._file, BrokerKeys(key_id, secret_key))
        return await self._changed(KEY_STORED, applied=applied)

    async def remove_keys(self) -> BrokerKeyChange:
        """Take the stored keys away; those in the environment stay.

        Raises:
            RejectedError: the file cannot be removed.
        """
        applied = remove_broker_keys(self._file)
        return await self._changed(KEY_REMOVED, applied=applied)

    async def test(self) -> BrokerTest:
        """Ask the account, the clock and the market data, which costs nothing and orders nothing.

        Raises:
            RejectedError: there are no keys (slug `unauthenticated`), or they cannot be used.
            BrokerUnavailableError: it gave no answer, or refuses the keys.
        """
        async with open_broker(self._store.settings, self._store.clock) as broker:
            if broker is None:
                raise RejectedError(
                    "the broker's keys are not set, so books trade at the simulated broker",
                    effect="nobody was asked",
                    fix=f"export {KEY_ID} and {SECRET_KEY}, or quorate keys set alpaca",
                    slug="unauthenticated",
                )
            return await _tested(broker)

    async def _changed(self, kind: str, *, applied: bool) -> BrokerKeyChange:
        """Keep that the keys were changed: who reads the journal learns when, and nothing of the keys."""
        if applied:
            event = Event(stream=f"broker:{ALPACA}", type=kind, payload={"broker": ALPACA})
            await self._store.journal.commit(lambda _tx: [event])
        return BrokerKeyChange(await self.shown(), applied)


@dataclass(frozen=True, slots=True)
class BrokerFinding:
    """What the doctor finds of the broker."""

    ok: bool
    detail: str
    fix: str = ""


async def examined_broker(settings: Settings, clock: Clock) -> BrokerFinding:
    """Return whether the broker can be traded with; where the simulated one trades there is nothing to ask."""
    try:
        async with open_broker(settings, clock) as broker:
            if broker is None:
                return BrokerFinding(ok=True, detail="simulated: no keys of a broker are used")
            told = await _tested(broker)
    except QuorateError as error:
        return BrokerFinding(ok=False, detail=error.cause, fix=error.fix or "try again later")
    blocked = told.account.blocked
    return BrokerFinding(
        ok=not blocked,
        detail=f"{told.host} {'takes no orders from this account' if blocked else 'answers'}",
        fix="look at the account at the broker" if blocked else "",
    )


async def _tested(broker: OpenedBroker) -> BrokerTest:
    account, clock = await broker.account.account(), await broker.account.clock()
    quotes = await broker.data.quotes([PROBED])
    return BrokerTest(account=account, clock=clock, host=broker.host, quoted=PROBED in quotes)


class _Told(NamedTuple):
    """What settings, environment and file of keys say; the environment's two keys go before the file's."""

    variables: Mapping[str, str]
    source: KeySource
    stored: bool

    @property
    def ending(self) -> str:
        return Secret(self.variables.get(KEY_ID, "")).ending


def _told(settings: Settings) -> _Told:
    broker = settings.broker
    told = {
        BASE_URL: broker.base_url,
        DATA_URL: broker.data_url,
        **{name: text.strip() for name, text in environment_of(VARIABLES).items() if text.strip()},
    }
    kept = broker_keys_in(settings.home / BROKER_KEYS_FILE)
    if told.get(KEY_ID) or told.get(SECRET_KEY):
        return _Told(told, KeySource.ENVIRONMENT, kept is not None)
    if kept is None:
        return _Told(told, KeySource.NONE, stored=False)
    keys = {KEY_ID: kept.key_id.reveal(), SECRET_KEY: kept.secret_key.reveal()}
    return _Told({**told, **keys}, KeySource.FILE, stored=True)
