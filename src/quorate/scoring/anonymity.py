"""Anonymity: names become keyed hashes, texts lose what points at a person; without the salt there is no way back."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from quorate.kernel.redaction import redacted

LEAST_SALT: Final = 16
"""In bytes. A plain hash of a small set of tenants is undone by trying them all. Source: R-134."""

PERSONAL: Final = (
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
    re.compile(r"(?<![\w.])\+\d[\d ()-]{7,}\d|(?<![\w.])\d{11,}(?![\w.])"),
    re.compile(r"(?:/home|/Users|/root)/[^\s/]+"),
)
"""A mail address, an address of a machine, a telephone or account number, a home folder."""

MASK: Final = "[removed]"


@dataclass(frozen=True, slots=True)
class Anonymiser:
    """Hides who and whose, with a secret salt of one installation."""

    salt: bytes

    def __post_init__(self) -> None:
        """Refuse a salt that could be guessed."""
        if len(self.salt) < LEAST_SALT:
            raise ValueError(f"a salt has at least {LEAST_SALT} bytes")

    def hashed(self, kind: str, name: str) -> str:
        """Return 64 hexadecimal digits for a name of a kind; the same name of another kind is another hash."""
        return hmac.new(self.salt, f"{kind}\n{name}".encode(), sha256).hexdigest()

    def plain(self, text: str) -> str:
        """Return a text without secrets and without what points at a person."""
        said = redacted(text)
        for pattern in PERSONAL:
            said = pattern.sub(MASK, said)
        return said


def points_at_somebody(text: str) -> bool:
    """Return whether a text holds something personal or secret still."""
    return redacted(text) != text or any(pattern.search(text) for pattern in PERSONAL)
