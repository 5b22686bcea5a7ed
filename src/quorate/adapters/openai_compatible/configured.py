"""Which providers there are: the two that everybody knows, and those of the configuration, each with its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from quorate.adapters.openai_compatible.endpoint import Endpoint
from quorate.kernel.secret import Secret
from quorate.llm.provider import WELL_KNOWN, Dialect, ProviderPolicy

APPLICATION_HEADERS: Final[Mapping[str, str]] = {"X-Title": "Quorate"}
"""How OpenRouter names the application in its own statistics."""


class KeySource(StrEnum):
    """Where a provider's key comes from."""

    ENVIRONMENT = "env"
    FILE = "file"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredProvider:
    """A provider as configuration, environment and keys make it.

    `endpoint` is None where it cannot be asked yet: `lacks` says what is missing. `stored` tells whether the file
    of keys has one for it, used or not.
    """

    name: str
    base_url: str
    dialect: Dialect
    policy: ProviderPolicy
    endpoint: Endpoint | None
    key_source: KeySource
    stored: bool
    lacks: str = ""

    @property
    def key_variable(self) -> str:
        """Return the environment variable that its key may stand in."""
        return key_variable(self.name)

    @property
    def key_ending(self) -> str:
        """Return the last four characters of the key in use, empty where there is none or it is short."""
        key = self.endpoint.key if self.endpoint is not None else None
        return key.ending if key is not None else ""


def key_variable(name: str) -> str:
    """Return the environment variable of a provider's key: OPENROUTER_API_KEY, MY_SERVER_API_KEY."""
    return f"{name.upper().replace('-', '_')}_API_KEY"


def provider_variables(named: Iterable[str]) -> tuple[str, ...]:
    """Return the environment variables that providers are told by; `named` are those of the configuration."""
    keys = [key_variable(name) for name in sorted({*WELL_KNOWN, *named})]
    return (*keys, *(_url_variable(name) for name in WELL_KNOWN))


def configured_providers(
    policies: Mapping[str, ProviderPolicy],
    environment: Mapping[str, str],
    keys: Mapping[str, Secret],
) -> Sequence[ConfiguredProvider]:
    """Return the well-known providers and those of `policies`, by name, whether they can be asked or not.

    Args:
        policies: the configuration's `[providers.NAME]`.
        environment: the `provider_variables` that are set; an empty value is as none.
        keys: the keys of the file by provider; a key in the environment goes before it.

    Raises:
        RejectedError: a key or URL that cannot be used.
    """
    names = sorted({*WELL_KNOWN, *policies})
    return [_configured(name, policies.get(name), environment, keys) for name in names]


def endpoints_of(providers: Iterable[ConfiguredProvider]) -> tuple[Endpoint, ...]:
    """Return the endpoints of those providers that can be asked."""
    return tuple(each.endpoint for each in providers if each.endpoint is not None)


def _configured(
    name: str,
    told: ProviderPolicy | None,
    environment: Mapping[str, str],
    keys: Mapping[str, Secret],
) -> ConfiguredProvider:
    policy = told or ProviderPolicy()
    known = WELL_KNOWN.get(name)
    own_url = _told_url(name, environment) or policy.base_url
    base_url = own_url or (known.base_url if known else "")
    dialect = policy.dialect or (known.dialect if known else Dialect.PLAIN)
    key, source = _key(name, environment, keys)
    usable = key is not None or bool(own_url)
    endpoint = Endpoint(
        name=name,
        base_url=base_url,
        dialect=dialect,
        key=key,
        headers=APPLICATION_HEADERS if dialect is Dialect.OPENROUTER else {},
        routing=policy.routing.as_json(),
        strict_schema=policy.strict_schema,
    )
    return ConfiguredProvider(
        name=name,
        base_url=base_url,
        dialect=dialect,
        policy=policy,
        endpoint=endpoint if usable else None,
        key_source=source,
        stored=name in keys,
        lacks="" if usable else f"a key: export {key_variable(name)}, or quorate keys set {name}",
    )


def _key(
    name: str, environment: Mapping[str, str], keys: Mapping[str, Secret]
) -> tuple[Secret | None, KeySource]:
    told = environment.get(key_variable(name), "").strip()
    if told:
        return Secret(told), KeySource.ENVIRONMENT
    stored = keys.get(name)
    return (stored, KeySource.FILE) if stored is not None else (None, KeySource.NONE)


def _told_url(name: str, environment: Mapping[str, str]) -> str:
    return environment.get(_url_variable(name), "").strip() if name in WELL_KNOWN else ""


def _url_variable(name: str) -> str:
    return f"{name.upper()}_BASE_URL"
