"""The card of a book's newest cycle, as the dashboard and the overview show it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.bootstrap.cycling import BookView
from quorate.hub.pages.cycles.saying import Recomputed, decisions_of, recomputed
from quorate.hub.pages.cycles.strip import Station, audit_tag, strip_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleCard:
    """Where a book's cycles stand; `href` and what is told of a cycle are empty before the first."""

    view: BookView
    stations: tuple[Station, ...]
    audit: str = ""
    audit_tone: str = ""
    href: str = ""
    decisions: str = ""
    figures: tuple[Recomputed, ...] = ()
    violations: tuple[str, ...] = ()


def card_of(view: BookView) -> CycleCard:
    """Return the card of a book."""
    newest = view.newest
    if newest is None:
        return CycleCard(view=view, stations=())
    audit, tone = audit_tag(newest)
    return CycleCard(
        view=view,
        stations=strip_of(view),
        audit=audit,
        audit_tone=tone,
        href=f"/admin/cycles/{newest.line.cycle_id}",
        decisions=decisions_of(newest.cycle),
        figures=recomputed(newest.cycle),
        violations=newest.cycle.violations,
    )
