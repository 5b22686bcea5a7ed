"""The record of a book: every view that turned out and every turn that was paid, in columns that only grow.

Columns of numbers, because a hundred thousand views are added up while somebody waits for a page. The texts of a view
(who, which model, which prompt) are numbered as they come; nothing that is computed depends on those numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final, NamedTuple, TypeAlias

import numpy as np

NOTIONAL: Final = 1000
"""Dollars behind every view, whatever size was asked for: views are compared, not purses. Ours."""

MICROS: Final = 1_000_000
UNKNOWN_COST: Final = -1

Ints: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Floats: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"


class ViewKind(IntEnum):
    """Whose view it is: a voter's, the power panel's, a shadow arm's, or the arena's decision."""

    VOTE = 0
    PANEL = 1
    ARM = 2
    DECISION = 3


class Side(IntEnum):
    """What a view takes: HOLD and NO_TRADE take none, but they are told apart; UNKNOWN is of an arm alone."""

    SELL = -1
    HOLD = 0
    BUY = 1
    NO_TRADE = 2
    UNKNOWN = 3


ARENA: Final = "arena"
"""The decision of a run, beside its shadow arms."""


class ScoredView(NamedTuple):
    """One view and how it turned out; `moved` is the return over its horizon, `seq` the row that tells it."""

    kind: ViewKind
    name: str
    role: str
    provider: str
    model: str
    prompt: str
    run_id: str
    symbol: str
    strategy: str
    side: Side
    confidence: float | None
    moved: float
    horizon: int
    as_of: date
    resolved: date
    seq: int


class ScoredTurn(NamedTuple):
    """One turn of an agent, paid whatever it said; it counts on the session that resolved its run's first view."""

    name: str
    role: str
    provider: str
    model: str
    prompt: str
    run_id: str
    symbols: tuple[str, ...]
    strategy: str
    purpose: str
    asked: int
    latency_us: int
    cost_nanos: int | None
    settled: date


class Interner:
    """Texts and their numbers."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text, a new one for a new text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def find(self, text: str) -> int:
        """Return the number of a text, -1 of one that never came."""
        return self._numbers.get(text, -1)

    @property
    def texts(self) -> Sequence[str]:
        """Return the texts by their numbers."""
        return list(self._numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Views:
    """Columns of views, by session resolved, then stated; numbers of texts are those of `Texts`."""

    kind: Ints
    name: Ints
    role: Ints
    model: Ints
    prompt: Ints
    run: Ints
    symbol: Ints
    strategy: Ints
    side: Ints
    confidence: Floats
    pnl: Ints
    hit: Ints
    horizon: Ints
    as_of: Ints
    resolved: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Columns of turns; `group` is the number of the list of symbols that was asked about."""

    name: Ints
    role: Ints
    model: Ints
    prompt: Ints
    run: Ints
    group: Ints
    strategy: Ints
    purpose: Ints
    asked: Ints
    latency: Ints
    cost: Ints
    settled: Ints


class Texts:
    """The texts of one book's record, numbered."""

    def __init__(self) -> None:
        self.names, self.roles, self.models, self.prompts = (Interner() for _ in range(4))
        self.runs, self.symbols, self.strategies, self.purposes = (Interner() for _ in range(4))
        self.groups: dict[tuple[str, ...], int] = {}
        self.providers: dict[int, str] = {}

    def group(self, symbols: tuple[str, ...]) -> int:
        """Return the number of a list of symbols."""
        return self.groups.setdefault(symbols, len(self.groups))


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A record as it stood at one moment."""

    views: Views
    turns: Turns
    texts: Texts

    @property
    def newest(self) -> date | None:
        """Return the newest session that resolved anything."""
        resolved = self.views.resolved
        return date.fromordinal(int(resolved[-1])) if len(resolved) else None


class BookRecord:
    """One book's views and turns, in any order; `frozen` brings them into theirs."""

    def __init__(self) -> None:
        self._texts = Texts()
        self._views = [array("q") for _ in range(16)]
        self._believed = array("d")
        self._turns = [array("q") for _ in range(12)]
        self._frozen: Columns | None = None

    def add_views(self, views: Iterable[ScoredView]) -> None:
        """Take views in."""
        texts, self._frozen = self._texts, None
        for view in views:
            taken = view.side if view.side in (Side.BUY, Side.SELL) else 0
            name = texts.names.number(column_name(view.kind, view.name))
            texts.providers[name] = view.provider
            row = (
                view.kind,
                name,
                texts.roles.number(view.role),
                texts.models.number(view.model),
                texts.prompts.number(view.prompt),
                texts.runs.number(view.run_id),
                texts.symbols.number(view.symbol),
                texts.strategies.number(view.strategy),
                view.side,
                round(taken * view.moved * NOTIONAL * MICROS),
                int(taken * view.moved > 0),
                view.horizon,
                view.as_of.toordinal(),
                view.resolved.toordinal(),
                view.seq,
                len(self._believed),
            )
            for column, value in zip(self._views, row, strict=True):
                column.append(value)
            self._believed.append(float("nan") if view.confidence is None else view.confidence)

    def add_turns(self, turns: Iterable[ScoredTurn]) -> None:
        """Take turns in."""
        texts, self._frozen = self._texts, None
        for turn in turns:
            name = texts.names.number(turn.name)
            texts.providers.setdefault(name, turn.provider)
            row = (
                name,
                texts.roles.number(turn.role),
                texts.models.number(turn.model),
                texts.prompts.number(turn.prompt),
                texts.runs.number(turn.run_id),
                texts.group(turn.symbols),
                texts.strategies.number(turn.strategy),
                texts.purposes.number(turn.purpose),
                turn.asked,
                turn.latency_us,
                UNKNOWN_COST if turn.cost_nanos is None else turn.cost_nanos,
                turn.settled.toordinal(),
            )
            for column, value in zip(self._turns, row, strict=True):
                column.append(value)

    def frozen(self) -> Columns:
        """Return all of it as columns; what comes later changes nothing in them."""
        if self._frozen is None:
            turns = Turns(**dict(zip(Turns.__slots__, map(_numbers, self._turns), strict=True)))
            self._frozen = Columns(views=self._sorted_views(), turns=turns, texts=self._texts)
        return self._frozen

    def _sorted_views(self) -> Views:
        kind, *rest, as_of, resolved, seq, _ = map(_numbers, self._views)
        order = np.lexsort((kind, seq, as_of, resolved))
        in_order = [column[order] for column in (kind, *rest, as_of, resolved)]
        believed = np.array(self._believed, dtype=np.float64)[order]
        names = [name for name in Views.__slots__ if name != "confidence"]
        return Views(confidence=believed, **dict(zip(names, in_order, strict=True)))


def column_name(kind: ViewKind, name: str) -> str:
    """Return what a name is told apart by: an arm may be called as an agent is, and no agent begins with a colon."""
    return f":{name}" if kind in (ViewKind.ARM, ViewKind.DECISION) else name


def _numbers(column: array[int]) -> Ints:
    return np.array(column, dtype=np.int64)
