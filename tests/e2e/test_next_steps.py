"""What README tells a user with an OpenRouter key, or with Ollama, to do next: the very lines, over real HTTP."""

import re
import shlex
from decimal import Decimal

import pytest

from tests.architecture.repository import ROOT, code_blocks
from tests.model_server import ModelServer, Rule, votes

pytestmark = pytest.mark.e2e
BLOCKS = code_blocks((ROOT / "README.md").read_text(), "console")
KEY = "sk-canary-4d1f60b8c7a95e23"


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


def steps(first):
    """Return the commands of the block that begins so, and the variables that it exports."""
    (block,) = [block for block in BLOCKS if block.startswith(first)]
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    exported = dict(
        word.split("=", 1) for line in lines if line[0] == "export" for word in line[1:]
    )
    return [line[1:] for line in lines if line[0] == "quorate"], exported


def followed(home, server, first, **environment):
    """Do what the block says, in a home of its own; return what each command printed, and the calls that were made."""
    commands, exported = steps(first)
    server.script(
        Rule(contains="Your seat: technical", what=votes("BUY", 0.8)),
        Rule(contains="Your seat: risk", what=votes("BUY", 0.7)),
    )
    mark = server.mark()
    printed = {}
    for words in commands:
        done = home.run(*words, **(exported | environment))
        assert done.code == 0, (words, done.err)
        printed[" ".join(words[:2])] = done.out
    return printed, server.calls(mark)


def test_a_user_with_an_openrouter_key_gets_a_decision_and_its_cost(server, home):
    printed, calls = followed(
        home,
        server,
        "export OPENROUTER_API_KEY",
        OPENROUTER_API_KEY=KEY,
        OPENROUTER_BASE_URL=server.openrouter_url,
    )
    assert {call.model for call in calls} == {"openai/gpt-5-mini", "openai/gpt-oss-120b:free"}
    assert all(call.key_sha256 for call in calls)
    assert re.search(r"cheap_analyst +BUY +0\.80", printed["run AAPL"])
    assert sum(call.cost for call in calls) > Decimal(0)
    assert "openai/gpt-5-mini" in home.run("cost", "--by", "model", "--json").out


def test_a_user_with_ollama_needs_no_key_and_sees_no_made_up_price(server, home):
    printed, calls = followed(
        home,
        server,
        "export QUORATE_PROVIDERS__OLLAMA",
        QUORATE_PROVIDERS__OLLAMA__BASE_URL=server.openai_url,
    )
    assert {call.model for call in calls} == {"llama3.3", "qwen3"}
    assert {call.key_sha256 for call in calls} == {""}
    assert "▲ BUY AAPL" in printed["run AAPL"]
    (day,) = home.run("cost", "--by", "day", "--json").json["items"]
    assert (day["calls"], day["unpriced"], day["costUsd"]) == (2, 2, None)
    run = home.run("runs", "--json").json["items"][0]
    assert run["costUsd"] is None
