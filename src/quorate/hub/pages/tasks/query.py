"""The page's address: which view of the tasks, and what narrows its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from quorate.arbiter.record import TaskFilter
from quorate.arbiter.task import TaskState, TaskType
from quorate.hub.pages.addresses import word_in
from quorate.hub.pages.screen import Column, Screen, read_screen
from quorate.kernel.ids import BookName, is_name

LIST: Final = "/admin/tasks"
SECTION: Final = "tasks"
COLUMNS: Final = (
    Column("about", "About", 3),
    Column("since", "For", 5),
    Column("worker", "Worker", 6),
    Column("attempt", "Attempt", 7),
    Column("failed", "Failed by", 8),
)
"""What can be hidden; the choice, the task and its state stay."""

SCREEN: Final = Screen(COLUMNS)

LONGEST_WORKER: Final = 100
"""Of a worker's name in an address, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksQuery:
    """What an address asks for."""

    type: TaskType | None = None
    state: TaskState | None = None
    worker: str = ""
    book: str = ""
    stuck: bool = False
    cursor: str = ""
    screen: Screen = SCREEN

    @property
    def href(self) -> str:
        """Return the address, without what is usual anyway."""
        said = {
            "type": self.type.value if self.type else "",
            "state": self.state.value if self.state else "",
            "worker": self.worker,
            "book": self.book,
            "stuck": "yes" if self.stuck else "",
            "after": self.cursor,
        }
        pairs = [(name, value) for name, value in said.items() if value] + [*self.screen.pairs]
        return f"{LIST}?{urlencode(pairs)}" if pairs else LIST

    @property
    def export(self) -> str:
        """Return the address of the whole list as a file."""
        whole = replace(self, cursor="", screen=SCREEN)
        return whole.href.replace(LIST, f"{LIST}/export", 1)

    @property
    def cleared(self) -> str:
        """Return the address without anything that narrows the list."""
        return TasksQuery(screen=self.screen).href

    @property
    def is_filtered(self) -> bool:
        """Return whether anything narrows the list."""
        return bool(self.type or self.state or self.worker or self.book or self.stuck)

    @property
    def wanted(self) -> TaskFilter:
        """Return what the list is asked for."""
        return TaskFilter(
            type=self.type,
            state=self.state,
            worker=self.worker or None,
            book=BookName(self.book) if self.book else None,
            stuck=self.stuck,
        )

    def shows(self, *, state: TaskState | None = None, stuck: bool = False) -> str:
        """Return the address of another view under the same filters."""
        return replace(self, state=state, stuck=stuck, cursor="").href

    def at(self, cursor: str) -> str:
        """Return the address of another page; an empty cursor is the first one."""
        return replace(self, cursor=cursor).href


def read_query(params: Mapping[str, Sequence[str]]) -> TasksQuery:
    """Return what the parameters ask for; what cannot be understood asks for nothing."""

    def said(name: str) -> str:
        return next(iter(params.get(name, ())), "").strip()

    book = said("book")
    return TasksQuery(
        type=word_in(said("type"), TaskType),
        state=word_in(said("state"), TaskState),
        worker=said("worker")[:LONGEST_WORKER],
        book=book if is_name(book) else "",
        stuck=said("stuck") == "yes",
        cursor=said("after"),
        screen=read_screen(params, SCREEN),
    )
