"""The tabs of the settings page: what each reads, and how the page is answered."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from litestar.response import Template

from quorate import __version__
from quorate.access import Scope
from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.hub.parts import parts_of
from quorate.hub.security.principal import principal_of
from quorate.hub.signed_in import signed_in
from quorate.llm.model_listing import ModelLine, Reach
from quorate.llm.preset import ABOUT, TITLES

SETTINGS: Final = "/admin/settings"
SECTION: Final = "settings"
TITLE: Final = "Settings"

HELD_BACK: Final = 409
"""The status of a page whose act a rule held back."""

GENERAL: Final = "general"
PROVIDERS: Final = "providers"
BROKER: Final = "broker"
TOKENS: Final = "tokens"
HEALTH: Final = "health"
PRESETS: Final = "presets"
MODELS: Final = "models"
TABS: Final[Mapping[str, tuple[str, str]]] = {
    GENERAL: ("General", "How this browser shows the hub, and which settings are in force."),
    PROVIDERS: ("Providers", "Where models are asked, and with which key."),
    BROKER: ("Broker", "Who trades for this home. Paper accounts only."),
    TOKENS: ("Users and tokens", "Who may come in, and what programs may do."),
    HEALTH: ("System health", "What this home stands on, and whether each part works now."),
    PRESETS: ("Router presets", "Which tiers of models may be asked, by which thresholds."),
    MODELS: ("Models", "What can be asked, on which ladder, at what price."),
}
"""The tabs with what each answers, in the order of UI 1; presets and models follow."""

PYTHON: Final = ".".join(map(str, sys.version_info[:3]))

SCOPES: Final[Mapping[Scope, str]] = {
    Scope.READ: "see everything",
    Scope.RUN: "start runs",
    Scope.TRADE: "send and cancel orders",
    Scope.SAFETY: "halt trading",
    Scope.ADMIN: "change profiles, settings and tokens; resume",
    Scope.WORKER: "take tasks as a worker, nothing else",
}
"""What each scope allows, as the form says it."""

REACHES: Final[Mapping[Reach, tuple[str, str]]] = {
    Reach.REACHABLE: ("can be asked", "gain"),
    Reach.NO_PROVIDER: ("no key", ""),
    Reach.OTHER_PRESET: ("left out by the preset", "warn"),
    Reach.LEFT_ALONE: ("left alone", "loss"),
}
"""Word and tone of whether a model can be asked."""


def tab_of(request: HubRequest) -> str:
    """Return the tab that the address asks for; what tells of a provider's act belongs to the providers."""
    query = request.query_params
    if (asked := query.get("tab", "")) in TABS:
        return asked
    return PROVIDERS if {"test", "stored", "removed"} & set(query.keys()) else GENERAL


async def settings_page(  # noqa: PLR0913  (what may have happened just now)
    request: HubRequest,
    tab: str,
    *,
    status: int = 200,
    notices: Sequence[Notice] = (),
    planned: object = None,
    tested: object = None,
    made: object = None,
) -> Template:
    """Return the settings page with one tab open.

    A test is `planned`, its cost stated, or something was `tested`, or a token was `made`.
    """
    shown = await page(
        request,
        "settings/index.html",
        part=None,
        title=TABS[tab][0] if tab != GENERAL else TITLE,
        section=SECTION,
        status=status,
        notices=notices,
        tab=tab,
        about=TABS[tab][1],
        tabs=[(name, label, f"{SETTINGS}?tab={name}") for name, (label, _) in TABS.items()],
        planned=planned,
        tested=tested,
        made=made,
        **await _READS[tab](request),
    )
    if made is not None:
        shown.set_header("Cache-Control", "no-store")
    return shown


async def _general(request: HubRequest) -> dict[str, object]:
    return {
        "configuration": app_of(request).configuration(),
        "version": __version__,
        "python": PYTHON,
    }


async def _providers(request: HubRequest) -> dict[str, object]:
    return {
        "providers": await read(app_of(request).models.providers.listed(), "The providers"),
    }


async def _broker(request: HubRequest) -> dict[str, object]:
    return {"broker": await read(app_of(request).broker.shown(), "The broker")}


async def _tokens(request: HubRequest) -> dict[str, object]:
    app, principal = app_of(request), principal_of(request)
    may = Scope.ADMIN in principal.scopes
    listed = await read(app.tokens(), "The tokens") if may else ()
    browsers = await read(signed_in(parts_of(request)), "The browsers") if may else ()
    return {
        "may": may,
        "tokens": listed,
        "browsers": browsers,
        "own": principal.session_id,
        "now": app.clock.now(),
        "scopes": SCOPES,
    }


async def _health(request: HubRequest) -> dict[str, object]:
    app, every = app_of(request), request.query_params.get("checks") == "all"
    return {
        "components": await read(app.telemetry.components(), "The components"),
        "checks": await read(app.doctor() if every else app.setup_checks(), "The checks"),
        "every": every,
        "now": app.clock.now(),
        "head": await read(app.feed().head(), "The journal"),
        "version": __version__,
        "python": PYTHON,
    }


async def _presets(request: HubRequest) -> dict[str, object]:
    desk = app_of(request).models.presets
    return {
        "presets": await read(desk.listed(), "The presets"),
        "thresholds": await read(desk.thresholds(), "The thresholds"),
        "preset_titles": TITLES,
        "preset_about": ABOUT,
    }


async def _models(request: HubRequest) -> dict[str, object]:
    lines = await read(app_of(request).models.providers.models(), "The models")
    tier = _asked_tier(request)
    return {
        "models": lines,
        "views": _views(() if isinstance(lines, Failed) else lines, tier),
        "tier": tier,
        "reaches": REACHES,
    }


_READS: Final[Mapping[str, Callable[[HubRequest], Awaitable[dict[str, object]]]]] = {
    GENERAL: _general,
    PROVIDERS: _providers,
    BROKER: _broker,
    TOKENS: _tokens,
    HEALTH: _health,
    PRESETS: _presets,
    MODELS: _models,
}


def _asked_tier(request: HubRequest) -> str:
    asked = request.query_params.get("tier", "")
    return asked if asked in {"free", "cheap", "power"} else ""


def _views(lines: Sequence[ModelLine], tier: str) -> Sequence[tuple[str, int, str, bool]]:
    """Return the views of the table of models with their counts."""
    here = f"{SETTINGS}?tab={MODELS}"
    every = [("All", len(lines), here, not tier)]
    each = [
        (name, sum(line.tier == name for line in lines), f"{here}&tier={name}", tier == name)
        for name in ("free", "cheap", "power")
    ]
    return [*every, *each]
