"""A strategy: what to decide on, with whom, and at which thresholds; a part of the configuration with a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Final

from quorate.agents.profile import AgentProfile
from quorate.arena.policy import ArenaPolicy
from quorate.arena.request import RunRequest, checked_cost, checked_symbols
from quorate.kernel.canonical import JsonValue, digest
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, StrategyName, Symbol, is_name
from quorate.kernel.money import Usd
from quorate.llm.gateway import LONGEST_TTL_S, GatewayPolicy
from quorate.llm.ladder import Preset

LONGEST_DESCRIPTION: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Those of `[arena]`'s values that a strategy has otherwise; None keeps the arena's."""

    max_disagreement: float | None = None
    min_confidence: float | None = None
    high_risk_portfolio_delta_pct: float | None = None
    volatility_percentile: float | None = None
    debate_rounds: int | None = None
    quorum: int | None = None
    min_history_bars: int | None = None
    fallback_factor: float | None = None
    entry_pct_equity: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse what no arena policy could have."""
        self.over(ArenaPolicy())

    @property
    def named(self) -> dict[str, float | int | Decimal]:
        """Return those that are set, by their name."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def texts(self) -> dict[str, str]:
        """Return those that are set as a run's header keeps them: by name, as text."""
        return {name: str(value) for name, value in self.named.items()}

    def with_rounds(self, rounds: int | None) -> Thresholds:
        """Return these with as many rounds of debate as a request names; None leaves them.

        Raises:
            RejectedError: no debate has so many.
        """
        return self if rounds is None else replace(self, debate_rounds=rounds)

    def over(self, policy: ArenaPolicy) -> ArenaPolicy:
        """Return `policy` with those that are set in their place."""
        return replace(policy, **self.named)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """What `[strategies.NAME]` says; what it leaves out stays as the request or the configuration has it.

    Source: DESIGN 4 and 6 (thresholds, router preset and time to live per strategy), UI 3 (`strategyId`).
    """

    description: str = ""
    """What it is for, in a sentence."""

    symbols: tuple[str, ...] = ()
    """What a run decides on that names no symbol."""

    profiles: tuple[str, ...] = ()
    """Who is asked first where a run names nobody; empty: every enabled profile."""

    horizon: int | None = None
    """The horizon of every profile of the first round, in sessions; none: each profile's own."""

    thresholds: Thresholds = Thresholds()
    """Those of `[arena]`'s values that differ."""

    preset: Preset | None = None
    """Which tiers may be asked: free_only, cheap_first or cheap_and_power; none: `models.preset`."""

    answer_ttl_s: float | None = None
    """For how many seconds an answer to the same prompt is used again; none: as the configuration says."""

    max_cost: Decimal | None = None
    """What a run may cost that is given no limit of its own, in USD; none: `budget.per_run`."""

    def __post_init__(self) -> None:
        """Refuse what no run could be made with."""
        checked_symbols(self.symbols or ("AAPL",))
        checked_cost(str(self.max_cost or 1))
        for holds, rule in self._rules():
            if not holds:
                raise RejectedError(f"strategy policy: {rule}", effect="nothing was run")

    @property
    def hash(self) -> str:
        """Return the hash of all that it says, in lower-case hex."""
        return digest(asdict(self))

    @property
    def limit(self) -> Usd | None:
        """Return what a run of it may cost, None where it does not say."""
        return None if self.max_cost is None else Usd(self.max_cost)

    def ttl_s(self, policy: GatewayPolicy) -> float:
        """Return for how many seconds its runs use an answer again: its own word, else the configuration's."""
        return policy.answer_ttl_s if self.answer_ttl_s is None else self.answer_ttl_s

    def shown(self) -> dict[str, JsonValue]:
        """Return it as programs read it: of the thresholds those alone that are set; what it leaves out is null."""
        return {
            "description": self.description,
            "symbols": list(self.symbols),
            "profiles": list(self.profiles),
            "horizonSessions": self.horizon,
            "thresholds": dict(self.thresholds.texts),
            "preset": self.preset.value if self.preset else None,
            "answerTtlS": self.answer_ttl_s,
            "maxCostUsd": None if self.max_cost is None else f"{self.max_cost:f}",
            "hash": self.hash,
        }

    def applied(self, request: RunRequest) -> RunRequest:
        """Return `request` with the strategy's symbols and profiles where it names none."""
        return replace(
            request,
            symbols=request.symbols or tuple(map(Symbol, self.symbols)),
            profiles=request.profiles or tuple(map(ProfileName, self.profiles)) or None,
        )

    def cast(self, profiles: Iterable[AgentProfile]) -> tuple[AgentProfile, ...]:
        """Return `profiles` with the strategy's horizon, where it has one."""
        if self.horizon is None:
            return tuple(profiles)
        return tuple(replace(profile, horizon=self.horizon) for profile in profiles)

    def _rules(self) -> tuple[tuple[bool, str], ...]:
        ttl = self.answer_ttl_s
        return (
            (
                len(self.description) <= LONGEST_DESCRIPTION and self.description.isprintable(),
                f"description is one line of at most {LONGEST_DESCRIPTION} characters",
            ),
            (all(map(is_name, self.profiles)), "profiles are named as in my_agent-2"),
            (self.horizon is None or 1 <= self.horizon <= 252, "horizon is in [1, 252]"),
            (ttl is None or 0 <= ttl <= LONGEST_TTL_S, "answer_ttl_s is in [0, 2592000]"),
            (self.max_cost is None or self.max_cost > 0, "max_cost is above 0"),
        )


@dataclass(frozen=True, slots=True)
class NamedStrategy:
    """A strategy under its name."""

    name: StrategyName
    strategy: Strategy


NO_STRATEGY: Final = Strategy()
"""What a run follows that names none: it changes nothing."""


def strategy_named(
    name: StrategyName | None, strategies: Mapping[StrategyName, Strategy]
) -> Strategy:
    """Return the strategy of that name; without a name the one that changes nothing.

    Raises:
        RejectedError: there is none of that name (slug `not-found`).
    """
    if name is None:
        return NO_STRATEGY
    if name not in strategies:
        shown = name if is_name(name) else ascii(name[:40])
        known = ", ".join(sorted(strategies))
        raise RejectedError(
            f"there is no strategy '{shown}'",
            effect="nothing was written",
            fix=f"choose from {known}" if known else "write [strategies.NAME] in quorate.toml",
            slug="not-found",
        )
    return strategies[name]
