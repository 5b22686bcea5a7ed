"""The page's address: which workers are shown, and the arms of which type of task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from quorate.arbiter.routing import ANALYSIS
from quorate.fleet.capability import TASK_CAPABILITIES

LIST: Final = "/admin/fleet"
SECTION: Final = "fleet"


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

    @property
    def href(self) -> str:
        """Return the address, without what is usual anyway."""
        said = {
            "view": "" if self.view is View.ALL else self.view.value,
            "type": "" if self.type == ANALYSIS else self.type,
        }
        pairs = {name: value for name, value in said.items() if value}
        return f"{LIST}?{urlencode(pairs)}" if pairs else LIST

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
    )
