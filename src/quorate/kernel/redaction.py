"""Redaction: text that is shown to people and programs, with everything in it masked that looks like a secret.

A prompt or an answer should never hold a key: agents have none. This is the second lock, for what strangers wrote into
news, for what a model repeats, and for keys that were pasted where none belongs. Source: RELIABILITY 6.14, 6.15.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MASK: Final = "***"

SHORTEST_SECRET: Final = 8
"""A configured value shorter than this is a placeholder ("ollama", "EMPTY") and masks nothing."""

_SHAPES: Final = (
    re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
    ),
    re.compile(r"\b(?:sk|rk|pk)-[A-Za-z0-9_-]{8,}"),
    re.compile(
        r"\b(?:gh[pousr]|github_pat|glpat|xox[abprs]|arn|hf|npm|pypi)[_-][A-Za-z0-9_-]{12,}"
    ),
    re.compile(r"\b(?:AKIA|ASIA|AIza)[A-Za-z0-9_-]{12,}"),
    re.compile(r"\b(?:PK|AK|CK)[A-Z0-9]{16,}\b"),
    re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"),
)
"""What providers, brokers and code hosts give their keys to look like; `arn_` is a token of our own."""

_NAMED: Final = (
    re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{6,}"),
    re.compile(r"(?i)(\bbasic\s+)[A-Za-z0-9+/]{12,}={0,2}"),
    re.compile(r"(?i)(://[^\s/:@]{1,64}:)[^\s/@]{3,}(?=@)"),
    re.compile(
        r"(?i)((?:api[ _-]?key|access[ _-]?key|secret(?:[ _-]?key)?|auth[ _-]?token|access[ _-]?token|"
        r"passw(?:or)?d|client[ _-]?secret|private[ _-]?key)\\?[\"']?\s*(?:[:=]|\bis\b)\s*\\?[\"']?)"
        r"[^\s\"'\\,;}{]{6,}"
    ),
)
"""What is called a secret where it stands; the first group stays."""

_LONG: Final = re.compile(r"(?<![A-Za-z0-9_/+-])[A-Za-z0-9_-]{32,}(?![A-Za-z0-9_/+-])")
"""A word so long is a key when it mixes both cases and digits; hashes and ids do not."""


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with every one of `secrets`, and all that looks like one, as `***`.

    Masking twice changes nothing more. Hashes, ids and prices stay as they are.
    """
    known = sorted({one for one in secrets if len(one) >= SHORTEST_SECRET}, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, MASK)
    for shape in _SHAPES:
        text = shape.sub(MASK, text)
    for named in _NAMED:
        text = named.sub(rf"\g<1>{MASK}", text)
    return _LONG.sub(_masked_if_mixed, text)


def _masked_if_mixed(found: re.Match[str]) -> str:
    word = found.group()
    mixed = any(c.islower() for c in word) and any(c.isupper() for c in word)
    return MASK if mixed and any(c.isdigit() for c in word) else word
