"""`/admin`: is it healthy, and what needs me?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from litestar import get
from litestar.response import Template

from quorate.access import Scope
from quorate.agents.profile import AgentProfile
from quorate.arena.record import Overview, RunFilter, RunLine, RunView
from quorate.bootstrap import App, Check
from quorate.bootstrap.cycling import BookView
from quorate.cycle.equity import EquityPoint
from quorate.hub.pages.alert_lines import ALERTS, alert_lines
from quorate.hub.pages.cycles.card import card_of
from quorate.hub.pages.equity import equity_chart
from quorate.hub.pages.overview import recent_lines, split_of
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.results import newest, rail
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.security.principal import require
from quorate.market.series import SeriesSummary

SHOWN: Final = 5
"""The decisions, and the problems of each kind, that the dashboard shows. Source: UI 1 (Dashboard)."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that needs a person: what it is, why, and where to look."""

    what: str
    why: str
    href: str
    icon: str
    tone: str


@dataclass(frozen=True, slots=True)
class Traded:
    """The book that is shown: where its cycles stand, what it began with, and its equity over its marks."""

    view: BookView
    points: Sequence[EquityPoint]
    began: Decimal | None


@get("/admin", guards=[require(Scope.READ)])
async def dashboard(request: HubRequest) -> Template:
    """Show what is known of the home's health, and its newest decisions."""
    app = app_of(request)
    figures = await read(app.overview(), "The arena's figures")
    checks = await read(app.setup_checks(), "The setup")
    lines = await recent_lines(app)
    traded = await read(_traded(app), "The trading cycle")
    raised = await read(app.alerts.newest(SHOWN, only_open=True), "The alerts")
    return await page(
        request,
        "dashboard/index.html",
        part="dashboard/_live.html",
        title="Dashboard",
        section="dashboard",
        figures=figures,
        split=None if isinstance(figures, Failed) else split_of(figures),
        checks=checks,
        setup_done=setup_is_done(checks, figures),
        keyless=await _keyless(app),
        last=None if isinstance(lines, Failed) or not lines else lines[0],
        decisions=lines if isinstance(lines, Failed) else newest(lines, SHOWN),
        results=await rail(app),
        problems=await read(_problems(app), "The list of problems"),
        alerts=raised if isinstance(raised, Failed) else alert_lines(raised),
        alerts_href=ALERTS,
        card=traded if isinstance(traded, Failed) else card_of(traded.view),
        equity=traded if isinstance(traded, Failed) else equity_chart(traded.points, traded.began),
        first_use=not isinstance(figures, Failed) and is_first_use(figures),
    )


def is_first_use(figures: Overview) -> bool:
    """Return whether no run was ever asked for."""
    return figures.runs[RunView.ALL] == 0


def setup_is_done(checks: Sequence[Check] | Failed, figures: Overview | Failed) -> bool:
    """Return whether nothing of the setup is left to show; what could not be read is shown."""
    if isinstance(checks, Failed) or isinstance(figures, Failed):
        return False
    return all(check.ok for check in checks) and not is_first_use(figures)


def run_problems(failed: Sequence[RunLine]) -> tuple[Problem, ...]:
    """Return the runs that did not complete."""
    return tuple(
        Problem(
            what=f"Run of {', '.join(line.row.symbols)} {line.row.status}",
            why=line.as_of.isoformat(),
            href=f"/admin/arena/runs/{line.row.run_id}",
            icon="alert-triangle",
            tone="loss",
        )
        for line in failed
    )


def series_problems(listing: Sequence[SeriesSummary]) -> tuple[Problem, ...]:
    """Return the symbols whose bars are not trusted from some session on."""
    return tuple(
        Problem(
            what=f"{line.symbol} is quarantined",
            why=f"{line.quarantine.code} from {line.quarantine.session} on",
            href=f"/admin/arena/runs?symbol={line.symbol}",
            icon="lock",
            tone="warn",
        )
        for line in listing
        if line.quarantine is not None
    )


async def _traded(app: App) -> Traded:
    book = await app.trading.current_book()
    return Traded(
        await app.cycles.book(book),
        await app.cycles.equity(book),
        await app.cycles.began_with(book),
    )


async def _problems(app: App) -> tuple[Problem, ...]:
    failed = await app.list_runs(RunFilter(view=RunView.FAILED), SHOWN, None)
    listing = await app.series_listing()
    return (*run_problems(failed.items), *series_problems(listing)[:SHOWN])


async def _keyless(app: App) -> bool:
    profiles = await read(app.profiles(), "The profiles")
    return not isinstance(profiles, Failed) and only_rules(profiles)


def only_rules(profiles: Sequence[AgentProfile]) -> bool:
    """Return whether every agent that is on works without a key."""
    return all(profile.is_rule_agent for profile in profiles if profile.enabled)
