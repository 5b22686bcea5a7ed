"""How long a provider asks us to wait: seconds, milliseconds or a date in a header."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from quorate.resilience import parse_retry_after

LONGEST: Final = timedelta(days=1)
"""A longer wait is told as a day: no call waits that long, and a nonsensical number must not overflow."""


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the wait that `headers` (case-insensitive) ask for, in [0, 1 day]; None where they ask for none.

    `retry-after-ms` is OpenAI's finer one and comes before the standard's header.
    """
    finer = _milliseconds(headers.get("retry-after-ms", ""))
    asked = finer if finer is not None else parse_retry_after(headers.get("retry-after", ""), now)
    return None if asked is None else min(asked, LONGEST)


def _milliseconds(text: str) -> timedelta | None:
    try:
        told = float(text)
    except ValueError:
        return None
    if math.isnan(told):
        return None
    return timedelta(milliseconds=min(max(told, 0.0), LONGEST / timedelta(milliseconds=1)))
