"""The rules of routing: who learns how fast, and whether anybody is chosen at all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from quorate.kernel.errors import RejectedError


class Strategy(StrEnum):
    """How one of several capable agents is chosen."""

    BANDIT = "bandit"
    """Epsilon-greedy over upper confidence bounds. Source: R-132."""
    THOMPSON = "thompson"
    """A draw from what is believed of each, the best draw wins. Source: DESIGN 9."""
    ROUND_ROBIN = "round_robin"
    """By name, each in turn: the rollback, it learns nothing. Source: R-132, R-142."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingPolicy:
    """How many agents are asked, and how they are chosen where that is fewer than there are."""

    voters: int = 0
    """How many voters a debate run asks; 0 asks every enabled one."""

    panel_seats: int = 0
    """How many profiles sit on the panel of a disputed run; 0 seats every one that may."""

    strategy: Strategy = Strategy.BANDIT
    """bandit, thompson or round_robin (the rollback)."""

    epsilon: float = 0.2
    """The share of choices that explore while nothing is known. Source: R-132."""

    epsilon_decay: float = 0.995
    """What an attempt leaves of it. Source: R-132."""

    epsilon_floor: float = 0.01
    """What always remains of it, so that an agent that got better is seen. Source: R-132 (a minimum floor)."""

    min_samples: int = 10
    """Below so many known rewards an arm's mean leans on the prior. Source: R-132."""

    usd_per_reward: Decimal = Decimal(1)
    """How many US dollars of model cost weigh as much as the whole distance from worst to best view. Ours."""

    max_active: int = 10
    """An agent with so many open calls is given nothing more. Source: R-132."""

    def __post_init__(self) -> None:
        """Refuse a router that would ask nobody, or never learn."""
        rules = (
            (0 <= self.voters <= 1000, "voters is in [0, 1000]"),
            (0 <= self.panel_seats <= 1000, "panel_seats is in [0, 1000]"),
            (0 <= self.epsilon <= 1, "epsilon is in [0, 1]"),
            (0 < self.epsilon_decay <= 1, "epsilon_decay is in (0, 1]"),
            (0 <= self.epsilon_floor <= self.epsilon, "epsilon_floor is in [0, epsilon]"),
            (1 <= self.min_samples <= 10_000, "min_samples is in [1, 10000]"),
            (0 < self.usd_per_reward <= 1_000_000, "usd_per_reward is in (0, 1000000]"),
            (1 <= self.max_active <= 10_000, "max_active is in [1, 10000]"),
        )
        for holds, rule in rules:
            if not holds:
                raise RejectedError(f"routing policy: {rule}")
