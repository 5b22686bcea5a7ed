"""The pages: one module each, server-rendered; each reads the stream's start before it reads anything else."""

from typing import Final

from litestar import Router

from quorate.hub.pages.alerts import acknowledge, acknowledge_chosen, alerts, bell
from quorate.hub.pages.audit import HANDLERS as AUDIT
from quorate.hub.pages.bar import bar
from quorate.hub.pages.competitions import HANDLERS as COMPETITIONS
from quorate.hub.pages.cost import HANDLERS as COST
from quorate.hub.pages.cycles import HANDLERS as CYCLES
from quorate.hub.pages.dashboard import dashboard
from quorate.hub.pages.debates import HANDLERS as DEBATES
from quorate.hub.pages.fleet import HANDLERS as FLEET
from quorate.hub.pages.leaderboard import HANDLERS as LEADERBOARD
from quorate.hub.pages.orders import HANDLERS as ORDERS
from quorate.hub.pages.overview import overview
from quorate.hub.pages.profile_editing import (
    archive_profile,
    create_profile,
    edit_profile,
    new_profile,
    profile_page,
    profile_prompt,
)
from quorate.hub.pages.profiles import (
    disable_profile,
    enable_profile,
    profiles,
    switch_profiles,
)
from quorate.hub.pages.prompts import add_prompt, prompts
from quorate.hub.pages.results_feed import results_feed, results_rail
from quorate.hub.pages.runs import HANDLERS as RUNS
from quorate.hub.pages.safety import HANDLERS as SAFETY
from quorate.hub.pages.search import search
from quorate.hub.pages.settings import HANDLERS as SETTINGS
from quorate.hub.pages.shell import remember_head
from quorate.hub.pages.strategies import HANDLERS as STRATEGIES
from quorate.hub.pages.tasks import HANDLERS as TASKS
from quorate.hub.pages.tools import tool, tools, try_tool

HANDLERS: Final = (
    acknowledge,
    acknowledge_chosen,
    add_prompt,
    alerts,
    archive_profile,
    bar,
    bell,
    create_profile,
    dashboard,
    disable_profile,
    edit_profile,
    enable_profile,
    new_profile,
    overview,
    profile_page,
    profile_prompt,
    profiles,
    prompts,
    results_feed,
    results_rail,
    search,
    switch_profiles,
    tool,
    tools,
    try_tool,
    *AUDIT,
    *COST,
    *DEBATES,
    *FLEET,
    *LEADERBOARD,
    *COMPETITIONS,
    *ORDERS,
    *CYCLES,
    *RUNS,
    *SAFETY,
    *SETTINGS,
    *STRATEGIES,
    *TASKS,
)

PAGES: Final = (Router(path="/", route_handlers=HANDLERS, before_request=remember_head),)

__all__ = ["HANDLERS", "PAGES"]
