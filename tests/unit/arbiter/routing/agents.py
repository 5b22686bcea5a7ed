"""Agents and arms for the router's tests, made of plain values."""

from quorate.arbiter.routing import ANALYSIS, IDLE, UNTRIED, Arm, RoutedAgent, Standing

ABLE = {"llm": True, ANALYSIS: True}


def arm(closed=0, mean=0.5, *, open_=0, failed=0, cost_nanos=0):
    """An arm with `closed` rewards that all are `mean`."""
    reward = round(mean * 1_000_000)
    return Arm(
        pulls=closed + open_ + failed,
        failed=failed,
        closed=closed + failed,
        reward_sum=reward * closed,
        reward_squares=reward * reward * closed,
        cost_nanos=cost_nanos,
        calls=closed + open_ + failed,
    )


def agent(name, known=UNTRIED, *, load=IDLE, standing=Standing.IN_SERVICE, **other):
    usual = {
        "version": 1,
        "identity": f"hash of {name}",
        "role": "trend",
        "tier": "cheap",
        "provider": "openai",
        "model": "small",
        "capabilities": ABLE,
    }
    return RoutedAgent(
        name=name, arms={ANALYSIS: known}, load=load, standing=standing, **(usual | other)
    )
