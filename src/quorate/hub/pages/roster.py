"""The roster: profiles by seat, state and role, as the address of the list asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from quorate.agents.profile import ADVOCATES, AgentProfile, Role
from quorate.hub.pages.screen import WHOLE, Column, Screen, read_screen

LIST: Final = "/admin/arena/profiles"


SCREEN: Final = Screen(
    (
        Column("model", "Model", 4),
        Column("tier", "Tier", 5),
        Column("seat", "Seat", 6),
        Column("spent", "Spent today", 7),
        Column("calls", "Calls today", 8),
        Column("failed", "Last failed call", 9),
        Column("more", "More", 10),
    ),
    sizes=WHOLE,
)
"""What can be hidden; the choice, the switch and the profile stay."""


class Seat(StrEnum):
    """What an agent's answer is good for."""

    VOTER = "voter"
    SIZES_ONLY = "sizes only"
    ADVOCATE = "advocate"
    PANEL = "panel"


class RosterView(StrEnum):
    """The views of the list, each with a count."""

    ALL = "all"
    ENABLED = "enabled"
    DISABLED = "disabled"
    VOTERS = "voters"
    ADVOCATES = "advocates"
    PANEL = "panel"
    ARCHIVED = "archived"


def seat_of(profile: AgentProfile) -> Seat:
    """Return the seat that a profile has in a run."""
    if profile.role in ADVOCATES:
        return Seat.ADVOCATE
    if profile.role is Role.JUDGE:
        return Seat.PANEL
    return Seat.VOTER if profile.voter else Seat.SIZES_ONLY


_HOLDS: Final[Mapping[RosterView, Callable[[AgentProfile], bool]]] = {
    RosterView.ALL: lambda _profile: True,
    RosterView.ENABLED: lambda profile: profile.enabled,
    RosterView.DISABLED: lambda profile: not profile.enabled,
    RosterView.VOTERS: lambda profile: seat_of(profile) is Seat.VOTER,
    RosterView.ADVOCATES: lambda profile: seat_of(profile) is Seat.ADVOCATE,
    RosterView.PANEL: lambda profile: seat_of(profile) is Seat.PANEL,
}
"""What each view shows of the profiles that are not archived; those have a view of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterQuery:
    """What the address asks for."""

    view: RosterView = RosterView.ALL
    role: Role | None = None
    screen: Screen = SCREEN

    @property
    def href(self) -> str:
        """Return the address of this list."""
        return f"{LIST}{self.tail}"

    @property
    def tail(self) -> str:
        """Return what stands after the path of this list, and of the acts that lead back to it."""
        return self._tail(())

    def after(self, changed: Sequence[str]) -> str:
        """Return the address of this list once these profiles were changed."""
        return f"{LIST}{self._tail(changed)}"

    def _tail(self, changed: Sequence[str]) -> str:
        view = "" if self.view is RosterView.ALL else self.view.value
        pairs = [
            ("view", view),
            ("role", self.role or ""),
            *(("changed", name) for name in changed),
        ]
        return self.screen.at("", *pairs)

    def shows(self, view: RosterView) -> str:
        """Return the address of another view under the same filter."""
        return replace(self, view=view).href

    def holds(self, profile: AgentProfile) -> bool:
        """Return whether the list shows this profile."""
        return in_view(profile, self.view) and self.role in {None, profile.role}


def read_query(
    params: Mapping[str, str], every: Mapping[str, Sequence[str]] | None = None
) -> RosterQuery:
    """Return what the parameters ask for, with `every` value where columns are said; what no list has goes unheard."""
    view, role = params.get("view", ""), params.get("role", "")
    return RosterQuery(
        view=RosterView(view) if view in set(RosterView) else RosterView.ALL,
        role=Role(role) if role in set(Role) else None,
        screen=read_screen(every or {}, SCREEN),
    )


def in_view(profile: AgentProfile, view: RosterView) -> bool:
    """Return whether a view holds this profile."""
    if profile.archived or view is RosterView.ARCHIVED:
        return profile.archived and view is RosterView.ARCHIVED
    return _HOLDS[view](profile)


def views_of(
    profiles: Sequence[AgentProfile], query: RosterQuery
) -> tuple[tuple[str, int, str, bool], ...]:
    """Return each view: its name, how many it holds under the filter, its address, whether it is shown."""
    return tuple(
        (
            view.value.capitalize(),
            sum(replace(query, view=view).holds(profile) for profile in profiles),
            query.shows(view),
            view is query.view,
        )
        for view in RosterView
    )
