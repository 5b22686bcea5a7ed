"""`/admin/alerts`: what was raised and who has seen to it; the bell of every page shows those that are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qs, urlsplit

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from quorate.access import Scope
from quorate.cycle.watch import Severity
from quorate.hub.pages.alert_lines import ALERTS, alert_lines
from quorate.hub.pages.chosen import act_on, told
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.screen import Column, Screen, read_screen
from quorate.hub.pages.shell import IN_BELL, HubRequest, app_of, bare_shell, page, wants_part
from quorate.hub.security.principal import principal_of, require

SECTION: Final = "dashboard"
SCREEN: Final = Screen(
    (
        Column("severity", "Severity", 3),
        Column("book", "Book", 4),
        Column("webhook", "Webhook", 5),
        Column("raised", "Raised", 6),
    ),
    per_page=100,
    usual=100,
)
"""What can be hidden, and how many of the newest the page lists. Ours: older ones are in the journal."""

VIEWS: Final[Mapping[str, tuple[Severity, ...]]] = {
    "wanting": (Severity.WARNING, Severity.ERROR),
    "errors": (Severity.ERROR,),
    "warnings": (Severity.WARNING,),
    "informing": (Severity.INFO,),
    "all": tuple(Severity),
}
"""The lists of the page, the one that is shown first at the top: what only informs hides what wants somebody."""


def view_in(text: str) -> str:
    """Return the list that an address asks for, the first one where it asks for none that there is."""
    return text if text in VIEWS else next(iter(VIEWS))


def address_of(view: str, screen: Screen = SCREEN) -> str:
    """Return the address of a list."""
    return screen.at(ALERTS, ("severity", "" if view == next(iter(VIEWS)) else view))


@get(ALERTS, guards=[require(Scope.READ)])
async def alerts(request: HubRequest) -> Template:
    """Show the newest alerts of every book; what only informs is left out unless the address asks for it."""
    screen = read_screen(request.query_params.dict(), SCREEN)
    return await _shown(request, view_in(request.query_params.get("severity", "")), screen=screen)


@post(f"{ALERTS}/acknowledge", guards=[require(Scope.SAFETY)], status_code=200)
async def acknowledge_chosen(request: HubRequest) -> Template:
    """Take note that the person at the page has seen to the chosen alerts."""
    form, desk, by = await request.form(), app_of(request).alerts, principal_of(request).name

    async def seen_to(alert_id: str) -> bool:
        return (await desk.acknowledge(alert_id, by)).applied

    outcome = await act_on([str(each) for each in form.getall("alert", [])], seen_to)
    notices = told(outcome, "alert", "acknowledged")
    screen = read_screen(parse_qs(urlsplit(str(form.get("back", ""))).query), SCREEN)
    chosen = view_in(str(form.get("severity", "")))
    return await _shown(request, chosen, notices, screen=screen)


async def _shown(
    request: HubRequest, chosen: str, notices: Sequence[Notice] = (), *, screen: Screen
) -> Template:
    desk = app_of(request).alerts
    found = await read(desk.newest(screen.per_page, severities=VIEWS[chosen]), "The alerts")
    counts = await desk.counts()
    return await page(
        request,
        "alerts/index.html",
        part="alerts/_list.html",
        title="Alerts",
        section=SECTION,
        notices=notices,
        chosen=chosen,
        listed=found,
        lines=() if isinstance(found, Failed) else alert_lines(found),
        screen=screen,
        path=ALERTS,
        list_href=address_of(chosen, screen),
        views=[
            (
                view.capitalize(),
                sum(counts[each] for each in kept),
                address_of(view, screen),
                view == chosen,
            )
            for view, kept in VIEWS.items()
        ],
        hidden=sum(counts.values()) - sum(counts[each] for each in VIEWS[chosen]),
        everything=address_of("all", screen),
    )


@get(f"{ALERTS}/bell", guards=[require(Scope.READ)])
async def bell(request: HubRequest) -> Template:
    """Return what the bell shows of the database: the open alerts."""
    found = await read(app_of(request).alerts.newest(IN_BELL, only_open=True), "The alerts")
    shell = bare_shell(request, title="", section="")
    lines = found if isinstance(found, Failed) else alert_lines(found)
    return Template("parts/_bell.html", context={"shell": shell, "lines": lines})


@post(f"{ALERTS}/{{alert_id:str}}/acknowledge", guards=[require(Scope.SAFETY)], status_code=200)
async def acknowledge(
    request: HubRequest, alert_id: FromPath[str]
) -> Template | Response[None] | Redirect:
    """Take note that the person at the page has seen to an alert."""
    change = await app_of(request).alerts.acknowledge(alert_id, principal_of(request).name)
    if not wants_part(request):
        return Redirect(ALERTS, status_code=303)
    shell = bare_shell(request, title="", section="")
    (line,) = alert_lines([change.raised])
    return Template("alerts/_item.html", context={"shell": shell, "line": line})
