"""Screen options: which columns of a list are shown and how many rows, kept in its address and nowhere else.

A column is hidden by its place in the table, so a table needs nothing but its list of columns. Source: UI 0.6, 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

COLUMNS: Final = "cols"
PER_PAGE: Final = "per"
ALWAYS: Final = "row"
"""What stands among the columns of an address that shows none of those that can be hidden."""

SIZES: Final = (25, 50, 100)
USUAL: Final = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be hidden; `place` counts the table's columns from 1."""

    name: str
    label: str
    place: int


@dataclass(frozen=True, slots=True)
class Screen:
    """How a list is shown."""

    columns: tuple[Column, ...] = ()
    hidden: frozenset[str] = frozenset()
    per_page: int = USUAL

    @property
    def classes(self) -> str:
        """Return what the table carries so that its hidden columns are not seen."""
        places = (column.place for column in self.columns if column.name in self.hidden)
        return " ".join(f"hub-hide-{place}" for place in places)

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """Return what an address says of it, nothing of what is usual."""
        shown = [column.name for column in self.columns if column.name not in self.hidden]
        said = [(COLUMNS, name) for name in (ALWAYS, *shown)] if self.hidden else []
        return [*said, (PER_PAGE, str(self.per_page))] if self.per_page != USUAL else said


def read_screen(params: Mapping[str, Sequence[str]], columns: tuple[Column, ...]) -> Screen:
    """Return what the parameters ask for; what cannot be understood is as usual."""
    asked = set(params.get(COLUMNS, ()))
    size = next(iter(params.get(PER_PAGE, ())), "")
    hidden = {column.name for column in columns} - asked if asked else set[str]()
    per_page = next((each for each in SIZES if str(each) == size), USUAL)
    return Screen(columns, frozenset(hidden), per_page)
