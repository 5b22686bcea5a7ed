"""The engine against a loop that a person would write: one trade at a time, one session at a time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quorate.backtest import Columns, Costs, ExitPlan, simulated

PRICES = st.floats(1, 1000, allow_nan=False)


@st.composite
def histories(draw):
    rows = []
    for _ in range(draw(st.integers(2, 30))):
        opened, close = draw(PRICES), draw(PRICES)
        high = max(opened, close) * draw(st.floats(1, 1.3))
        low = min(opened, close) * draw(st.floats(0.7, 1))
        rows.append((opened, high, low, close))
    return rows


def by_hand(rows, signal, plan):
    """Return the bar and the price of the exit, None when the trade is still open."""
    entry = rows[signal + 1][0]
    stop = entry * (1 - plan.stop)
    for held, (opened, high, low, close) in enumerate(rows[signal + 1 :][: plan.horizon]):
        bar = signal + 1 + held
        if low <= stop:
            return bar, min(opened, stop)
        if plan.target is not None and high >= entry * (1 + plan.target):
            return bar, entry * (1 + plan.target) if held == 0 else max(
                opened, entry * (1 + plan.target)
            )
        if held == plan.horizon - 1:
            return bar, close
    return None


@settings(max_examples=300, deadline=None)
@given(
    histories(),
    st.floats(0.01, 0.5),
    st.none() | st.floats(0.01, 0.5),
    st.integers(1, 8),
    st.floats(0, 100),
)
def test_they_agree(rows, stop, target, horizon, fee_bps):
    plan = ExitPlan(stop=stop, target=target, horizon=horizon)
    costs = Costs(fee_bps=fee_bps, slippage_bps=0)
    columns = Columns(*(np.array(column) for column in zip(*rows, strict=True)))
    trades = simulated(columns, np.arange(len(rows), dtype=np.intp), plan, costs)
    found = {
        int(signal): (int(end), float(gained))
        for signal, end, gained in zip(trades.signal, trades.exit, trades.returns, strict=True)
    }
    wanted = {}
    for signal in range(len(rows) - 1):
        ended = by_hand(rows, signal, plan)
        if ended is not None:
            bar, price = ended
            paid = rows[signal + 1][0] * (1 + costs.share)
            wanted[signal] = (bar, price * (1 - costs.share) / paid - 1)
    assert found.keys() == wanted.keys()
    for signal, (bar, gained) in wanted.items():
        assert found[signal][0] == bar
        assert abs(found[signal][1] - gained) < 1e-9
