"""The sections of the configuration that belong to no room: where things are kept, and what is logged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from quorate.execution.paper import is_live_host
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import BookName, is_name

DEFAULT_BOOK: Final = BookName("replay")
LIVE_URL_IN_PAPER: Final = "live-url-in-paper"
"""The slug of a broker's address where orders would cost real money."""


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Where the database is and what bounds it. Source: DESIGN 2, RELIABILITY 1.4."""

    url: str = ""
    """`sqlite:///PATH` or `postgresql://USER@HOST/NAME`; empty: `quorate.db` in the home."""

    max_pages: int | None = None
    """The most pages (of 4 KiB) an SQLite file may grow to; none: as the disk allows."""

    busy_seconds: float = 5.0
    """How long a connection waits for another process's lock."""

    tenant: str = "local"
    """Whose rows of the database this home reads and writes; tokens and links are good for it alone. Source: R-139."""

    def __post_init__(self) -> None:
        """Refuse what no database could be opened with."""
        _require(
            self.url == "" or self.url.startswith(("sqlite:///", "postgresql:", "postgresql+")),
            "url is sqlite:///PATH or postgresql://USER@HOST/NAME",
        )
        _require(self.max_pages is None or self.max_pages > 0, "max_pages is above 0")
        _require(0 < self.busy_seconds <= 3600, "busy_seconds is in (0, 3600]")
        _require(is_name(self.tenant), "tenant is lower case, as in my-desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetrySettings:
    """Where this process tells what it does; the journal is kept in any case. Source: R-137."""

    otlp_endpoint: str = ""
    """Where spans are sent (OTLP over HTTP), as in http://127.0.0.1:4318/v1/traces; empty: nowhere, unless the
    standard variable OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set."""

    def __post_init__(self) -> None:
        """Refuse what nothing could be sent to."""
        _require(
            self.otlp_endpoint == "" or self.otlp_endpoint.startswith(("http://", "https://")),
            "otlp_endpoint begins with http:// or https://",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """When the journal signs its head, and when a silent owner has lost its work."""

    checkpoint_rows: int = 100
    """A checkpoint is signed after this many rows. Source: DESIGN 2."""

    checkpoint_seconds: float = 60.0
    """A checkpoint is signed at the latest after this time. Source: DESIGN 2."""

    lease_seconds: float = 45.0
    """A lease ends this long after its last heartbeat. Source: R-048."""

    def __post_init__(self) -> None:
        """Refuse a journal that would never sign, or never let go."""
        _require(0 < self.checkpoint_rows <= 1_000_000, "checkpoint_rows is in [1, 1000000]")
        _require(0 < self.checkpoint_seconds <= 86_400, "checkpoint_seconds is in (0, 86400]")
        _require(0 < self.lease_seconds <= 86_400, "lease_seconds is in (0, 86400]")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSettings:
    """The book that a run uses when it names none."""

    name: BookName = DEFAULT_BOOK
    """The default book's name. Source: DESIGN 14."""

    starting_cash: Decimal = Decimal(100_000)
    """What a new REPLAY book starts with, in USD."""

    def __post_init__(self) -> None:
        """Refuse a book without a name or without cash."""
        _require(is_name(self.name), "name is lower case, as in my-book")
        _require(0 < self.starting_cash <= 10**12, "starting_cash is in (0, 10^12]")


class BrokerAdapter(StrEnum):
    """Who trades the working book."""

    AUTO = "auto"
    """Alpaca where both of its keys are set, else the simulated broker."""
    ALPACA = "alpaca"
    SIMULATED = "simulated"


class BrokerMode(StrEnum):
    """With what a real broker trades."""

    PAPER = "paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """Which broker trades, where it is, and how often it and its market data are asked. Its keys never stand here."""

    adapter: BrokerAdapter = BrokerAdapter.AUTO
    """auto, alpaca or simulated."""

    mode: BrokerMode = BrokerMode.PAPER
    """paper: there is no live trading."""

    base_url: str = ""
    """Where orders go, a scheme and a host; empty: the broker's paper host."""

    data_url: str = ""
    """Where bars, quotes and news come from; empty: the broker's own."""

    requests_per_minute: int = 200
    """The most requests a minute that an account may send. Source: RELIABILITY 2.0."""

    cancel_reserve: int = 20
    """How many of them only a cancellation may use, which leaves 180 to everything else. Source: R-118."""

    timeout_s: float = 10.0
    """For a whole answer, in seconds."""

    data_ttl_s: float = 300.0
    """For how long bars and news that were fetched are fresh, in seconds. Source: R-118."""

    quote_ttl_s: float = 5.0
    """For how long a quote that was fetched is fresh, in seconds: a third of what a submit allows. Ours."""

    def __post_init__(self) -> None:
        """Refuse a broker that could never be asked, or would spend real money."""
        if is_live_host(_host(self.base_url)):
            raise RejectedError(
                "broker policy: mode is paper, and orders sent to base_url cost real money",
                slug=LIVE_URL_IN_PAPER,
            )
        _require(0 < self.requests_per_minute <= 10_000, "requests_per_minute is in [1, 10000]")
        _require(
            0 <= self.cancel_reserve < self.requests_per_minute,
            "cancel_reserve is in [0, requests_per_minute)",
        )
        _require(0 < self.timeout_s <= 120, "timeout_s is in (0, 120]")
        _require(0 <= self.data_ttl_s <= 86_400, "data_ttl_s is in [0, 86400]")
        _require(0 <= self.quote_ttl_s <= 60, "quote_ttl_s is in [0, 60]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsSettings:
    """How results reach their readers: through a Redis stream, or straight from the database's tail."""

    redis_url: str = ""
    """`redis://HOST:PORT/NUMBER`, also QUORATE_REDIS_URL; empty: no stream, the event bus is fed directly."""

    stream: str = "quorate:task_completions"
    """The stream's name. Source: R-164."""

    group: str = "quorate_bridge"
    """Who reads the stream: processes of one group share its entries. Source: R-164."""

    kept: int = 10_000
    """How many results the stream keeps at least; the database keeps all. Ours."""

    def __post_init__(self) -> None:
        """Refuse a stream that nobody could read."""
        _require(
            self.redis_url == "" or self.redis_url.startswith(("redis://", "rediss://", "unix://")),
            "redis_url is redis://HOST:PORT/NUMBER",
        )
        _require(0 < len(self.stream) <= 200, "stream is a key of 1 to 200 characters")
        _require(0 < len(self.group) <= 200, "group is a name of 1 to 200 characters")
        _require(100 <= self.kept <= 10_000_000, "kept is in [100, 10000000]")

    @property
    def shown_url(self) -> str:
        """Return the address without its password."""
        try:
            password = urlsplit(self.redis_url).password
        except ValueError:
            return "***"
        return self.redis_url.replace(f":{password}@", ":***@") if password else self.redis_url


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """What is logged."""

    level: LogLevel = LogLevel.WARNING
    """debug, info, warning or error."""


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _require(holds: object, rule: str) -> None:
    if not holds:
        raise RejectedError(rule)
