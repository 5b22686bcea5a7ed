"""The keyless agents: a view in, an answer out, the same answer every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from quorate.agents.policy import AgentsPolicy
from quorate.agents.profile import AgentProfile
from quorate.agents.risk_manager import RuleRiskManager
from quorate.agents.rules import MEAN_REVERSION, MOMENTUM, TREND, WYCKOFF, SignalRule
from quorate.agents.track_record import (
    ACTION_OF,
    Signal,
    Signals,
    TrackRecord,
    TrackRecords,
    track_records,
)
from quorate.kernel.action import AbstainReason, Action
from quorate.kernel.errors import RejectedError
from quorate.kernel.vote import Answer
from quorate.market.series import Series
from quorate.market.view import SymbolView


class RuleAgent(Protocol):
    """An agent that is code: it answers at once, costs nothing and needs no key."""

    @property
    def id(self) -> str:
        """Return name and version, as a profile's `model` states it."""
        ...

    def answer(self, view: SymbolView, profile: AgentProfile, policy: AgentsPolicy) -> Answer:
        """Return the view of the symbol, or an abstention with its reason."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SignalHistory:
    """A rule's signals on every bar of a series, and how they turned out."""

    signals: Signals
    records: TrackRecords


@lru_cache(maxsize=1024)
def signal_history(
    rule: SignalRule, series: Series, policy: AgentsPolicy, horizon: int
) -> SignalHistory:
    """Return what `rule` said over the whole of `series`; place t depends on bars up to t alone.

    Computed once per rule, policy, horizon and content of the series.
    """
    signals = rule.signals(series, policy)
    opens, closes = series.adjusted.open, series.adjusted.close
    records = track_records(signals, opens, closes, horizon=horizon, hold_band=policy.hold_band)
    return SignalHistory(signals, records)


@dataclass(frozen=True, slots=True)
class RuleVoter:
    """A voter whose confidence is how often the same signal was right before."""

    rule: SignalRule

    @property
    def id(self) -> str:
        """Return the rule and its version."""
        return self.rule.id

    def answer(self, view: SymbolView, profile: AgentProfile, policy: AgentsPolicy) -> Answer:
        """Return the rule's signal on the last bar, believed as far as its track record goes."""
        history = signal_history(self.rule, view.series, policy, profile.horizon)
        signal = Signal(history.signals[view.index])
        if signal is Signal.NO_DATA:
            return self._without_data(view)
        if signal not in ACTION_OF:
            return self._without_setup(view)
        return self._vote(view, signal, history.records.at(view.index, signal), profile.horizon)

    def _vote(self, view: SymbolView, signal: Signal, record: TrackRecord, horizon: int) -> Answer:
        readings = self.rule.readings(view)
        claim = f"{self.rule.meanings[signal]}: {', '.join(readings)}"
        return Answer(
            symbol=view.symbol,
            action=ACTION_OF[signal],
            confidence=record.confidence,
            rationale=f"{claim}; {_past(record, horizon)}.",
            horizon=horizon,
            key_signals=readings,
        )

    def _without_setup(self, view: SymbolView) -> Answer:
        readings = self.rule.readings(view)
        return Answer(
            symbol=view.symbol,
            action=Action.ABSTAIN,
            reason=AbstainReason.NO_SETUP,
            rationale=f"{self.rule.meanings[Signal.NO_SETUP]}: {', '.join(readings)}.",
            key_signals=readings,
        )

    def _without_data(self, view: SymbolView) -> Answer:
        return Answer(
            symbol=view.symbol,
            action=Action.ABSTAIN,
            reason=AbstainReason.NO_DATA,
            rationale=f"{view.bars} bars are too few for this rule.",
        )


def _past(record: TrackRecord, horizon: int) -> str:
    if not record.trials:
        return f"no earlier case had run its {horizon} sessions"
    return f"right in {record.hits} of {record.trials} earlier cases over {horizon} sessions"


_AGENTS: Final[tuple[RuleAgent, ...]] = (
    *(RuleVoter(rule) for rule in (TREND, MOMENTUM, MEAN_REVERSION, WYCKOFF)),
    RuleRiskManager(),
)

RULE_AGENTS: Final[Mapping[str, RuleAgent]] = {agent.id: agent for agent in _AGENTS}
"""Every rule agent by name and version."""


def rule_agent(profile: AgentProfile) -> RuleAgent:
    """Return the rule agent that `profile` names.

    Raises:
        RejectedError: it names none, or is not a profile of rules.
    """
    if not profile.is_rule_agent or profile.model not in RULE_AGENTS:
        raise RejectedError(
            f"profile {profile.name!r} names no rule agent: {profile.provider} {profile.model!r}",
            effect="the agent was not asked",
            fix=f"use the provider 'rules' with one of {', '.join(sorted(RULE_AGENTS))}",
        )
    return RULE_AGENTS[profile.model]
