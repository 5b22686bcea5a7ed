"""The menu: the modules of the hub with their pages, in the order in which they stand at the left.

A page is one route, one tab or one part of a route; the palette and the keys find the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

TAB: Final = ":"
"""What stands between a handler's section and the tab of it that a page of the menu is."""


@dataclass(frozen=True, slots=True)
class NavPage:
    """A page of a module: `section` as its handler says it, or `section:tab` where a handler shows several.

    `key` is what leads there after `g`.
    """

    section: str
    label: str
    href: str
    icon: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """A line of the menu with its pages; `begins` a group, `stays_open` shows its pages wherever one is."""

    section: str
    label: str
    href: str
    icon: str
    pages: tuple[NavPage, ...] = ()
    key: str = ""
    begins: bool = False
    stays_open: bool = False

    def holds(self, section: str) -> bool:
        """Return whether `section` is this module or one of its pages."""
        return section == self.section or any(
            page.section.partition(TAB)[0] == section for page in self.pages
        )

    def is_open(self, section: str) -> bool:
        """Return whether the menu shows the module's pages while `section` is shown."""
        return self.stays_open or self.holds(section)

    def current(self, section: str, tab: str) -> NavPage | None:
        """Return the page that is shown, the first tab of a handler where the address names none of them."""
        exact = {page.section: page for page in self.pages}
        first = (page for page in self.pages if page.section.partition(TAB)[0] == section)
        return exact.get(f"{section}{TAB}{tab}") or exact.get(section) or next(first, None)


def keys_of(modules: Sequence[Module]) -> Sequence[tuple[str, str]]:
    """Return each key with the name of the place that it leads to after `g`."""
    found = [
        pair
        for module in modules
        for pair in ((module.key, module.label), *((page.key, page.label) for page in module.pages))
    ]
    return [(key, label) for key, label in found if key]


NAV: Final = (
    Module("dashboard", "Dashboard", "/admin", icon="layout-dashboard", key="d"),
    Module(
        "arena",
        "Arena",
        "/admin/arena",
        icon="swords",
        pages=(
            NavPage("overview", "Overview", "/admin/arena", icon="gauge", key="a"),
            NavPage("runs", "Runs", "/admin/arena/runs", icon="list-details", key="r"),
            NavPage("cycles", "Cycles", "/admin/cycles", icon="rotate-clockwise", key="y"),
            NavPage(
                "leaderboard",
                "Leaderboard",
                "/admin/arena/leaderboard",
                icon="chart-bar",
                key="l",
            ),
            NavPage("profiles", "Profiles", "/admin/arena/profiles", icon="users", key="p"),
        ),
        stays_open=True,
    ),
    Module("debates", "Debates", "/admin/debates", icon="messages", key="b"),
    Module("competitions", "Competitions", "/admin/competitions", icon="trophy", key="c"),
    Module("strategies", "Strategies", "/admin/strategies", icon="route", key="s", begins=True),
    Module(
        "orders",
        "Orders",
        "/admin/orders",
        icon="list-check",
        pages=(
            NavPage("orders:orders", "Orders", "/admin/orders", icon="list-check", key="o"),
            NavPage("orders:positions", "Positions", "/admin/orders?tab=positions", icon="coin"),
            NavPage("orders:outcomes", "Outcomes", "/admin/orders?tab=outcomes", icon="chart-bar"),
            NavPage("orders:refused", "Refused by risk", "/admin/orders?tab=refused", icon="x"),
        ),
    ),
    Module("results", "Results feed", "/admin/results", icon="activity", key="e"),
    Module("fleet", "Agents & fleet", "/admin/fleet", icon="robot", key="f", begins=True),
    Module("tools", "Tools", "/admin/tools", icon="tool"),
    Module("tasks", "Tasks", "/admin/tasks", icon="git-branch", key="t"),
    Module("safety", "Safety", "/admin/safety", icon="shield-check", key="h", begins=True),
    Module(
        "cost",
        "Cost",
        "/admin/cost",
        icon="coin",
        pages=(
            NavPage("cost:spend", "Spend", "/admin/cost", icon="coin", key="m"),
            NavPage("cost:calls", "Calls", "/admin/cost?tab=calls", icon="list-details"),
            NavPage("cost:budgets", "Budgets", "/admin/cost?tab=budgets", icon="gauge"),
            NavPage("cost:prices", "Prices", "/admin/cost?tab=prices", icon="coin"),
        ),
    ),
    Module(
        "audit",
        "Audit",
        "/admin/audit",
        icon="gavel",
        pages=(
            NavPage("audit:events", "Events", "/admin/audit", icon="list-details", key="u"),
            NavPage("audit:traces", "Traces", "/admin/audit?tab=traces", icon="route"),
            NavPage("audit:verdicts", "Verdicts", "/admin/audit?tab=verdicts", icon="gavel"),
            NavPage("audit:waivers", "Waivers", "/admin/audit?tab=waivers", icon="lock"),
        ),
    ),
    Module(
        "settings",
        "Settings",
        "/admin/settings",
        icon="settings",
        pages=(
            NavPage("settings:general", "General", "/admin/settings", icon="settings", key=","),
            NavPage("settings:providers", "Providers", "/admin/settings?tab=providers", icon="key"),
            NavPage("settings:broker", "Broker", "/admin/settings?tab=broker", icon="scale"),
            NavPage(
                "settings:tokens", "Users & tokens", "/admin/settings?tab=tokens", icon="users"
            ),
            NavPage(
                "settings:health", "System health", "/admin/settings?tab=health", icon="activity"
            ),
            NavPage(
                "settings:presets", "Router presets", "/admin/settings?tab=presets", icon="route"
            ),
            NavPage("settings:models", "Models", "/admin/settings?tab=models", icon="robot"),
        ),
    ),
)
"""The menu: only what exists stands here. Source: UI 1."""

ACTS: Final = (
    ("Run arena", "/admin/arena/runs/new"),
    ("Halt trading", "/admin/safety/halt"),
    ("Resume trading", "/admin/safety/resume"),
    ("Walk one cycle", "/admin/cycles"),
    ("Compare two runs", "/admin/arena/runs/compare"),
    ("Add a profile", "/admin/arena/profiles/new"),
    ("Start a competition", "/admin/competitions/new"),
    ("Ask for a waiver", "/admin/audit/waivers/new"),
    ("Set a budget", "/admin/cost?tab=budgets"),
    ("Make a token", "/admin/settings?tab=tokens#new-token-title"),
    ("See to alerts", "/admin/alerts"),
    ("Run all checks", "/admin/settings?tab=health&checks=all"),
)
"""What the palette offers to do: each leads to a form or a page that asks before it acts, none acts by itself."""
