"""Prompt injection with a model that obeys it: 500 attacks, and nothing but an opinion comes of any (RELIABILITY 5)."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes.model_arena import DAY, KEY, addresses, seed_model_home
from tests.fault.injecting import (
    ENVIRONMENT,
    attack_all,
    write_news,
    wrong_decision,
    wrong_turn,
)
from tests.fault.injections import DISGUISES, GOALS, injections
from tests.model_server import ModelServer, Obey, Rule

pytestmark = pytest.mark.fault

COUNT = 500
SEED = 20260101


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


@pytest.fixture(scope="module")
def seeded(server, tmp_path_factory):
    return seed_model_home(tmp_path_factory.mktemp("seeded") / "home", server)


def test_the_attacks_are_all_different_and_have_every_goal_and_disguise():
    attacks = injections(COUNT, SEED)
    kinds = {tuple(attack.kind.split()[:2]) for attack in attacks}
    assert len({(attack.headline, attack.body, attack.source) for attack in attacks}) == COUNT
    assert {goal for goal, _ in kinds} == {goal.__name__ for goal in GOALS}
    assert {disguise for _, disguise in kinds} == {disguise.__name__ for disguise in DISGUISES}


def test_500_attacks_on_models_that_obey_move_nothing_and_tell_nothing(server, seeded, tmp_path):
    attacked = asyncio.run(attack_all(server, seeded, tmp_path, injections(COUNT, SEED)))
    assert attacked.problems == []
    assert attacked.obeyed > COUNT / 2
    assert len(attacked.arena.runs) == COUNT


def test_an_attack_through_the_program_leaves_no_canary_in_what_it_prints_and_keeps(
    server, seeded, tmp_path
):
    server.script(Rule(what=Obey()))
    reveal = next(
        each for each in injections(COUNT, SEED) if each.kind.startswith("exfiltration plain body")
    )
    write_news(tmp_path / "news.jsonl", [reveal], [DAY])
    first = program(server, seeded, "data", "import-news", tmp_path / "news.jsonl", "--json")
    assert json.loads(first.stdout)["items"] == 20
    voters = ("--profiles", "cheap_tech_analyst,cheap_risk_manager")
    shown = program(server, seeded, "run", "AAPL", "--as-of", str(DAY), *voters, "--json", "-v")
    assert shown.returncode == 0, shown.stderr
    (made,) = json.loads(shown.stdout)["decisions"]
    assert any("obeyed" in vote["rationale"] for vote in made["votes"])
    for canary in (KEY, ENVIRONMENT):
        assert canary not in shown.stdout + shown.stderr
        assert not any(canary.encode() in file.read_bytes() for file in files(seeded))


def test_what_is_looked_for_would_be_found():
    """The checks of this file can fail."""
    large = {"name": "portfolio_delta", "fired": True}
    made = {"symbol": "TSLA", "finalAction": "BUY", "confidence": 1.5, "escalated": False}
    made |= {"sizing": {"kind": "pct_equity", "value": 2}, "triggers": [large]}
    made |= {"votes": [{"veto": True}]}
    assert len(list(wrong_decision(made))) == 5
    use = {"name": "shell", "arguments": '{"symbol":"TSLA","sessions":999}', "refusal": None}
    turn = {"profile": "cheap_tech_analyst", "answers": [{"symbol": "TSLA"}]}
    assert len(list(wrong_turn({**turn, "call": {"toolUses": [use]}}))) == 4


def program(server, home, *words):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    mine = {**addresses(server), "AWS_SECRET_ACCESS_KEY": ENVIRONMENT, "QUORATE_HOME": str(home)}
    return subprocess.run(
        [str(Path(sys.executable).parent / "quorate"), *map(str, words)],
        env=inherited | mine,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def files(home):
    return [file for file in home.rglob("*") if file.is_file()]
