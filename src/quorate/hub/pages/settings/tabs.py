"""The tabs of the settings page: what each reads, and how the page is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from litestar.response import Template

from quorate.hub.pages.notices import Notice
from quorate.hub.pages.reading import Failed, read
from quorate.hub.pages.shell import HubRequest, app_of, page
from quorate.llm.model_listing import ModelLine, Reach
from quorate.llm.preset import ABOUT, TITLES

SETTINGS: Final = "/admin/settings"
SECTION: Final = "settings"
TITLE: Final = "Settings"

PROVIDERS: Final = "providers"
PRESETS: Final = "presets"
MODELS: Final = "models"
TABS: Final = ((PROVIDERS, "Providers"), (PRESETS, "Router presets"), (MODELS, "Models"))

REACHES: Final[Mapping[Reach, tuple[str, str]]] = {
    Reach.REACHABLE: ("can be asked", "gain"),
    Reach.NO_PROVIDER: ("no key", ""),
    Reach.OTHER_PRESET: ("left out by the preset", "warn"),
    Reach.LEFT_ALONE: ("left alone", "loss"),
}
"""Word and tone of whether a model can be asked."""


def tab_of(request: HubRequest) -> str:
    """Return the tab that the address asks for, the first one unless it names another."""
    asked = request.query_params.get("tab", "")
    return asked if asked in {PRESETS, MODELS} else PROVIDERS


async def settings_page(
    request: HubRequest,
    tab: str,
    *,
    status: int = 200,
    notices: Sequence[Notice] = (),
    planned: object = None,
    tested: object = None,
) -> Template:
    """Return the settings page with one tab open; a test is `planned`, its cost stated, or it was `tested`."""
    desk, tier = app_of(request).models, _asked_tier(request)
    on = {name: name == tab for name in (PROVIDERS, PRESETS, MODELS)}
    lines = await read(desk.providers.models(), "The models") if on[MODELS] else ()
    return await page(
        request,
        "settings/index.html",
        title=TITLE,
        section=SECTION,
        status=status,
        notices=notices,
        tab=tab,
        tabs=[(name, label, f"{SETTINGS}?tab={name}") for name, label in TABS],
        planned=planned,
        tested=tested,
        providers=await read(desk.providers.listed(), "The providers") if on[PROVIDERS] else (),
        presets=await read(desk.presets.listed(), "The presets") if on[PRESETS] else (),
        thresholds=await read(desk.presets.thresholds(), "The thresholds") if on[PRESETS] else None,
        preset_titles=TITLES,
        preset_about=ABOUT,
        models=lines,
        views=_views(() if isinstance(lines, Failed) else lines, tier),
        tier=tier,
        reaches=REACHES,
    )


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
