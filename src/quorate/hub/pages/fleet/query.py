"""The page's address: which workers are shown, and the arms of which type of task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from quorate.arbiter.routing import ANALYSIS
from quorate.fleet.capability import TASK_CAPABILITIES
from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen

LIST: Final = "/admin/fleet"
SECTION: Final = "fleet"


WORKERS: Final = Screen(
    (
        Column("beat", "Heartbeat", 3),
        Column("capabilities", "Capabilities", 4),
        Column("task", "Task and lease", 5),
        Column("failed", "Failed tasks", 6),
    ),
    sizes=WHOLE,
    param="workers",
)
REGISTRY: Final = Screen(
    (
        Column("model", "Model", 2),
        Column("load", "Load", 4),
        Column("views", "Views", 5),
        Column("answered", "Answered", 6),
        Column("quality", "Quality", 7),
    ),
    sizes=WHOLE,
    param="agents",
)
"""What can be hidden of the two lists; who it is, how it stands and the act stay."""


class View(StrEnum):
    """Which workers are shown. Source: UI 1 (fleet)."""

    ALL = "all"
    BUSY = "busy"
    IDLE = "idle"
    DRAINING = "draining"
    QUARANTINED = "quarantined"
    GONE = "gone"
    """Lost or left: no node has a connection to it."""

    def holds(self, state: str) -> bool:
        """Return whether a worker in this state is shown."""
        match self:
            case View.ALL:
                return True
            case View.IDLE:
                return state in {"idle", "registered"}
            case View.GONE:
                return state in {"lost", "left"}
            case _:
                return state == self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetQuery:
    """What an address asks for."""

    view: View = View.ALL
    type: str = ANALYSIS
    workers: Screen = WORKERS
    registry: Screen = REGISTRY

    @property
    def href(self) -> str:
        """Return the address, without what is usual anyway."""
        return self.registry.at(LIST, *self.asked, *self.workers.pairs)

    @property
    def asked(self) -> Sequence[tuple[str, str]]:
        """Return what the address says besides the columns; empty is what is usual."""
        view = "" if self.view is View.ALL else self.view.value
        return [("view", view), ("type", "" if self.type == ANALYSIS else self.type)]

    def beside(self, screen: Screen) -> Sequence[tuple[str, str]]:
        """Return what the form of one list's columns keeps: all but what it says itself."""
        other = self.registry if screen is self.workers else self.workers
        return [*self.asked, *other.pairs]

    @property
    def columns(self) -> Sequence[tuple[str, str]]:
        """Return what the form of the router's arms keeps."""
        return [*self.workers.pairs, *self.registry.pairs]

    @property
    def cleared(self) -> str:
        """Return the address of all workers."""
        return self.shows(View.ALL)

    def shows(self, view: View) -> str:
        """Return the address of another view."""
        return replace(self, view=view).href


def read_query(params: Mapping[str, Sequence[str]]) -> FleetQuery:
    """Return what the parameters ask for; what cannot be understood asks for nothing."""

    def said(name: str) -> str:
        return next(iter(params.get(name, ())), "").strip()

    view, kind = said("view"), said("type")
    return FleetQuery(
        view=View(view) if view in {*View} else View.ALL,
        type=kind if kind in TASK_CAPABILITIES else ANALYSIS,
        workers=read_screen(params, WORKERS),
        registry=read_screen(params, REGISTRY),
    )
