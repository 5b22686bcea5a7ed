"""Cursors: a place in a list as a client carries it, signed, so that only what a list gave is taken back.

The signature covers the filter too: a cursor of one list is none of another's.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import asdict
from typing import Final, TypeAlias

from quorate.arbiter.constitution.listing import VerdictFilter
from quorate.arbiter.record import TaskFilter
from quorate.arena.record.listing import RunFilter, RunPosition
from quorate.audit.listing import EventFilter
from quorate.bootstrap.cycling import CycleFilter
from quorate.cycle.story.denied import DenialFilter
from quorate.execution.listing import OrderFilter
from quorate.execution.outcome_link import OutcomeFilter
from quorate.hub.security.forgery import keyed_hash
from quorate.kernel.canonical import digest
from quorate.kernel.errors import RejectedError
from quorate.llm.call_listing import CallFilter
from quorate.results.standing import ResultFilter, ResultPlace

Asked: TypeAlias = (
    "CallFilter | CycleFilter | DenialFilter | EventFilter | OrderFilter | "
    "OutcomeFilter | ResultFilter | RunFilter | TaskFilter | VerdictFilter"
)
"""What a list was asked for. A place in a list of calls or cycles is an id or a number, under the list's name."""

CALLS: Final = "calls"

ROWS: Final = "rows"
"""The name of lists whose places are journal rows."""

CYCLES: Final = "cycles"

NEWEST: Final = "newest-results"
HISTORY: Final = "result-history"
"""The lists that a cursor of results may be of."""

LONGEST: Final = 200
"""No cursor that a list gave is longer, in characters."""


def cursor_of(secret: bytes, position: RunPosition, wanted: Asked) -> str:
    """Return the cursor of the rows after `position` in the list of `wanted`."""
    text = f"{position.started_at} {position.run_id} {_signature(secret, position, wanted)}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(secret: bytes, cursor: str, wanted: Asked) -> RunPosition:
    """Return the place that a cursor names.

    Raises:
        RejectedError: no list of `wanted` gave it (slug `invalid-cursor`).
    """
    position, signature = _parts(cursor)
    if not hmac.compare_digest(signature.encode(), _signature(secret, position, wanted).encode()):
        raise _no_cursor()
    return position


def row_cursor(secret: bytes, row: int, wanted: Asked) -> str:
    """Return the cursor of what stands below a journal row in the list of `wanted`."""
    return cursor_of(secret, RunPosition(ROWS, str(row)), wanted)


def row_below(secret: bytes, cursor: str, wanted: Asked) -> int:
    """Return the row that a cursor of `row_cursor` names; raises as `position_of`."""
    kind, row = position_of(secret, cursor, wanted)
    if kind != ROWS:
        raise _no_cursor()
    return int(row)


def result_cursor(secret: bytes, place: ResultPlace | None, wanted: ResultFilter) -> str | None:
    """Return the cursor of what stands below a place, None on the last page."""
    if place is None:
        return None
    kind = HISTORY if place.is_history else NEWEST
    return cursor_of(secret, RunPosition(kind, str(place.number)), wanted)


def place_in(secret: bytes, cursor: str, wanted: ResultFilter) -> ResultPlace:
    """Return the place that a cursor of `result_cursor` names.

    Raises:
        RejectedError: no list of `wanted` gave it (slug `invalid-cursor`).
    """
    kind, number = position_of(secret, cursor, wanted)
    return ResultPlace(kind == HISTORY, int(number))


def _signature(secret: bytes, position: RunPosition, wanted: Asked) -> str:
    asked = digest({name: _text(value) for name, value in asdict(wanted).items()})
    return keyed_hash(secret, "cursor", f"{asked} {position.started_at} {position.run_id}")[:32]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _parts(cursor: str) -> tuple[RunPosition, str]:
    try:
        padded = cursor[:LONGEST] + "=" * (-len(cursor[:LONGEST]) % 4)
        started_at, run_id, signature = (
            base64.b64decode(padded, altchars=b"-_", validate=True).decode().split(" ")
        )
    except (ValueError, binascii.Error):
        raise _no_cursor() from None
    return RunPosition(started_at, run_id), signature


def _no_cursor() -> RejectedError:
    return RejectedError(
        "the cursor is none that this list gave",
        effect="nothing is shown",
        fix="start again without the cursor",
        slug="invalid-cursor",
    )
