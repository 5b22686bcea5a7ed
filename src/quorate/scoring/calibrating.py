"""Calibrating: which outcomes of an agent were known before a session, and the curve that they make."""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from typing import NamedTuple

from quorate.kernel.calibration import CalibrationCurve
from quorate.scoring.counting import apart
from quorate.scoring.isotonic import Told, calibration_curve


class Identity(NamedTuple):
    """An agent as it was asked: with another model or another prompt it is another one, and begins anew."""

    book: str
    profile: str
    provider: str
    model: str
    prompt: str


class KnownView(NamedTuple):
    """A view that took a side, by the session it was resolved on, then stated on, then by its row."""

    resolved: date
    as_of: date
    seq: int
    symbol: str
    stated: float
    right: bool


class KnownOutcomes:
    """The views of one agent, and its curve as of any session."""

    def __init__(self) -> None:
        self._views: list[KnownView] = []
        self._last: dict[str, date] = {}
        self._resolved: list[date] = []
        self._told: list[Told] = []
        self._in_order = True
        self._fitted: tuple[int, CalibrationCurve | None] | None = None

    def add(self, view: KnownView) -> None:
        """Take a view in; out of its order it has all of them counted again, later."""
        if self._views and view < self._views[-1]:
            self._in_order = False
        self._views.append(view)
        if self._in_order:
            self._count(view)

    def known_before(self, session: date) -> int:
        """Return how many outcomes that do not overlap were known before a session began."""
        self._put_in_order()
        return bisect_left(self._resolved, session)

    def curve_before(self, session: date) -> CalibrationCurve | None:
        """Return what the agent's confidence was worth by them; None of fewer than 30.

        An outcome of the session itself is left out: whether it was known when a run of that session began would depend
        on which of the two was first.
        """
        known = self.known_before(session)
        if self._fitted is None or self._fitted[0] != known:
            self._fitted = known, calibration_curve(self._told[:known])
        return self._fitted[1]

    def _count(self, view: KnownView) -> None:
        former = self._last.get(view.symbol)
        if former is None or view.as_of >= former:
            self._last[view.symbol] = view.resolved
            self._resolved.append(view.resolved)
            self._told.append(Told(view.stated, view.right))

    def _put_in_order(self) -> None:
        if self._in_order:
            return
        self._views.sort()
        spans = (
            (view.symbol, view.as_of.toordinal(), view.resolved.toordinal()) for view in self._views
        )
        kept = [view for view, counts in zip(self._views, apart(spans), strict=True) if counts]
        self._last = {view.symbol: view.resolved for view in kept}
        self._resolved = [view.resolved for view in kept]
        self._told = [Told(view.stated, view.right) for view in kept]
        self._in_order, self._fitted = True, None
