"""Reruns as the API gives them: a run recomputed from its record, and two runs side by side."""

from __future__ import annotations

from quorate.hub.api.run_shapes import RunShape
from quorate.hub.api.shape import Day, Moment, Shape, Usd

Told = str | int | float | bool | list[str] | dict[str, str] | None
"""One thing of one run, as the journal has it: text, a number, a list of names, or thresholds by name."""


class DifferenceShape(Shape):
    """One field of one vote, decision or shadow that is not the same; `field` is empty where all of it is missing."""

    conclusion: str
    field: str
    recorded: object
    recomputed: object


class ReplayShape(Shape):
    """A run recomputed from its record, nobody asked; `digest` is over its votes, decisions and shadow arms."""

    read_at: Moment
    run_id: str
    identical: bool
    digest: str
    recorded_digest: str
    differences: tuple[DifferenceShape, ...]
    unrecorded: tuple[str, ...]
    cost_usd: Usd
    run: RunShape


class SideShape(Shape):
    """One of two runs."""

    run_id: str
    status: str
    requested_at: Moment
    as_of: Day
    replay_of: str | None
    cost_usd: Usd
    latency_ms: float | None


class BothShape(Shape):
    """One thing that both runs started from."""

    a: Told
    b: Told
    same: bool


class PairShape(Shape):
    """One thing of both runs; null where one has none."""

    name: str
    a: Told
    b: Told
    same: bool


class SeenTrigger(Shape):
    """What an escalation rule saw in one run."""

    value: float | None
    threshold: float
    fired: bool


class TriggerPairShape(Shape):
    """One escalation rule in both runs; it is the same where it fired in both or in neither."""

    name: str
    a: SeenTrigger | None
    b: SeenTrigger | None
    same: bool


class VotePairShape(Shape):
    """What one profile said in both runs; cost and time make no difference."""

    profile: str
    panel: bool
    same: bool
    fields: tuple[PairShape, ...]


class DecisionPairShape(Shape):
    """One decision in both runs."""

    key: str
    symbol: str
    same: bool
    fields: tuple[PairShape, ...]
    triggers: tuple[TriggerPairShape, ...]
    votes: tuple[VotePairShape, ...]


class ComparisonShape(Shape):
    """Two runs side by side."""

    read_at: Moment
    a: SideShape
    b: SideShape
    same: bool
    inputs: dict[str, BothShape]
    decisions: tuple[DecisionPairShape, ...]
