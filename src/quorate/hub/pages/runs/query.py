"""The list's address: what stands after `?` says which runs are shown, how many, and in which columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from quorate.arena.record.listing import RunFilter, RunView
from quorate.arena.record.phrases import spaced
from quorate.arena.request import checked_symbols
from quorate.kernel.decision import TriggerName
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, Symbol

LIST: Final = "/admin/arena/runs"
PER_PAGE: Final = (25, 50, 100)

LONGEST_NUMBER: Final = 18
"""Digits; every number of so many fits the journal's 64 bits."""

T = TypeVar("T")


class Column(StrEnum):
    """The columns that may be hidden; the run itself always stands."""

    AS_OF = "as_of"
    DECISION = "decision"
    CONFIDENCE = "confidence"
    SUPPORTERS = "supporters"
    TRIGGERS = "triggers"
    COST = "cost"


ALWAYS: Final = "run"
"""Sent with the chosen columns, so that "none chosen" differs from "nothing said"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuery:
    """What the address asks for; `ignored` names what could not be understood and was left out."""

    wanted: RunFilter = field(default_factory=RunFilter)
    per_page: int = PER_PAGE[0]
    columns: tuple[Column, ...] = tuple(Column)
    cursor: str = ""
    ignored: tuple[str, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Return whether anything but the view narrows the list."""
        return replace(self.wanted, view=RunView.ALL) != RunFilter()

    @property
    def href(self) -> str:
        """Return the one address of this list, without what is usual anyway."""
        return _address(self.pairs)

    def shows(self, view: RunView) -> str:
        """Return the address of another view under the same filters, from its first page."""
        return replace(self, wanted=replace(self.wanted, view=view), cursor="").href

    def at(self, cursor: str) -> str:
        """Return the address of another page; an empty cursor is the first one."""
        return replace(self, cursor=cursor).href

    @property
    def cleared(self) -> str:
        """Return the address without filters, in the same columns."""
        return replace(self, wanted=RunFilter(), cursor="").href

    def news(self, known: int) -> str:
        """Return where to ask for what came since a page that knew of `known` runs."""
        first = replace(self, cursor="")
        return _address([*first.pairs, ("had", str(known))], f"{LIST}/news")

    @property
    def pairs(self) -> Sequence[tuple[str, str]]:
        """Return the parameters of the address, as few as say it."""
        wanted = self.wanted
        said = {
            "view": "" if wanted.view is RunView.ALL else wanted.view.value,
            "symbol": wanted.symbol or "",
            "trigger": wanted.trigger or "",
            "escalated": _yes_no(wanted.escalated),
            "profile": wanted.profile or "",
            "rounds": _yes_no(wanted.rounds),
            "from": wanted.as_of_from.isoformat() if wanted.as_of_from else "",
            "to": wanted.as_of_to.isoformat() if wanted.as_of_to else "",
            "per": "" if self.per_page == PER_PAGE[0] else str(self.per_page),
        }
        columns = [] if self.columns == tuple(Column) else [ALWAYS, *self.columns]
        return [
            *((name, value) for name, value in said.items() if value),
            *(("cols", column) for column in columns),
            *([("after", self.cursor)] if self.cursor else []),
        ]


def read_query(params: Mapping[str, Sequence[str]]) -> RunQuery:
    """Return what the parameters ask for; an empty one asks for nothing."""
    ignored: list[str] = []

    def asked(name: str, read: Callable[[str], T]) -> T | None:
        return _read(params, name, read, ignored)

    wanted = RunFilter(
        view=asked("view", RunView) or RunView.ALL,
        symbol=asked("symbol", _symbol),
        trigger=asked("trigger", TriggerName),
        escalated=asked("escalated", _flag),
        profile=asked("profile", ProfileName),
        rounds=asked("rounds", _flag),
        as_of_from=asked("from", date.fromisoformat),
        as_of_to=asked("to", date.fromisoformat),
    )
    return RunQuery(
        wanted=wanted,
        per_page=asked("per", _per_page) or PER_PAGE[0],
        columns=_columns(params.get("cols", ())),
        cursor=asked("after", str) or "",
        ignored=tuple(ignored),
    )


def filter_words(wanted: RunFilter) -> tuple[str, ...]:
    """Return what is asked for in words, one phrase per filter."""
    escalated = {True: "escalated", False: "not escalated", None: ""}
    rounds = {True: "rounds of competitions", False: "no rounds of competitions", None: ""}
    phrases = (
        _phrase("view", "" if wanted.view is RunView.ALL else wanted.view),
        _phrase("symbol", wanted.symbol),
        _phrase("trigger", wanted.trigger),
        escalated[wanted.escalated],
        f"profile {wanted.profile}" if wanted.profile else "",
        rounds[wanted.rounds],
        _span(wanted.as_of_from, wanted.as_of_to),
    )
    return tuple(phrase for phrase in phrases if phrase)


def _phrase(what: str, value: str | None) -> str:
    return f"{what} {spaced(value)}" if value else ""


def number(text: str) -> int | None:
    """Return a count or a row's number as an address carries it; None for what cannot be one."""
    return (
        int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else None
    )


def _span(first: date | None, last: date | None) -> str:
    match first, last:
        case None, None:
            return ""
        case _, None:
            return f"as of {first} or later"
        case None, _:
            return f"as of {last} or earlier"
        case _:
            return f"as of {first} to {last}"


def _read(
    params: Mapping[str, Sequence[str]],
    name: str,
    read: Callable[[str], T],
    ignored: list[str],
) -> T | None:
    text = next(iter(params.get(name, ())), "").strip()
    if not text:
        return None
    try:
        return read(text)
    except (ValueError, RejectedError):
        ignored.append(f"{name}={text[:40]}")
        return None


def _symbol(text: str) -> Symbol:
    return checked_symbols([text])[0]


def _flag(text: str) -> bool:
    return _chosen(text, {"yes": True, "no": False})


def _per_page(text: str) -> int:
    return _chosen(text, {str(count): count for count in PER_PAGE})


def _chosen(text: str, choices: Mapping[str, T]) -> T:
    if text not in choices:
        raise ValueError(text)
    return choices[text]


def _columns(chosen: Sequence[str]) -> tuple[Column, ...]:
    return tuple(column for column in Column if not chosen or column in chosen)


def _yes_no(value: bool | None) -> str:  # noqa: FBT001  (the value of a filter)
    return "" if value is None else "yes" if value else "no"


def _address(pairs: Sequence[tuple[str, str]], path: str = LIST) -> str:
    return f"{path}?{urlencode(pairs)}" if pairs else path
