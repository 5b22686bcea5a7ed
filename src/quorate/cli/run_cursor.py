"""Where a list of runs ended, as text to hand to the next call."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from quorate.kernel.errors import RejectedError

if TYPE_CHECKING:
    from quorate.arena.record import RunPosition


def cursor_text(position: RunPosition | None) -> str | None:
    """Return a place in the list as text, None where the list has ended."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(" ".join(position).encode()).decode()


def parsed_cursor(text: str | None) -> RunPosition | None:
    """Return the place that `cursor_text` wrote, None where none is given.

    Raises:
        RejectedError: the text is none that a list gave (slug `invalid-cursor`).
    """
    from quorate.arena.record import RunPosition  # noqa: PLC0415  (slow; help must not wait)

    if not text:
        return None
    try:
        started_at, run_id = base64.urlsafe_b64decode(text).decode().split(" ")
    except (ValueError, binascii.Error):
        raise RejectedError(
            "the cursor is none that a list gave",
            effect="nothing is shown",
            fix="start again without --cursor",
            slug="invalid-cursor",
        ) from None
    return RunPosition(started_at, run_id)
