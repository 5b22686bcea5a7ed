"""Cursors of lists whose places are journal rows: the row's number."""

from __future__ import annotations

from quorate.kernel.errors import RejectedError


def row_of(cursor: str | None) -> int | None:
    """Return the row that a cursor names, None without one.

    Raises:
        RejectedError: it is no number.
    """
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 18:
        raise RejectedError(
            f"the cursor {cursor!r} belongs to no list",
            effect="nothing was listed",
            fix="take nextCursor of the page before, or leave --cursor out",
            slug="invalid-cursor",
        )
    return int(cursor)
