"""A strategy as lists and programs see it: what it says, how it stands, and how it was last tried."""

from __future__ import annotations

from dataclasses import dataclass

from quorate.arena.strategy import NO_STRATEGY, Strategy
from quorate.cycle.strategies.backtest import BacktestLine, line_json
from quorate.cycle.strategies.versions import StrategyStanding, StrategyStep
from quorate.kernel.ids import StrategyName


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyLine:
    """A strategy as it stands now; `strategy` is None where the configuration has it no more.

    `backtest` is the newest one of this version, None where nobody tried it.
    """

    name: StrategyName
    strategy: Strategy | None
    standing: StrategyStanding
    backtest: BacktestLine | None

    @property
    def enabled(self) -> bool:
        """Return whether cycles may follow it: what is switched on must be what the configuration says now."""
        said = self.strategy
        return self.standing.enabled and said is not None and said.hash == self.standing.hash

    @property
    def gate(self) -> str:
        """Return what the gate said to this version in its newest backtest: passed, refused or untested."""
        if self.backtest is None or self.backtest.passes is None:
            return "untested"
        return "passed" if self.backtest.passes else "refused"

    @property
    def revision(self) -> str:
        """Return what tells this state from every other."""
        return self.standing.revision

    def as_json(self) -> dict[str, object]:
        """Return it as programs read it; of one that the configuration has no more, only how it stood."""
        said = NO_STRATEGY.shown() | {"hash": self.standing.hash}
        standing = self.standing
        return {
            "name": self.name,
            **(said if self.strategy is None else self.strategy.shown()),
            "configured": self.strategy is not None,
            "version": standing.version,
            "enabled": self.enabled,
            "gate": self.gate,
            "recordedAt": standing.recorded_at or None,
            "changedBy": standing.changed_by or None,
            "changedAt": standing.changed_at or None,
            "reason": standing.reason or None,
            "lastBacktest": None if self.backtest is None else line_json(self.backtest),
        }


def step_json(step: StrategyStep) -> dict[str, object]:
    """Return one thing that happened to a strategy as programs read it."""
    return {
        "seq": step.seq,
        "at": step.at,
        "kind": step.kind,
        "by": step.by,
        "reason": step.reason or None,
        "version": step.version,
        "hash": step.hash,
        "changes": [
            {"key": change.key, "before": change.before, "after": change.after}
            for change in step.changes
        ],
    }
