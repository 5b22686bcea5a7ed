"""Grouping: which line every view and every turn belongs to, and what the line is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from quorate.agents.profile import ADVOCATES
from quorate.llm.call import Purpose
from quorate.scoring.leaderboard.line import Known
from quorate.scoring.leaderboard.query import GroupBy, LineKind
from quorate.scoring.leaderboard.record import (
    ARENA,
    UNKNOWN_COST,
    Ints,
    Texts,
    Turns,
    ViewKind,
    Views,
    column_name,
)
from quorate.scoring.leaderboard.selection import Selection
from quorate.scoring.leaderboard.tally import OUT

BASELINES: Final[Mapping[str, str]] = {
    ARENA: "The arena's decisions",
    "buy_and_hold": "Buy and hold",
    "no_trade": "Always NO_TRADE",
    "random": "Random, same sizing",
    "cheap_only": "Cheap tier only",
    "no_debate": "Without the debate",
}
"""What every board is held against, in this order; a single agent's arm is that agent's own line. Source: DESIGN 6."""

PAID: Final[Mapping[str, frozenset[str]]] = {
    ARENA: frozenset({Purpose.ANSWER, Purpose.ARGUE, Purpose.PANEL}),
    "cheap_only": frozenset({Purpose.ANSWER}),
    "no_debate": frozenset({Purpose.ANSWER, Purpose.PANEL}),
}
"""Whose turns an arm would have paid; the others ask nobody."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a line is called and what it is made of."""

    name: str
    kind: LineKind
    label: str
    role: str = ""
    provider: str = ""
    model: str = ""
    tier: str = ""
    prompt: str = ""
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Groups:
    """The lines, and for each view and turn the place of its line, OUT of none."""

    lines: Sequence[Named]
    views: Ints
    turns: Ints

    @property
    def size(self) -> int:
        """Return how many lines there are."""
        return len(self.lines)


def agents_grouped(selection: Selection, by: GroupBy, registry: Mapping[str, Known]) -> Groups:
    """Return the lines of voters and panel, by name.

    Somebody without a single view that turned out has a line only where its turns cost something.
    """
    views, turns, texts = selection.views, selection.turns, selection.columns.texts
    view_keys, turn_keys = _keys(views, by), _keys(turns, by)
    heard = view_keys[selection.by_agents]
    argues = np.isin(turns.role, [texts.roles.find(role) for role in ADVOCATES])
    paid = turn_keys[(turns.cost != 0) & (turns.cost != UNKNOWN_COST) & ~argues]
    names = _texts_of(texts, by)
    keys = sorted({*heard.tolist(), *paid.tolist()}, key=lambda key: names[key])
    places = {key: place for place, key in enumerate(keys)}
    table = np.full(max([*keys, len(names) - 1, 0]) + 1, OUT, dtype=np.int64)
    for key, place in places.items():
        table[key] = place
    made_of = _Parts(selection, view_keys, turn_keys)
    return Groups(
        lines=[_named(names[key], by, made_of.of(key), registry) for key in keys],
        views=np.where(selection.by_agents, table[view_keys], OUT),
        turns=np.where(argues & (by is GroupBy.ROLE), OUT, table[turn_keys]),
    )


def arms_grouped(selection: Selection) -> Groups:
    """Return the baselines that were recorded, in their order; their turns are told by `paid_by`."""
    texts = selection.columns.texts
    numbers = {arm: texts.names.find(column_name(ViewKind.ARM, arm)) for arm in BASELINES}
    recorded = [
        arm
        for arm, number in numbers.items()
        if number >= 0 and (selection.views.name == number).any()
    ]
    group = np.full(len(selection.views.name), OUT, dtype=np.int64)
    for place, arm in enumerate(recorded):
        group[selection.views.name == numbers[arm]] = place
    return Groups(
        lines=[Named(arm, LineKind.BASELINE, BASELINES[arm]) for arm in recorded],
        views=group,
        turns=np.full(len(selection.every_turn.name), OUT, dtype=np.int64),
    )


def paid_by(turns: Turns, texts: Texts, arm: str) -> Ints:
    """Return 0 for each turn that an arm would have paid, OUT for the others."""
    purposes = [texts.purposes.find(purpose) for purpose in PAID.get(arm, ())]
    return np.where(np.isin(turns.purpose, purposes), 0, OUT)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Of which agents, roles, models and prompts a group is made."""

    selection: Selection
    view_keys: Ints
    turn_keys: Ints

    def of(self, key: int) -> Mapping[str, Sequence[str]]:
        texts = self.selection.columns.texts
        mine = self.selection.by_agents & (self.view_keys == key)
        paid = self.turn_keys == key
        views, turns = self.selection.views, self.selection.turns
        columns = {
            "name": (views.name[mine], turns.name[paid], texts.names.texts),
            "role": (views.role[mine], turns.role[paid], texts.roles.texts),
            "model": (views.model[mine], turns.model[paid], texts.models.texts),
            "prompt": (views.prompt[mine], turns.prompt[paid], texts.prompts.texts),
        }
        parts: dict[str, Sequence[str]] = {
            part: sorted({names[number] for number in _distinct(one) or _distinct(other)})
            for part, (one, other, names) in columns.items()
        }
        agents = [texts.names.find(name) for name in parts["name"]]
        parts["provider"] = sorted({texts.providers.get(agent, "") for agent in agents})
        return parts


def _named(
    key: str, by: GroupBy, parts: Mapping[str, Sequence[str]], registry: Mapping[str, Known]
) -> Named:
    agents = [registry.get(name) for name in parts["name"]]
    here = [agent for agent in agents if agent is not None]
    alone = registry.get(key) if by is GroupBy.AGENT else None
    return Named(
        name=key,
        kind=LineKind(by.value),
        label=alone.label if alone else key,
        role=_only(parts["role"]),
        provider=_only(parts["provider"]),
        model=_only(parts["model"]),
        tier=_only(sorted({agent.tier for agent in here})),
        prompt=_only(parts["prompt"]),
        retired=all(agent is None or agent.retired for agent in agents),
    )


def _only(texts: Sequence[str]) -> str:
    """Return the one text there is, empty of several or none."""
    return texts[0] if len(texts) == 1 else ""


def _distinct(column: Ints) -> set[int]:
    return set(np.unique(column).tolist())


def _keys(rows: Views | Turns, by: GroupBy) -> Ints:
    match by:
        case GroupBy.AGENT:
            return rows.name
        case GroupBy.MODEL:
            return rows.model
        case GroupBy.PROMPT:
            return rows.prompt
        case GroupBy.ROLE:
            return rows.role


def _texts_of(texts: Texts, by: GroupBy) -> Sequence[str]:
    match by:
        case GroupBy.AGENT:
            return texts.names.texts
        case GroupBy.MODEL:
            return texts.models.texts
        case GroupBy.PROMPT:
            return texts.prompts.texts
        case GroupBy.ROLE:
            return texts.roles.texts
