"""What the stream tells of strategies and backtests: where they are, never what they found."""

import pytest

from quorate.hub.stream.envelope import event_of
from quorate.hub.stream.strategies import STRATEGIES
from tests.unit.hub.stream.feeds import parsed, row


def told(kind):
    (envelope,) = parsed(event_of(row(7, kind)).message)
    return envelope["type"], envelope["data"]


@pytest.mark.parametrize("kind", ["recorded", "enabled", "disabled"])
def test_a_strategy_is_told_by_its_version(kind):
    data = {"strategy": "calm", "version": 2, "kind": kind}
    assert told(f"strategy.{kind}") == ("strategy.state", data)


@pytest.mark.parametrize(
    ("kind", "status"), [("started", "running"), ("completed", "completed"), ("failed", "failed")]
)
def test_a_backtest_is_told_by_its_status(kind, status):
    data = {"backtestId": "bkt_1", "strategy": "calm", "version": 2, "status": status}
    assert told(f"backtest.{kind}") == ("backtest.state", data)


def test_every_row_of_a_strategy_is_told():
    assert {kind.partition(".")[0] for kind in STRATEGIES} == {"strategy", "backtest"}
    assert len(STRATEGIES) == 6
