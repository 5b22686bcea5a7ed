"""Screen options: which columns of a list are shown and how many rows, kept in its address and nowhere else.

A column is hidden by its place in the table, so a table needs nothing but its list of columns. Source: UI 0.6, 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

COLUMNS: Final = "cols"
PER_PAGE: Final = "per"
ALWAYS: Final = "row"
"""What stands among the columns of an address that shows none of those that can be hidden."""

SIZES: Final = (25, 50, 100)
USUAL: Final = 50
WHOLE: Final[tuple[int, ...]] = ()
"""The sizes of a list whose rows all stand on one page."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that can be hidden; `place` counts the table's columns from 1."""

    name: str
    label: str
    place: int


@dataclass(frozen=True, slots=True)
class Screen:
    """How a list is shown; `sizes` are the numbers of rows that can be chosen, `usual` the one that goes unsaid.

    `param` says its columns in the address, where one address says those of several tables.
    """

    columns: tuple[Column, ...] = ()
    hidden: frozenset[str] = frozenset()
    per_page: int = USUAL
    sizes: tuple[int, ...] = SIZES
    usual: int = USUAL
    param: str = COLUMNS

    @property
    def classes(self) -> str:
        """Return what the table carries so that its hidden columns are not seen."""
        places = (column.place for column in self.columns if column.name in self.hidden)
        return " ".join(f"hub-hide-{place}" for place in places)

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """Return what an address says of it, nothing of what is usual."""
        shown = [column.name for column in self.columns if column.name not in self.hidden]
        said = [(self.param, name) for name in (ALWAYS, *shown)] if self.hidden else []
        sized = bool(self.sizes) and self.per_page != self.usual
        return [*said, (PER_PAGE, str(self.per_page))] if sized else said

    def at(self, path: str, *others: tuple[str, str | None]) -> str:
        """Return the address of a list that is shown so, with what `others` say where it is not empty."""
        pairs = [*((name, value) for name, value in others if value), *self.pairs]
        return f"{path}?{urlencode(pairs)}" if pairs else path


def read_screen(params: Mapping[str, Sequence[str]], plain: Screen) -> Screen:
    """Return what the parameters ask for; what cannot be understood is as in `plain`, the list as it comes."""
    asked = set(params.get(plain.param, ()))
    size = next(iter(params.get(PER_PAGE, ())), "")
    hidden = {column.name for column in plain.columns} - asked if asked else set[str]()
    per_page = next((each for each in plain.sizes if str(each) == size), plain.per_page)
    return replace(plain, hidden=frozenset(hidden), per_page=per_page)


def chosen_screen(params: Mapping[str, Sequence[str]], plain: Screen) -> Screen | None:
    """Return what the parameters ask for, None where that is the list as it comes."""
    screen = read_screen(params, plain)
    return None if screen == plain else screen
