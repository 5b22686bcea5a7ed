"""Storable text: a stranger's words as every database takes them."""

from __future__ import annotations

import re
from typing import Final

_UNSTORABLE: Final = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Lone surrogates, which are no UTF-8, and control characters, of which PostgreSQL refuses NUL."""


def storable(text: bytes | str) -> str:
    """Return text as it may be kept and sent on: what no database takes, or is no UTF-8, is U+FFFD."""
    told = text.decode(errors="replace") if isinstance(text, bytes) else text
    return _UNSTORABLE.sub("\ufffd", told)
