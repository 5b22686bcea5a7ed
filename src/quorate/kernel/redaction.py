"""Redaction: text that is shown to people and programs, with everything in it masked that looks like a secret.

A prompt or an answer should never hold a key: agents have none. This is the second lock, for what strangers wrote into
news, for what a model repeats, and for keys that were pasted where none belongs. Source: RELIABILITY 6.14, 6.15.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

MASK: Final = "***"

SHORTEST_SECRET: Final = 8
"""A configured value shorter than this is a placeholder ("ollama", "EMPTY") and masks nothing."""

_SHAPES: Final[Sequence[tuple[tuple[str, ...], re.Pattern[str]]]] = (
    (
        ("-----BEGIN ",),
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
    ),
    (("k-",), re.compile(r"\b(?:sk|rk|pk)-[A-Za-z0-9_-]{8,}")),
    (
        (
            *("ghp", "gho", "ghu", "ghs", "ghr", "github_pat", "glpat", "xox"),
            *("arn_", "arn-", "hf_", "hf-", "npm_", "npm-", "pypi"),
        ),
        re.compile(
            r"\b(?:gh[pousr]|github_pat|glpat|xox[abprs]|arn|hf|npm|pypi)[_-][A-Za-z0-9_-]{12,}"
        ),
    ),
    (("AKIA", "ASIA", "AIza"), re.compile(r"\b(?:AKIA|ASIA|AIza)[A-Za-z0-9_-]{12,}")),
    (("PK", "AK", "CK"), re.compile(r"\b(?:PK|AK|CK)[A-Z0-9]{16,}\b")),
    (("eyJ",), re.compile(r"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?")),
)
"""What providers, brokers and code hosts give their keys to look like, each behind what it cannot be without.

`arn_` is a token of our own. Looking for a word in a text is a hundred times as quick as trying a pattern everywhere.
"""

_NAMED: Final[Sequence[tuple[tuple[str, ...], re.Pattern[str]]]] = (
    (("bearer",), re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{6,}")),
    (("basic",), re.compile(r"(?i)(\bbasic\s+)[A-Za-z0-9+/]{12,}={0,2}")),
    (("://",), re.compile(r"(?i)(://[^\s/:@]{1,64}:)[^\s/@]{3,}(?=@)")),
    (
        ("api", "access", "secret", "auth", "passw", "private"),
        re.compile(
            r"(?i)((?:api[ _-]?key|access[ _-]?key|secret(?:[ _-]?key)?|auth[ _-]?token|access[ _-]?token|"
            r"passw(?:or)?d|client[ _-]?secret|private[ _-]?key)\\?[\"']?\s*(?:[:=]|\bis\b)\s*\\?[\"']?)"
            r"[^\s\"'\\,;}{]{6,}"
        ),
    ),
)
"""What is called a secret where it stands; the first group stays."""

REMEMBERED: Final = 64
"""Texts whose masked form is kept: the agents of a run were told the same, 20 to 60 KB each.  Ours."""

_LONG: Final = re.compile(r"(?<![A-Za-z0-9_/+-])[A-Za-z0-9_-]{32,}(?![A-Za-z0-9_/+-])")
"""A word so long is a key when it mixes both cases and digits; hashes and ids do not."""


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` with every one of `secrets`, and all that looks like one, as `***`.

    Masking twice changes nothing more. Hashes, ids and prices stay as they are.
    """
    known = sorted({one for one in secrets if len(one) >= SHORTEST_SECRET}, key=len, reverse=True)
    for secret in known:
        text = text.replace(secret, MASK)
    return _masked(text)


@lru_cache(maxsize=REMEMBERED)
def _masked(text: str) -> str:
    """Return `text` with all that looks like a secret masked."""
    for signs, shape in _SHAPES:
        if any(sign in text for sign in signs):
            text = shape.sub(MASK, text)
    folded = _folded(text)
    for words, named in _NAMED:
        if any(word in folded for word in words):
            text = named.sub(rf"\g<1>{MASK}", text)
    return _LONG.sub(_masked_if_mixed, text)


def _folded(text: str) -> str:
    """Return `text` in lower case as patterns see it that ignore the case: they take every kind of `i` for one."""
    return text.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def _masked_if_mixed(found: re.Match[str]) -> str:
    word = found.group()
    mixed = any(c.islower() for c in word) and any(c.isupper() for c in word)
    return MASK if mixed and any(c.isdigit() for c in word) else word
