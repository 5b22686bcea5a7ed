"""Providers as a user configures them: where one is, how it speaks, and what OpenRouter is told of its hosts."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError

PROVIDER_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")
"""The name of a provider, as it stands before the slash of a model's full name."""

LAST_PORT: Final = 65_535

_BASE_URL: Final = re.compile(
    r"https?://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>\d{1,5}))?"
    r"(?:/[^?#\x00-\x20\x7f-\U0010ffff]*)?"
)
"""Scheme, host, port and path: nobody's name before the host, neither query nor fragment after the path."""

SECRET_WORDS: Final = frozenset({"key", "api_key", "apikey", "token", "secret", "password", "auth"})
"""Names under which people write a key into a file of settings, where none may stand. Source: RELIABILITY 6.15."""

RESERVED_NAMES: Final = frozenset({"alpaca", "rules"})
"""The broker, whose keys are set under its name too, and the keyless agents' provider, which is no endpoint."""


class Dialect(StrEnum):
    """How a provider departs from the plain protocol."""

    PLAIN = "plain"
    """Ollama, vLLM, llama.cpp and the rest: only what every implementation knows."""
    OPENAI = "openai"
    """`max_completion_tokens` for `max_tokens`; reasoning models take no temperature."""
    OPENROUTER = "openrouter"
    """Tells the cost of a call, routes between hosts, names the application that asks."""


class DataCollection(StrEnum):
    """Whether OpenRouter may use hosts that keep prompts. Source: OpenRouter, "Provider routing"."""

    ALLOW = "allow"
    DENY = "deny"


class HostSort(StrEnum):
    """By what OpenRouter chooses between hosts of one model. Source: OpenRouter, "Provider routing"."""

    PRICE = "price"
    THROUGHPUT = "throughput"
    LATENCY = "latency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Which hosts OpenRouter may pass a request to; what is left out is left to it.

    Source: OpenRouter, "Provider routing" (the object `provider` of a request).
    """

    order: tuple[str, ...] = ()
    """Hosts to try first, in this order."""

    only: tuple[str, ...] = ()
    """The only hosts that may be used."""

    ignore: tuple[str, ...] = ()
    """Hosts that may not be used."""

    allow_fallbacks: bool | None = None
    """Whether other hosts may stand in for the first."""

    require_parameters: bool | None = None
    """Whether only hosts are used that know every parameter of the request."""

    data_collection: DataCollection | None = None
    """`deny`: no host that keeps or trains on prompts."""

    zdr: bool | None = None
    """Whether only hosts are used that keep nothing at all."""

    quantizations: tuple[str, ...] = ()
    """The precisions that may be served, as in `fp8`."""

    sort: HostSort | None = None
    """By what hosts are ordered."""

    def as_json(self) -> dict[str, JsonValue] | None:
        """Return what is sent as `provider`, None where nothing was said."""
        told: dict[str, JsonValue] = {
            "order": list(self.order) or None,
            "only": list(self.only) or None,
            "ignore": list(self.ignore) or None,
            "allow_fallbacks": self.allow_fallbacks,
            "require_parameters": self.require_parameters,
            "data_collection": self.data_collection and self.data_collection.value,
            "zdr": self.zdr,
            "quantizations": list(self.quantizations) or None,
            "sort": self.sort and self.sort.value,
        }
        said: dict[str, JsonValue] = {
            name: value for name, value in told.items() if value is not None
        }
        return said or None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPolicy:
    """One `[providers.NAME]` of the configuration; a key never stands in it.

    Everything here may change which model answers, and how, so all of it is in the configuration's hash.
    """

    base_url: str = ""
    """Up to and without `/chat/completions`; empty for OpenRouter and OpenAI, which are known."""

    dialect: Dialect | None = None
    """plain, openai or openrouter; none: that of the two known names, plain for every other."""

    strict_schema: bool | None = None
    """Whether the answer's JSON schema is sent and enforced; none: sent where the dialect knows it, not enforced."""

    routing: Routing = field(default_factory=Routing)
    """OpenRouter's choice between hosts; for no other dialect."""

    def __post_init__(self) -> None:
        """Refuse a URL that is none."""
        if self.base_url and not is_base_url(self.base_url):
            raise RejectedError("provider policy: base_url is an http(s) URL without a query")


class WellKnown(NamedTuple):
    """A provider that needs no configuration: how it speaks, and where it is."""

    dialect: Dialect
    base_url: str


WELL_KNOWN: Final[Mapping[str, WellKnown]] = MappingProxyType(
    {
        "openai": WellKnown(Dialect.OPENAI, "https://api.openai.com/v1"),
        "openrouter": WellKnown(Dialect.OPENROUTER, "https://openrouter.ai/api/v1"),
    }
)
"""The providers that everybody knows, by name. Source: R-063."""


def provider_problem(name: str, policy: ProviderPolicy) -> str:
    """Return the rule that `[providers.NAME]` breaks, empty where it breaks none."""
    if not PROVIDER_NAME.fullmatch(name) or name in RESERVED_NAMES:
        return "a provider is named in lower case, as in ollama or my-server, and neither alpaca nor rules"
    if not policy.base_url and name not in WELL_KNOWN:
        return 'base_url says where it is, as in "http://127.0.0.1:11434/v1"'
    known = WELL_KNOWN.get(name)
    dialect = policy.dialect or (known.dialect if known else Dialect.PLAIN)
    if policy.routing.as_json() is not None and dialect is not Dialect.OPENROUTER:
        return "routing is for the dialect openrouter alone"
    return ""


def is_base_url(text: str) -> bool:
    """Return whether requests can be sent below `text`: http(s), a host, no query, no credentials."""
    parts = _BASE_URL.fullmatch(text)
    return parts is not None and int(parts["port"] or 0) <= LAST_PORT


def keeps_secrets(base_url: str) -> bool:
    """Return whether what is sent there is encrypted, or never leaves this machine."""
    return base_url.startswith("https:") or is_loopback(base_url)


def is_loopback(base_url: str) -> bool:
    """Return whether the host of a base URL is this machine."""
    parts = _BASE_URL.fullmatch(base_url)
    host = parts["host"].strip("[]").lower() if parts is not None else ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
