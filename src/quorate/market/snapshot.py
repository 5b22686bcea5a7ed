"""One frozen picture of the market, the same for every agent of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from quorate.kernel.canonical import digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from quorate.market.calendar import LONGEST_GAP
from quorate.market.series import Series
from quorate.market.verdicts import Quarantine, QuarantineCode
from quorate.market.view import SymbolView


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What was known at the close of session `as_of`; `hash` covers all of it.

    Every requested symbol is in exactly one of `views`, `quarantined` and `without_data`. A view
    with too few bars is still a view: whoever decides asks `view.bars`.
    """

    as_of: date
    views: Mapping[Symbol, SymbolView]
    quarantined: Mapping[Symbol, Quarantine]
    without_data: tuple[Symbol, ...]
    hash: str


def freeze_snapshot(requested: Mapping[Symbol, Series | None], as_of: date | None) -> Snapshot:
    """Return the snapshot of the requested symbols at the last session on or before `as_of`.

    A symbol of which nothing is stored maps to None; `as_of` None means the latest session.

    Raises:
        RejectedError: the date lies outside the data of every requested symbol, or there is none.
    """
    stored = {
        symbol: series
        for symbol, series in requested.items()
        if series is not None and (series.bars or series.quarantine)
    }
    day = _day_asked(requested, stored.values(), as_of)
    quarantined = {
        symbol: quarantine
        for symbol, series in stored.items()
        if (quarantine := quarantine_at(series, day)) is not None
    }
    views = {
        symbol: SymbolView(series, index)
        for symbol, series in stored.items()
        if symbol not in quarantined and (index := series.index_at(day)) is not None
    }
    session = max((view.session for view in views.values()), default=day)
    seen: dict[str, str | None] = {
        symbol: _seen(views.get(symbol), quarantined.get(symbol)) for symbol in requested
    }
    return Snapshot(
        as_of=session,
        views=views,
        quarantined=quarantined,
        without_data=tuple(sorted(symbol for symbol in requested if seen[symbol] is None)),
        hash=digest({"asOf": session, "symbols": seen}),
    )


def quarantine_at(series: Series, day: date) -> Quarantine | None:
    """Return why the symbol is not trusted on `day`: a defect up to it, or bars gone stale."""
    if series.quarantine is not None and series.quarantine.session <= day:
        return series.quarantine
    index = series.index_at(day)
    if index is None or day - series.sessions[index] <= LONGEST_GAP:
        return None
    last = series.sessions[index]
    return Quarantine(
        code=QuarantineCode.GAP,
        session=day,
        last_session=day,
        detail=f"the last bar before {day} is of {last}, {(day - last).days} days earlier",
    )


def _day_asked(requested: Iterable[Symbol], stored: Iterable[Series], as_of: date | None) -> date:
    spans = [_span(series) for series in stored]
    if not spans:
        raise RejectedError(
            f"there are no bars of {', '.join(requested)}",
            effect="nothing was written",
            fix="quorate data import FILE, or quorate data list to see what there is",
            slug="not-found",
        )
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    if as_of is None:
        return last
    if not any(start <= as_of <= end for start, end in spans):
        raise RejectedError(
            f"{as_of} lies outside the data of {', '.join(requested)}",
            effect="nothing was written",
            fix=f"choose a date from {first} to {last}",
        )
    return as_of


def _span(series: Series) -> tuple[date, date]:
    defect, sessions = series.quarantine, series.sessions
    first = sessions[0] if sessions or defect is None else defect.session
    return first, sessions[-1] if defect is None else defect.last_session


def _seen(view: SymbolView | None, quarantine: Quarantine | None) -> str | None:
    """Return what a symbol adds to the hash: its digest, its quarantine's code, or null."""
    if quarantine is not None:
        return quarantine.code
    return None if view is None else view.digest
