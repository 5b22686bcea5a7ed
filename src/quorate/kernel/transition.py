"""Transition tables: a life cycle is data, and moving along it is one look-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from quorate.kernel.errors import ConflictError

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionTable(Generic[State, Event]):
    """Which event leads from which state to which; what is not listed is illegal."""

    name: str
    moves: Mapping[State, Mapping[Event, State]]

    def target(self, state: State, event: Event) -> State:
        """Return the state that `event` leads to.

        Raises:
            ConflictError: the table has no such move; someone else moved first, or our caller is wrong.
        """
        try:
            return self.moves[state][event]
        except KeyError:
            raise ConflictError(
                f"a {self.name} in state {state} does not allow '{event}'",
                slug="illegal-transition",
            ) from None

    def is_terminal(self, state: State) -> bool:
        """Return whether nothing leads out of `state`."""
        return not self.moves.get(state)
