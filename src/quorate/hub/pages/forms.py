"""Forms: what those that begin something have in common, whatever they ask for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from quorate.bootstrap import RequestKey
from quorate.hub.pages.shell import HubRequest
from quorate.hub.security.principal import principal_of
from quorate.kernel.errors import QuorateError, RejectedError

KEY_BYTES: Final = 16
"""128 random bits: two forms never share a key."""

T = TypeVar("T")


def fresh_key() -> str:
    """Return a key that no other form has."""
    return secrets.token_urlsafe(KEY_BYTES)


def form_key(request: HubRequest, key: str, fingerprint: str) -> RequestKey | None:
    """Return the key of a form that asks for `fingerprint`; one made by hand without a key is a new wish each time."""
    if not key:
        return None
    return RequestKey(principal=principal_of(request).key, key=key, fingerprint=fingerprint)


def entered(fields: Mapping[str, Sequence[str]], name: str) -> str:
    """Return what was entered in a field, empty where it was not sent."""
    return next(iter(fields.get(name, ())), "").strip()


def checked(errors: dict[str, QuorateError], name: str, read: Callable[[], T], otherwise: T) -> T:
    """Return what `read` reads; where it refuses, the refusal is noted under `name`, and `otherwise` stands."""
    try:
        return read()
    except RejectedError as error:
        errors[name] = error
        return otherwise


def entered_day(text: str) -> date | None:
    """Return the day that was entered, None where none was.

    Raises:
        RejectedError: it is none.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(f"{text!r} is not a date", "write it as in 2012-06-29") from None


def wrong(cause: str, fix: str) -> RejectedError:
    """Return the refusal of something that was entered."""
    return RejectedError(cause, effect="nothing was written", fix=fix)
