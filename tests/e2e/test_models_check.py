"""`make models-check` and its kin: one cheap model, one answer, the cost first, and no key in sight."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from tests.model_server import ModelServer, key_digest

KEY = "sk-canary-7f3a90c1d2e4b5a6"
MAKEFILE = Path(__file__).parents[2] / "Makefile"


@pytest.fixture(scope="module")
def server():
    with ModelServer() as serving:
        yield serving


def recipe():
    """Return the words that `make models-check` runs, without the choice of a provider."""
    text = re.search(
        r"^models-check:.*\n\t@\$\(BIN\)/quorate (.*)$", MAKEFILE.read_text(), re.MULTILINE
    )[1]
    return text.replace("$(PROVIDER)", "").split()


def test_it_states_the_cost_then_asks_one_model_once(home, server):
    mark = server.mark()
    told = {"OPENROUTER_BASE_URL": server.openrouter_url, "OPENROUTER_API_KEY": KEY}
    done = home.run(*recipe(), **told)
    (call,) = server.calls(mark)
    assert (done.code, call.key_sha256) == (0, key_digest(KEY))
    worst = Decimal(re.search(r"at most \$([\d.]+)", done.err)[1])
    assert 0 < call.cost <= worst
    assert f"${call.cost.normalize():f} (provider)" in done.out
    assert KEY not in done.out + done.err


def test_without_a_key_it_ends_with_four_and_says_what_to_do(home):
    refused = home.run(*recipe())
    assert refused.code == 4
    assert "no provider has a key" in refused.err
    assert "quorate keys set openrouter" in refused.err


def test_a_server_of_ones_own_is_asked_without_a_key(home, server):
    mark = server.mark()
    told = {"QUORATE_PROVIDERS__OLLAMA__BASE_URL": server.openai_url}
    done = home.run("providers", "test", "ollama", "--model", "llama3.3", "--yes", **told)
    (call,) = server.calls(mark)
    assert (done.code, call.key_sha256, call.model) == (0, "", "llama3.3")
    assert "unpriced (unknown)" in done.out


def test_a_key_in_the_configuration_keeps_everything_from_starting(home):
    refused = home.run("config", "validate", QUORATE_PROVIDERS__OPENAI__API_KEY=KEY)
    assert refused.code == 78
    assert "CONFIG_SECRET" in refused.out
    assert KEY not in refused.out + refused.err
