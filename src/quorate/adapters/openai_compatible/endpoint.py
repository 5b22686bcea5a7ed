"""An endpoint: where a provider of models is reached, in which dialect, and with which key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from quorate.kernel.canonical import JsonValue
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret
from quorate.llm.provider import PROVIDER_NAME, Dialect, is_base_url, keeps_secrets

_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_HEADER_VALUE: Final = re.compile(r"[\x20-\x7e]*")
_KEY: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A provider of models.

    Args:
        name: the provider of a `ModelId`: "openrouter".
        base_url: up to and without `/chat/completions`, as in "https://openrouter.ai/api/v1".
        dialect: how it departs from the plain protocol.
        key: sent as a bearer token, in the Authorization header alone; None where none is needed.
        headers: sent with every request; not shown, for they may hold a secret too.
        routing: OpenRouter's `provider` preferences, sent as they are.
        strict_schema: whether an answer's JSON schema is enforced while it is generated. OpenAI accepts
            only schemas without optional properties then, so by default it is asked for and not enforced.
            None: sent, not enforced, to the dialects that know it; a plain server is only told it in words.

    Raises:
        RejectedError: a part that is no name, URL, header or key, or a key that would travel unencrypted.
    """

    name: str
    base_url: str
    dialect: Dialect = Dialect.PLAIN
    key: Secret | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    routing: Mapping[str, JsonValue] | None = None
    strict_schema: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what could not be sent, or should not be."""
        _require(PROVIDER_NAME.fullmatch(self.name), f"'{self.name}' is no name of a provider")
        _require(is_base_url(self.base_url), f"the base URL of {self.name} is no http(s) URL")
        _require(
            all(map(_is_header, self.headers, self.headers.values())),
            f"the headers of {self.name} hold one that cannot be sent, or the key",
        )
        if self.key is not None:
            _require(
                _KEY.fullmatch(self.key.reveal()),
                f"the key of {self.name} is empty, or holds a blank or a character that no key has",
            )
            _require(
                keeps_secrets(self.base_url),
                f"the key of {self.name} would travel unencrypted",
                fix=f"use an https:// base URL for {self.name}, or take its key away",
            )

    @property
    def is_structured(self) -> bool:
        """Return whether an answer's schema is sent along: where it was asked for, or the dialect knows it."""
        if self.strict_schema is None:
            return self.dialect is not Dialect.PLAIN
        return self.strict_schema

    def url(self, path: str) -> str:
        """Return the URL of `path` ("models") below the base URL."""
        return f"{self.base_url.rstrip('/')}/{path}"


def _require(holds: object, cause: str, *, fix: str = "") -> None:
    if not holds:
        raise RejectedError(
            cause,
            effect="no model is asked",
            fix=fix or "correct the provider's settings",
            slug="config-refused",
        )


def _is_header(name: str, value: str) -> bool:
    named = _HEADER_NAME.fullmatch(name) and name.lower() not in {"authorization", "host"}
    return bool(named and _HEADER_VALUE.fullmatch(value))
