"""What a row's payload says to the stream, beside what the row itself does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from quorate.arena.record.facts import Facts


class Told(NamedTuple):
    """What is told of a row; `type` where it depends on what the row says, else that of its kind."""

    data: dict[str, object]
    run_id: str | None = None
    symbol: str | None = None
    decision_id: str | None = None
    symbols: tuple[str, ...] = ()
    cycle_id: str | None = None
    type: str = ""


Telling: TypeAlias = "tuple[tuple[str, ...], Callable[[Facts], Told]]"
"""The types of event that a kind of row is told as, the usual one first, and how."""
