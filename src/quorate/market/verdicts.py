"""What the checks say about a symbol's rows: a note on what was mended, or a quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class QuarantineCode(StrEnum):
    """Why a symbol cannot be traded on. Source: bad_inputs.jsonl MD-*, RELIABILITY 1.2."""

    NON_FINITE = "BAR_NON_FINITE"
    NEGATIVE_PRICE = "BAR_NEGATIVE_PRICE"
    ZERO_PRICE = "BAR_ZERO_PRICE"
    NEGATIVE_VOLUME = "BAR_NEGATIVE_VOLUME"
    ZERO_VOLUME = "BAR_ZERO_VOLUME"
    HIGH_BELOW_LOW = "BAR_HIGH_BELOW_LOW"
    CLOSE_OUTSIDE_RANGE = "BAR_CLOSE_OUTSIDE_RANGE"
    DUPLICATE_CONFLICT = "BAR_DUPLICATE_CONFLICT"
    UNADJUSTED_SPLIT = "BAR_UNADJUSTED_SPLIT"
    UNEXPLAINED_JUMP = "BAR_UNEXPLAINED_JUMP"
    GAP = "BAR_GAP"


class NoteCode(StrEnum):
    """What was mended without harm."""

    OUT_OF_ORDER = "BAR_OUT_OF_ORDER"
    DUPLICATE_DROPPED = "BAR_DUPLICATE_DROPPED"
    SPLIT_ALREADY_APPLIED = "SPLIT_ALREADY_APPLIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that was mended; `session` is the first one concerned."""

    code: NoteCode
    session: date
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """Why a symbol is not trusted from `session` on, up to `last_session`, the source's last.

    A defect is known on its own session and not before: earlier sessions stay usable, so that a bad
    row of the future cannot change a decision of the past.
    """

    code: QuarantineCode
    session: date
    last_session: date
    detail: str
