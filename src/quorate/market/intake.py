"""From one symbol's rows to its series: rows -> order -> checks -> actions -> series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from quorate.kernel.ids import Symbol
from quorate.market.actions import ActionKind, CorporateAction, actions_of
from quorate.market.bar import RawBar
from quorate.market.calendar import MarketCalendar
from quorate.market.jumps import jump_defects
from quorate.market.quality import Defect, gap_defects, mended, row_defect
from quorate.market.series import Series
from quorate.market.verdicts import Note, NoteCode, Quarantine

NO_OTHERS = MarketCalendar.of(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A symbol's series, and what was mended on the way in."""

    series: Series
    notes: tuple[Note, ...]


def take_in(
    symbol: Symbol, rows: Sequence[RawBar], *, source: str, calendar: MarketCalendar = NO_OTHERS
) -> Intake:
    """Return the series of `rows`, in whatever order they come; quarantined where one is unsound.

    The series ends before the first defect, and no row after it is looked at: what is known at a
    session does not depend on later rows.
    """
    tidy = mended(rows)
    sessions = [row.session for row in tidy.rows]
    in_rows = (defect for row in tidy.rows if (defect := row_defect(row)) is not None)
    first = _earliest([*tidy.conflicts, *in_rows, *gap_defects(sessions, calendar)])
    sound = _before(tidy.rows, first)
    actions = actions_of(sound)
    first = _earliest(jump_defects(sound, actions)) or first
    sound = _before(sound, first)
    kept = tuple(action for action in actions if first is None or action.session < first.session)
    series = Series(
        symbol=symbol,
        source=source,
        bars=tuple(row.bar for row in sound),
        actions=kept,
        quarantine=_quarantine(first, sessions),
    )
    return Intake(series=series, notes=(*tidy.notes, *_splits_already_applied(sound, kept)))


def _earliest(defects: Iterable[Defect]) -> Defect | None:
    return min(defects, key=lambda defect: defect.session, default=None)


def _before(rows: Sequence[RawBar], defect: Defect | None) -> tuple[RawBar, ...]:
    return tuple(row for row in rows if defect is None or row.session < defect.session)


def _quarantine(defect: Defect | None, sessions: Sequence[date]) -> Quarantine | None:
    if defect is None:
        return None
    return Quarantine(
        code=defect.code,
        session=defect.session,
        last_session=sessions[-1],
        detail=defect.detail,
    )


def _splits_already_applied(
    rows: Sequence[RawBar], actions: Sequence[CorporateAction]
) -> Iterator[Note]:
    split = {action.session for action in actions if action.kind is ActionKind.SPLIT}
    for row in rows:
        if row.tells_split and row.session not in split:
            detail = f"the source tells of a {row.split}:1 split that its prices do not show"
            yield Note(code=NoteCode.SPLIT_ALREADY_APPLIED, session=row.session, detail=detail)
