"""The shell: what stands round every page, and the one way in which a page is answered.

request -> handler reads its part of the truth -> page() adds the shell -> template; an htmx request gets a part alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, cast

from litestar import Request
from litestar.datastructures import State
from litestar.response import Template

from quorate.arena.record import CostToday, Overview
from quorate.arena.record.phrases import count
from quorate.bootstrap import App
from quorate.hub.pages.alert_lines import AlertLine, alert_lines
from quorate.hub.pages.halted import Banner, banners
from quorate.hub.pages.helps import help_on
from quorate.hub.pages.menu import ACTS, NAV, Module, NavPage, keys_of
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.security.principal import principal_of
from quorate.llm.outlook import DayGauge

HubRequest = Request[None, None, State]


IN_BELL: Final = 10
"""The open alerts that the bell shows, the newest. Ours: the page of alerts has the others."""


@dataclass(frozen=True, slots=True)
class Badge:
    """How many things of a module wait for a person, and the same in words."""

    number: int
    words: str


@dataclass(frozen=True, slots=True)
class ClockView:
    """The book's name, mode and newest session, as its chip shows them."""

    name: str
    mode: str
    as_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellView:
    """What the shell shows; None where it was not read. `head` is the newest row that the page knows of.

    `banners` tell the books that take no new risk, of those that trade now; `badges` count what waits for a person.
    """

    title: str
    section: str
    principal: str
    csrf: str
    tab: str = ""
    nav: tuple[Module, ...] = NAV
    clock: ClockView | None = None
    cost: CostToday | None = None
    gauge: DayGauge | None = None
    banners: tuple[Banner, ...] = ()
    head: int | None = None
    notices: tuple[Notice, ...] = ()
    alerts: tuple[AlertLine, ...] = ()
    badges: Mapping[str, Badge] = field(default_factory=dict)

    @property
    def place(self) -> NavPage | None:
        """Return the page of the menu that is shown, None where the module has none."""
        held = (module for module in self.nav if module.holds(self.section))
        module = next(held, None)
        return module.current(self.section, self.tab) if module else None

    @property
    def help(self) -> Sequence[str]:
        """Return what the help says of the page that is shown."""
        return help_on(self.section, self.tab)

    @property
    def acts(self) -> Sequence[tuple[str, str]]:
        """Return what the palette offers to do, each with its address."""
        return ACTS

    @property
    def keys(self) -> Sequence[tuple[str, str]]:
        """Return the keys that lead to a page after `g`."""
        return keys_of(self.nav)

    @property
    def initials(self) -> str:
        """Return two letters for the account's button."""
        return self.principal[:2].upper()


def app_of(request: HubRequest) -> App:
    """Return the application that this process opened."""
    return cast("App", request.app.state["app"])


async def remember_head(request: HubRequest) -> None:
    """Note where the journal ends before a page reads anything: the stream goes on from there, so nothing is missed."""
    if not wants_part(request):
        request.state["head"] = await read(_head(app_of(request)), "The journal")


def wants_part(request: HubRequest) -> bool:
    """Return whether htmx asks for a part of a page, not for all of it."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-Boosted") != "true"


async def page(  # noqa: PLR0913  (the contract of every page)
    request: HubRequest,
    template: str,
    *,
    title: str,
    section: str,
    status: int = 200,
    part: str | None = None,
    notices: Sequence[Notice] = (),
    **context: object,
) -> Template:
    """Return the page; to an htmx request only its `part`, with the same context and a shell without figures."""
    shell = bare_shell(request, title=title, section=section, notices=notices)
    if isinstance(tab := context.get("tab"), str):
        shell = replace(shell, tab=tab)
    if part is not None and wants_part(request):
        return Template(part, context={**context, "shell": shell}, status_code=status)
    shell = await filled(shell, request, context.get("figures"))
    return Template(template, context={**context, "shell": shell}, status_code=status)


def bare_shell(
    request: HubRequest, *, title: str, section: str, notices: Sequence[Notice] = ()
) -> ShellView:
    """Return a shell that read nothing: enough for a part, and for a page when nothing can be read."""
    principal = principal_of(request)
    return ShellView(
        title=title,
        section=section,
        principal=principal.name,
        csrf=principal.csrf,
        tab=request.query_params.get("tab", ""),
        notices=tuple(notices),
    )


async def filled(shell: ShellView, request: HubRequest, figures: object = None) -> ShellView:
    """Return the shell with its figures, those of the page where it has read them; unreadable ones are left out."""
    app = app_of(request)
    known = (
        CostToday(figures.cost_today, figures.unpriced_today)
        if isinstance(figures, Overview)
        else await read(app.cost_today(), "The cost")
    )
    gauge = await read(app.money.gauge(), "The budget")
    standings = await read(app.safety.standings(), "The trading state")
    clock = await read(_clock(app), "The book's clock")
    alerts = await read(app.alerts.newest(IN_BELL, only_open=True), "The alerts")
    troubled = await read(app.fleet.troubled(), "The fleet")
    head = request.state.get("head")
    return replace(
        shell,
        clock=None if isinstance(clock, Failed) else clock,
        cost=None if isinstance(known, Failed) else known,
        gauge=None if isinstance(gauge, Failed) else gauge,
        alerts=() if isinstance(alerts, Failed) else alert_lines(alerts),
        banners=() if isinstance(standings, Failed) else banners(standings),
        head=head if isinstance(head, int) else None,
        badges={} if isinstance(troubled, Failed) else badges(troubled),
    )


def badges(troubled: int) -> Mapping[str, Badge]:
    """Return the badges of the menu: only what somebody can act on has one. Source: UI 1 (Sidebar)."""
    words = f"{count(troubled, 'worker')} set aside or lost"
    return {"fleet": Badge(troubled, words)} if troubled else {}


async def _head(app: App) -> int:
    return await app.feed().head()


async def _clock(app: App) -> ClockView:
    clock = await app.book_clock()
    return ClockView(clock.name, clock.mode, clock.as_of.isoformat() if clock.as_of else None)
