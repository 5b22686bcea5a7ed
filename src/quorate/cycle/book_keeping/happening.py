"""What happened to a book since its last mark, as the journal's rows tell it, in their order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from quorate.kernel.ids import DecisionId, RunId, Symbol
from quorate.portfolio.kept_book import Plan, Trade


class Ordered(NamedTuple):
    """Something happened to an order of a decision."""

    decision_id: DecisionId


class Traded(NamedTuple):
    """Shares changed hands."""

    trade: Trade


class SplitTold(NamedTuple):
    """The shares that a book holds were split; `before` is 0 where it held none."""

    symbol: Symbol
    before: Decimal
    after: Decimal


class Played(NamedTuple):
    """A simulated broker's account moved: its session by then, and the last prices."""

    session: date
    closes: Mapping[Symbol, Decimal]


class Analysed(NamedTuple):
    """A cycle of the book had the arena's run."""

    run_id: RunId


Happening: TypeAlias = Ordered | Traded | SplitTold | Played | Analysed


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPlan:
    """Where an entry is to be left, in the dollars of the session `as_of` at whose close it was decided."""

    plan: Plan
    as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """The rows after a mark up to row `through`, and the plans of what was entered in them."""

    through: int
    happenings: tuple[Happening, ...] = ()
    plans: Mapping[DecisionId, EntryPlan] = field(default_factory=dict)

    @property
    def runs(self) -> tuple[RunId, ...]:
        """Return the runs of the cycles since."""
        return tuple(each.run_id for each in self.happenings if isinstance(each, Analysed))

    @property
    def decisions(self) -> frozenset[DecisionId]:
        """Return the decisions whose orders anything happened to."""
        return frozenset(each.decision_id for each in self.happenings if isinstance(each, Ordered))
