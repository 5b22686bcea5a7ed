"""Limits of money in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quorate.llm.budget import COUNTED, Limit
from quorate.llm.nanos import dollars
from quorate.llm.threshold import Warned

NAMES: Final[Mapping[Limit, str]] = {
    Limit.DAY: "All calls, a day",
    Limit.PROFILE_DAY: "Each profile, a day",
    Limit.RUN: "Each run",
    Limit.PROFILE_RUN: "One run of the profile",
    Limit.POWER_CALLS: "Power calls, a day",
    Limit.UNPRICED_CALLS: "Unpriced calls, a day",
}


def warning_words(warned: Warned) -> str:
    """Return what a limit that filled up means: "The daily budget is used to 80 %: $0.80 of $1.00."."""
    counts = warned.limit in COUNTED
    used, size = (
        str(amount) if counts else dollars(amount) for amount in (warned.used, warned.size)
    )
    name = f"{NAMES[warned.limit]} ({warned.profile})" if warned.profile else NAMES[warned.limit]
    if warned.refused:
        return f"{name}: {used} of {size} are used, and a call was refused for want of room."
    return f"{name}: {used} of {size} are used or set aside."
