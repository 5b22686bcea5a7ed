import pytest

from quorate.arena.record import RunStatus, RunView, Spread, outcome_of, spread_of


@pytest.mark.parametrize(
    ("actions", "outcome"),
    [
        pytest.param(["HOLD", "BUY", "NO_TRADE"], RunView.TRADED, id="one entry"),
        pytest.param(["SELL", "HOLD"], RunView.TRADED, id="one exit"),
        pytest.param(["NO_TRADE", "HOLD"], RunView.HELD, id="kept as it is"),
        pytest.param(["NO_TRADE"], RunView.NO_TRADE, id="refused"),
        pytest.param([], RunView.NO_TRADE, id="nothing decided"),
    ],
)
def test_a_completed_run_came_to_what_its_boldest_decision_says(actions, outcome):
    assert outcome_of(RunStatus.COMPLETED, actions) == outcome


@pytest.mark.parametrize("status", sorted(set(RunStatus) - {RunStatus.COMPLETED}))
def test_a_run_that_did_not_complete_came_to_nothing(status):
    assert outcome_of(status, ["BUY"]) == ""


def test_the_spread_of_nothing_is_unknown():
    assert spread_of({}) == Spread(median=None, p95=None)


@pytest.mark.parametrize(
    ("figures", "median", "p95"),
    [
        pytest.param({2.0: 1}, 2.0, 2.0, id="one figure"),
        pytest.param({1.0: 1, 3.0: 1}, 1.0, 3.0, id="of two the lower is the median"),
        pytest.param({3.0: 1, 1.0: 1, 2.0: 1}, 2.0, 3.0, id="whatever their order"),
        pytest.param({1.0: 19, 9.0: 1}, 1.0, 1.0, id="one in twenty is beyond the 95 %"),
        pytest.param({1.0: 94, 9.0: 6}, 1.0, 9.0, id="six in a hundred are not"),
    ],
)
def test_a_spread_names_figures_that_occurred(figures, median, p95):
    assert spread_of(figures) == Spread(median=median, p95=p95)
