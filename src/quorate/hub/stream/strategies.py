"""What the stream tells of strategies: their versions and switches, and where a backtest is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from quorate.arena.record.facts import Facts
from quorate.hub.stream.told import Telling, Told


def _strategy(kind: str) -> Callable[[Facts], Told]:
    return lambda facts: Told(
        {"strategy": facts.text("name"), "version": facts.count("version"), "kind": kind}
    )


def _backtest(status: str) -> Callable[[Facts], Told]:
    return lambda facts: Told(
        {
            "backtestId": facts.text("backtestId"),
            "strategy": facts.text("strategy"),
            "version": facts.count("version"),
            "status": status,
        }
    )


STRATEGIES: Final[Mapping[str, Telling]] = {
    "strategy.recorded": (("strategy.state",), _strategy("recorded")),
    "strategy.enabled": (("strategy.state",), _strategy("enabled")),
    "strategy.disabled": (("strategy.state",), _strategy("disabled")),
    "backtest.started": (("backtest.state",), _backtest("running")),
    "backtest.completed": (("backtest.state",), _backtest("completed")),
    "backtest.failed": (("backtest.state",), _backtest("failed")),
}
