"""The page's address: which tab, and what narrows its list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from quorate.arbiter.constitution.listing import VerdictFilter, VerdictKind
from quorate.arbiter.task import TaskType
from quorate.audit.listing import EventFilter
from quorate.hub.pages.screen import WHOLE, Column, Screen, chosen_screen

LIST: Final = "/admin/audit"
SECTION: Final = "audit"

_TRACE: Final = re.compile(r"[0-9a-f]{32}")
_PLACE: Final = re.compile(r"[0-9A-Za-z_.:*-]{1,120}")


class Tab(StrEnum):
    """The parts of the page. Source: UI 1 (Traces, Verdicts, Waivers, Events)."""

    EVENTS = "events"
    TRACES = "traces"
    VERDICTS = "verdicts"
    WAIVERS = "waivers"


SCREENS: Final[Mapping[Tab, Screen]] = {
    Tab.EVENTS: Screen(
        (
            Column("time", "Time, UTC", 2),
            Column("stream", "Stream", 4),
            Column("said", "What happened", 5),
            Column("hash", "Hash, chained", 6),
        )
    ),
    Tab.TRACES: Screen(
        (
            Column("about", "About", 3),
            Column("state", "State", 4),
            Column("received", "Received", 5),
        )
    ),
    Tab.VERDICTS: Screen(
        (
            Column("book", "Book", 4),
            Column("issued", "Issued", 5),
            Column("row", "Row", 6),
        )
    ),
    Tab.WAIVERS: Screen(
        (
            Column("gates", "Gates", 2),
            Column("raises", "Raises", 3),
            Column("approved", "Approved", 4),
            Column("ends", "Ends", 6),
        ),
        sizes=WHOLE,
    ),
}
"""Of each list what can be hidden; what a row is and what was found stay."""


class Outcome(StrEnum):
    """Which verdicts are shown."""

    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """What an address asks for; `stream` and `type` may end in `*`."""

    tab: Tab = Tab.EVENTS
    stream: str = ""
    type: str = ""
    trace: str = ""
    kind: VerdictKind | None = None
    task_type: TaskType | None = None
    outcome: Outcome | None = None
    cursor: str = ""
    shown_as: Screen | None = None

    @property
    def screen(self) -> Screen:
        """Return how the list is shown."""
        return self.shown_as or SCREENS[self.tab]

    @property
    def href(self) -> str:
        """Return the address, without what is usual anyway."""
        said = {
            "tab": "" if self.tab is Tab.EVENTS else self.tab.value,
            "stream": self.stream,
            "type": self.type,
            "trace": self.trace,
            "kind": self.kind or "",
            "taskType": self.task_type or "",
            "outcome": self.outcome or "",
            "after": self.cursor,
        }
        return self.screen.at(LIST, *((name, str(value)) for name, value in said.items()))

    @property
    def is_filtered(self) -> bool:
        """Return whether anything narrows the list."""
        of_rows = self.stream or self.type or self.trace
        return bool(of_rows or self.kind or self.task_type or self.outcome)

    @property
    def cleared(self) -> str:
        """Return the address of the tab without filters."""
        return AuditQuery(tab=self.tab, shown_as=self.shown_as).href

    @property
    def export(self) -> str:
        """Return the address of the rows as a file."""
        rows = replace(self, tab=Tab.EVENTS, cursor="", shown_as=None)
        asked = rows.href.removeprefix(LIST)
        return f"{LIST}/export{asked}"

    @property
    def events(self) -> EventFilter:
        """Return what the list of rows is asked for."""
        return EventFilter(
            stream=self.stream or None, type=self.type or None, trace_id=self.trace or None
        )

    @property
    def verdicts(self) -> VerdictFilter:
        """Return what the list of verdicts is asked for."""
        return VerdictFilter(
            kind=self.kind,
            passed=None if self.outcome is None else self.outcome is Outcome.PASSED,
            task_type=None if self.task_type is None else self.task_type.value,
        )

    def at(self, cursor: str) -> str:
        """Return the address of another page; an empty cursor is the first one."""
        return replace(self, cursor=cursor).href

    def shows(self, outcome: Outcome | None) -> str:
        """Return the address of the verdicts that ended so, under the same filters."""
        return replace(self, outcome=outcome, cursor="").href


def read_query(params: Mapping[str, Sequence[str]]) -> AuditQuery:
    """Return what the parameters ask for; what cannot be understood asks for nothing."""

    def said(name: str) -> str:
        return next(iter(params.get(name, ())), "").strip()

    tab, kind, task_type, outcome = map(said, ("tab", "kind", "taskType", "outcome"))
    trace, shown = said("trace").lower(), Tab(tab) if tab in {*Tab} else Tab.EVENTS
    return AuditQuery(
        tab=shown,
        stream=_place(said("stream")),
        type=_place(said("type")),
        trace=trace if is_trace(trace) else "",
        kind=VerdictKind(kind) if kind in {*VerdictKind} else None,
        task_type=TaskType(task_type) if task_type in {*TaskType} else None,
        outcome=Outcome(outcome) if outcome in {*Outcome} else None,
        cursor=said("after"),
        shown_as=chosen_screen(params, SCREENS[shown]),
    )


def is_trace(text: str) -> bool:
    """Return whether `text` can be a trace id."""
    return _TRACE.fullmatch(text) is not None


def _place(text: str) -> str:
    return text if _PLACE.fullmatch(text) else ""
