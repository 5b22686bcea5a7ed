"""`/admin/arena`: is the spend worth it, and what just happened?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.arena.record import Overview, RunFilter, RunLine, RunView
from quorate.bootstrap import App
from quorate.hub.pages.columns import Columns, columns_of
from quorate.hub.pages.cycles.card import CycleCard, card_of
from quorate.hub.pages.fleet.rows import WorkerRow, worker_row
from quorate.hub.pages.profit import Profit, profit_of
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.results import REASON_WORDS, rail
from quorate.hub.pages.safety.scene import BreakerRow, breaker_rows
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
        profit=await read(_profit(app), "The book's profit"),
        breakers=await read(_breakers(app), "The breakers"),
        fleet=await read(_workers(app), "The fleet"),
        lines=lines if isinstance(lines, Failed) else lines[:RECENT],
        results=await rail(app),
    )


async def _card(app: App) -> CycleCard:
    return card_of(await app.cycles.book(await app.trading.current_book()))


async def _profit(app: App) -> Profit | None:
    book = await app.trading.current_book()
    view = await app.cycles.book(book)
    points = await app.cycles.equity(book)
    began = await app.cycles.began_with(book)
    if view.newest is None or began is None or len(points) < 2:
        return None
    first, last = date.fromisoformat(points[0].day), date.fromisoformat(points[-1].day)
    closes = {}
    for symbol in view.newest.cycle.facts.symbols:
        bars = await app.price_history(symbol, last, (last - first).days + 1)
        closes[symbol] = {bar.session.isoformat(): bar.close for bar in bars}
    spent = await app.money.spent_in(book)
    return profit_of(view.standing.called, points, began, spent.amount, closes)


async def _breakers(app: App) -> Sequence[BreakerRow]:
    """Return the breakers, those that hold something back first."""
    lines = await app.safety.breakers()
    return breaker_rows(sorted(lines, key=lambda line: (line.closed, line.dependency)))


async def _workers(app: App) -> Sequence[WorkerRow]:
    overview = await app.fleet.overview()
    now = app.clock.now()
    present = [line for line in overview.workers if line.state != "left"]
    return [worker_row(line, overview.dead_after_s, now) for line in present]


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
