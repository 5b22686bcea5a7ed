"""Extending: a series that is kept grows by what was traded since; its past stays word for word as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quorate.market.bar import RawBar
from quorate.market.calendar import MarketCalendar
from quorate.market.intake import NO_OTHERS, Intake, take_in
from quorate.market.quality import row_defect
from quorate.market.series import Series


def extended(
    kept: Series, rows: Sequence[RawBar], *, calendar: MarketCalendar = NO_OTHERS
) -> Intake | None:
    """Return `kept` with those of `rows` that come after it; None where they do not follow on what is kept.

    `rows` must begin with the last session that is kept, as it is kept: a source that states it otherwise now has
    corrected its history, which is then read anew as a whole. Only actions after that session are taken over, since a
    back-adjusted close says each earlier one a little differently whenever it is asked.
    """
    if not kept.bars or kept.quarantine is not None:
        return None
    last = kept.bars[-1]
    since = [row for row in rows if row.session >= last.session]
    first = min(since, key=lambda row: row.session, default=None)
    if first is None or row_defect(first) is not None or first.bar != last:
        return None
    taken = take_in(kept.symbol, since, source=kept.source, calendar=calendar)
    grown = replace(
        kept,
        bars=(*kept.bars, *taken.series.bars[1:]),
        actions=(*kept.actions, *taken.series.actions),
        quarantine=taken.series.quarantine,
    )
    return Intake(series=grown, notes=taken.notes)
