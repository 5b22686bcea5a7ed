"""The checks that stand between a source's rows and anything that trades on them.

A defect costs the symbol its trust from the defect's session on; what can be mended without
guessing is mended and noted. Source: RELIABILITY 1.2 and the MD-* rows of bad_inputs.jsonl.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from quorate.market.bar import RawBar
from quorate.market.calendar import LONGEST_GAP, MarketCalendar
from quorate.market.verdicts import Note, NoteCode, QuarantineCode


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong, and on which session it shows."""

    session: date
    code: QuarantineCode
    detail: str


@dataclass(frozen=True, slots=True)
class Mended:
    """Rows in order, each session once; of conflicting rows the first is kept, its defect named."""

    rows: tuple[RawBar, ...]
    notes: tuple[Note, ...]
    conflicts: tuple[Defect, ...]


def mended(rows: Sequence[RawBar]) -> Mended:
    """Return `rows` sorted and without repetitions, and say what that took."""
    in_order = sorted(rows, key=lambda row: row.session)
    days = [list(day) for _, day in groupby(in_order, key=lambda row: row.session)]
    return Mended(
        rows=tuple(day[0] for day in days),
        notes=(*_disorder(rows), *_repetitions(days)),
        conflicts=tuple(_conflict(day) for day in days if len(set(day)) > 1),
    )


def row_defect(row: RawBar) -> Defect | None:
    """Return what is wrong with one row by itself, the first of the checks that fails."""
    code = _broken_number(row) or _broken_range(row)
    if code is None:
        return None
    prices = f"open {row.open}, high {row.high}, low {row.low}, close {row.close}"
    return Defect(row.session, code, f"{row.session}: {prices}, volume {row.volume}")


def gap_defects(sessions: Sequence[date], calendar: MarketCalendar) -> Iterator[Defect]:
    """Yield the pauses that are too long and the sessions missed, each on the bar that shows it."""
    for before, session in pairwise(sessions):
        if session - before > LONGEST_GAP:
            pause = f"{(session - before).days} days without a bar before {session}"
            yield Defect(session, QuarantineCode.GAP, pause)
    missed = calendar.missed_by(sessions)
    if missed:
        noticed = next(session for session in sessions if session > missed[0])
        detail = f"no bar on {missed[0]}, a session that most other symbols have"
        yield Defect(noticed, QuarantineCode.GAP, detail)


def _disorder(rows: Sequence[RawBar]) -> Iterator[Note]:
    early = [row.session for before, row in pairwise(rows) if row.session < before.session]
    if early:
        detail = f"{len(early)} rows came before an earlier session; sorted"
        yield Note(code=NoteCode.OUT_OF_ORDER, session=min(early), detail=detail)


def _repetitions(days: Sequence[Sequence[RawBar]]) -> Iterator[Note]:
    repeated = [day for day in days if len(day) > len(set(day))]
    if repeated:
        detail = f"{len(repeated)} sessions stand there twice in the same words; one kept"
        yield Note(code=NoteCode.DUPLICATE_DROPPED, session=repeated[0][0].session, detail=detail)


def _conflict(day: Sequence[RawBar]) -> Defect:
    closes = " and ".join(sorted({str(row.close) for row in day}))
    detail = f"{day[0].session} stands there more than once and differs: closes {closes}"
    return Defect(day[0].session, QuarantineCode.DUPLICATE_CONFLICT, detail)


def _broken_number(row: RawBar) -> QuarantineCode | None:
    numbers = [float(number) for number in row[1:] if number is not None]
    amounts = [float(number) for number in (*row[1:5], *row[6:]) if number is not None]
    prices = [float(price) for price in (*row[1:5], row.adj_close) if price is not None]
    volume = float(row.volume)
    checks = (
        (QuarantineCode.NON_FINITE, not all(math.isfinite(number) for number in numbers)),
        (QuarantineCode.NEGATIVE_PRICE, min(amounts) < 0),
        (QuarantineCode.ZERO_PRICE, min(prices) == 0),
        (QuarantineCode.NEGATIVE_VOLUME, volume < 0),
        (QuarantineCode.ZERO_VOLUME, volume == 0),
    )
    return next((code for code, broken in checks if broken), None)


def _broken_range(row: RawBar) -> QuarantineCode | None:
    if row.high < row.low:
        return QuarantineCode.HIGH_BELOW_LOW
    if not (row.low <= row.close <= row.high and row.low <= row.open <= row.high):
        return QuarantineCode.CLOSE_OUTSIDE_RANGE
    return None
