"""Two workers in processes of their own carry out a run's analyses; one is killed in the middle of a call."""

from decimal import Decimal

import pytest

from tests.e2e.fleets import PROFILES, RISK, TECHNICAL, Fleet, until
from tests.model_server import Delivery, ModelServer, Rule, votes

AS_OF = "2012-06-29"
ASKED = {"symbols": ["AAPL"], "asOf": AS_OF, "profiles": list(PROFILES[:2])}


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


def decided(run):
    """Return what of a run is the same wherever its agents are asked."""
    return [
        (made["symbol"], made["finalAction"], made["reasonCode"], made["confidence"])
        for made in run["decisions"]
    ]


@pytest.fixture(scope="module")
def fleet(server, tmp_path_factory):
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    return Fleet(Home(tmp_path_factory.mktemp("fleet")), server)


AGREED = (
    Rule(contains=TECHNICAL, what=votes("BUY", 0.8)),
    Rule(contains=RISK, what=votes("BUY", 0.7)),
)
HELD = Rule(contains=TECHNICAL, nth=[1], what=votes("BUY", 0.8), how=Delivery(delay_s=60))
"""The first answer to the technical seat is held back until whoever asked is gone."""


def test_a_run_of_workers_decides_what_the_same_run_decides_here(fleet, server, tmp_path):
    server.script(*AGREED)
    with fleet.hub(QUORATE_FLEET__ANALYSES="embedded"):
        here = fleet.ended(fleet.started(ASKED))
    mark = server.mark()
    with (
        fleet.hub(QUORATE_FLEET__ANALYSES="remote"),
        fleet.worker("w1", tmp_path / "w1") as one,
        fleet.worker("w2", tmp_path / "w2") as other,
    ):
        there = fleet.ended(fleet.started(ASKED))
        until(lambda: one.count("task_delivered") + other.count("task_delivered") == 2)
    assert there["status"] == here["status"] == "completed"
    assert decided(there) == decided(here)
    assert len(server.calls(mark)) == 2
    assert Decimal(there["costUsd"]) == Decimal(here["costUsd"])


def test_a_worker_that_is_killed_in_a_call_costs_that_call_again_and_no_other(
    fleet, server, tmp_path
):
    server.script(HELD, *AGREED)
    mark = server.mark()
    with (
        fleet.hub(QUORATE_FLEET__ANALYSES="remote"),
        fleet.worker("k1", tmp_path / "k1") as one,
        fleet.worker("k2", tmp_path / "k2") as other,
    ):
        run_id = fleet.started(ASKED)
        until(lambda: one.count("task_done") + other.count("task_done") == 1)
        until(lambda: any(TECHNICAL in call.prompt for call in server.calls(mark)))
        (doomed,) = [worker for worker in (one, other) if worker.in_hand]
        doomed.process.kill()
        doomed.process.wait()
        run = fleet.ended(run_id)
    assert run["status"] == "completed"
    assert [made[1:3] for made in decided(run)] == [("BUY", "consensus")]
    asked = [TECHNICAL in call.prompt for call in server.calls(mark)]
    assert (asked.count(True), asked.count(False)) == (2, 1)
