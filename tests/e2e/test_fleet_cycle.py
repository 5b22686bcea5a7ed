"""A cycle whose analyses two workers do, one of them killed in a call; its proofs verify offline, and its arms move."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.fleets import FLEET, RISK, TECHNICAL, Fleet, until
from tests.model_server import Delivery, ModelServer, Rule, votes

pytestmark = pytest.mark.e2e

DOCUMENTED = Path(__file__).parents[2] / "docs" / "concepts" / "verdicts.md"
SETTINGS = {
    **FLEET,
    "QUORATE_FLEET__ANALYSES": "remote",
    "QUORATE_CYCLE__SYMBOLS": "AAPL",
    "QUORATE_CYCLE__FIRST_SESSIONS": "90",
}
MODELS = {"cheap_tech_analyst", "cheap_risk_manager"}
SOON = {"timeHorizon": "P2D"}
"""So soon is an outcome known of what the models say."""

AGREED = (
    Rule(contains=TECHNICAL, what=votes("BUY", 0.95, **SOON)),
    Rule(contains=RISK, what=votes("BUY", 0.9, **SOON)),
)
HELD = Rule(contains=TECHNICAL, nth=[1], what=votes("BUY", 0.95, **SOON), how=Delivery(delay_s=60))
"""The first answer to the technical seat is held back until whoever asked is gone."""


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def fleet(server, tmp_path_factory):
    from tests.e2e.conftest import Home  # noqa: PLC0415  (a conftest is no module of the suite)

    return Fleet(Home(tmp_path_factory.mktemp("fleet")), server)


@contextmanager
def two_workers(fleet, folder):
    with (
        fleet.hub(**SETTINGS),
        fleet.worker("k1", folder / "k1") as one,
        fleet.worker("k2", folder / "k2") as other,
    ):
        yield one, other


def arms_of(fleet):
    told = fleet.home.run("router", "arms", "--json", "--limit", "200").json["items"]
    return {arm["agent"]: arm for arm in told if arm["agent"] in MODELS}


@pytest.fixture(scope="module")
def cycled(fleet, server, tmp_path_factory):
    """Return what was asked in a cycle that went on though a worker was killed in it, and the cycle."""
    server.script(HELD, *AGREED)
    mark = server.mark()
    with two_workers(fleet, tmp_path_factory.mktemp("workers")) as (one, other):
        cycle = fleet.home.start("cycle", "once", "--json", **SETTINGS)
        until(lambda: one.count("task_done") + other.count("task_done") == 1)
        until(lambda: any(TECHNICAL in call.prompt for call in server.calls(mark)))
        (doomed,) = [worker for worker in (one, other) if worker.in_hand]
        doomed.process.kill()
        doomed.process.wait()
        out, err = cycle.communicate(timeout=60)
        assert cycle.returncode == 0, err
        yield [TECHNICAL in call.prompt for call in server.calls(mark)], json.loads(out)


def verified(fleet, name, folder):
    """Return the statement of a verdict that a stranger verified: with the documented script and the public key."""
    shown = fleet.home.run("verdicts", "show", name, "--json")
    assert shown.code == 0, f"{name}: {shown.err}"
    (script,) = re.findall(r"```python\n(import base64.*?)```", DOCUMENTED.read_text(), re.DOTALL)
    (key,) = fleet.home.run("verdicts", "keys", "--json").json["items"]
    exported = folder / "verdict.json"
    exported.write_text(shown.out)
    command = [sys.executable, "-I", "-c", script, str(exported), key["publicKey"]]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_the_cycle_finishes_and_the_call_that_was_cut_short_is_asked_again_by_the_other(
    fleet, cycled
):
    asked, cycle = cycled
    assert (asked.count(True), asked.count(False)) == (2, 1)
    assert (cycle["failed"], cycle["auditPassed"], len(cycle["trace"])) == (False, True, 7)
    (decision,) = cycle["trace"][1]["data"]["analysis"]["decisions"]
    assert (decision["finalAction"], decision["reasonCode"]) == ("BUY", "consensus")
    turns = fleet.home.run("tasks", "list", "--type", "trading_analysis", "--json").json["items"]
    away = {turn["subject"].split(":")[1]: turn for turn in turns if turn["worker"] in {"k1", "k2"}}
    assert away.keys() == MODELS
    attempts = {name: (turn["state"], turn["attempts"]) for name, turn in away.items()}
    assert attempts == {
        "cheap_tech_analyst": ("COMPLETED", 2),
        "cheap_risk_manager": ("COMPLETED", 1),
    }
    assert fleet.home.run("audit", "verify", "--projections", "--json").json["ok"] is True


def test_each_decision_and_order_of_it_has_a_verdict_that_verifies_offline(fleet, cycled, tmp_path):
    _, cycle = cycled
    (decision,) = cycle["trace"][1]["data"]["analysis"]["decisions"]
    statement = verified(fleet, decision["decisionId"], tmp_path)
    hashes = [each["digest"]["sha256"] for each in statement["subject"]]
    assert decision["hash"] in hashes
    orders = fleet.home.run("orders", "list", "--book", "replay", "--json").json["items"]
    assert {order["leg"] for order in orders} == {"entry", "stop"}
    for order in orders:
        assert order["decisionId"] == decision["decisionId"]
        assert verified(fleet, order["clientOrderId"], tmp_path)["predicate"]


def test_more_cycles_move_the_arms_of_those_who_were_asked(fleet, cycled):
    assert cycled
    before = arms_of(fleet)
    done = fleet.home.run("replay", "--sessions", "12", "--symbols", "AAPL", **SETTINGS)
    assert done.code == 0, done.err
    after = arms_of(fleet)
    assert before.keys() == after.keys() == MODELS
    for name in MODELS:
        was, now = before[name], after[name]
        assert (was["pulls"], was["closed"]) == (1, 0)
        assert now["pulls"] == 13
        assert now["hits"] + now["misses"] == now["closed"] >= 5
        assert now["meanReward"] not in {None, 0.5}
