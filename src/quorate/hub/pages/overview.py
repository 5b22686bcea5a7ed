"""`/admin/arena`: is the spend worth it, and what just happened?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.arena.record import Overview, RunFilter, RunLine, RunView
from quorate.bootstrap import App
from quorate.hub.pages.columns import Columns, columns_of
from quorate.hub.pages.cycles.card import CycleCard, card_of
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.results import REASON_WORDS, newest_by_symbol
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require

LOOKED_AT: Final = 25
"""The newest runs in which the latest result of each symbol is looked for."""

RECENT: Final = 5
"""The runs in the table of recent ones."""

Share = tuple[float, int]
"""A part of a bar in [0, 1], and its colour."""


@dataclass(frozen=True, slots=True)
class Split:
    """Runs split by what came of them: a bar, and the same in words."""

    parts: tuple[Share, ...]
    words: str


@get("/admin/arena", guards=[require(Scope.READ)])
async def overview(request: HubRequest) -> Template:
    """Show the arena at a glance."""
    app = app_of(request)
    figures = await read(app.overview(), "The arena's figures")
    lines = await recent_lines(app)
    return await page(
        request,
        "overview/index.html",
        part="overview/_live.html",
        title="Arena overview",
        section="overview",
        figures=figures,
        chart=None if isinstance(figures, Failed) else chart_of(figures),
        split=None if isinstance(figures, Failed) else split_of(figures),
        reason_words=REASON_WORDS,
        card=await read(_card(app), "The trading cycle"),
        lines=lines if isinstance(lines, Failed) else lines[:RECENT],
        results=lines if isinstance(lines, Failed) else newest_by_symbol(lines),
    )


async def _card(app: App) -> CycleCard:
    return card_of(await app.cycles.book(await app.trading.current_book()))


async def recent_lines(app: App) -> Sequence[RunLine] | Failed:
    """Return the newest runs that decided for the book: rounds of competitions have pages of their own."""
    wanted = RunFilter(rounds=False)
    listed = await read(app.list_runs(wanted, LOOKED_AT, None), "The list of runs")
    return listed if isinstance(listed, Failed) else listed.items


def chart_of(figures: Overview) -> Columns:
    """Return the chart of decisions by session."""
    return columns_of(figures.sessions)


def split_of(figures: Overview) -> Split:
    """Return today's runs by what came of them."""
    today, total = figures.runs_today, figures.runs_today[RunView.ALL]
    counts = [(today[view], tone, word) for view, tone, word in _OUTCOMES]
    parts = tuple((count / total, tone) for count, tone, _ in counts) if total else ()
    return Split(parts, ", ".join(f"{count} {word}" for count, _, word in counts if count))


_OUTCOMES: Final = (
    (RunView.TRADED, 4, "traded"),
    (RunView.HELD, 2, "held"),
    (RunView.NO_TRADE, 0, "without a trade"),
    (RunView.RUNNING, 1, "running"),
    (RunView.FAILED, 6, "failed"),
)
