"""Row "budget exhausted": of 200 runs in two processes exactly one gets the last power call of the day."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.fakes.model_arena import JUDGE, RISK, TECHNICAL, addresses, seed_model_home
from tests.model_server import ModelServer, Rule, votes

pytestmark = pytest.mark.fault

PROCESSES, RUNS = 2, 100
ROOT = Path(__file__).parents[2]


@pytest.fixture
def server():
    with ModelServer() as serving:
        yield serving


def started(home, server):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    budgets = {
        "QUORATE_BUDGET__POWER_CALLS_PER_DAY": "1",
        "QUORATE_BUDGET__PER_DAY": "1000",
        "QUORATE_BUDGET__PER_PROFILE_DAY": "500",
        "QUORATE_GATEWAY__CHEAP_TIMEOUT_S": "60",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fault.disputing", str(RUNS)],
        env={**inherited, **addresses(server), **budgets, "QUORATE_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def test_of_200_runs_in_two_processes_one_gets_the_last_power_call(server, tmp_path):
    home = seed_model_home(tmp_path / "home", server)
    server.script(
        Rule(contains=TECHNICAL, what=votes("BUY", 0.9)),
        Rule(contains=RISK, what=votes("HOLD", 0.9)),
        Rule(contains=JUDGE, what=votes("BUY", 0.9)),
    )
    children = [started(home, server) for _ in range(PROCESSES)]
    assert [child.stdout.readline() for child in children] == ["ready\n"] * PROCESSES
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    told = [child.communicate(timeout=120)[0] for child in children]
    reasons = Counter(reason for text in told for reason in json.loads(text))
    judged = [call for call in server.calls() if JUDGE in call.prompt]
    assert [child.returncode for child in children] == [0] * PROCESSES
    assert len(judged) == 1
    assert reasons == {
        "BUY panel": 1,
        "NO_TRADE power_calls_exhausted": PROCESSES * RUNS - 1,
    }
