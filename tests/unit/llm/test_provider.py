"""Providers as they are configured: what is refused, and what OpenRouter is told of its hosts."""

import pytest

from quorate.kernel.errors import RejectedError
from quorate.llm.provider import (
    DataCollection,
    Dialect,
    HostSort,
    ProviderPolicy,
    Routing,
    is_loopback,
    keeps_secrets,
    provider_problem,
)

LOCAL = "http://127.0.0.1:11434/v1"


def test_a_provider_of_ones_own_is_complete_with_an_address():
    assert provider_problem("ollama", ProviderPolicy(base_url=LOCAL)) == ""
    assert "base_url" in provider_problem("ollama", ProviderPolicy())


def test_a_known_provider_needs_no_address():
    assert provider_problem("openrouter", ProviderPolicy(strict_schema=True)) == ""


@pytest.mark.parametrize("name", ["Ollama", "", "a b", "rules", "x" * 33])
def test_a_name_that_is_none_is_said(name):
    assert "named in lower case" in provider_problem(name, ProviderPolicy(base_url=LOCAL))


def test_routing_is_for_those_that_route():
    routing = Routing(order=("deepinfra",))
    assert "routing" in provider_problem("openai", ProviderPolicy(routing=routing))
    proxy = ProviderPolicy(base_url=LOCAL, dialect=Dialect.OPENROUTER, routing=routing)
    assert provider_problem("proxy", proxy) == ""


@pytest.mark.parametrize("base_url", ["ftp://x", "http://u:p@x/v1", "https://x/v1?key=1", "x"])
def test_an_address_that_is_none_is_refused(base_url):
    with pytest.raises(RejectedError, match="base_url"):
        ProviderPolicy(base_url=base_url)


def test_what_was_not_said_is_not_sent():
    assert Routing().as_json() is None
    told = Routing(
        only=("a",),
        ignore=("b",),
        allow_fallbacks=False,
        require_parameters=True,
        data_collection=DataCollection.DENY,
        quantizations=("fp8",),
        sort=HostSort.PRICE,
    )
    assert told.as_json() == {
        "only": ["a"],
        "ignore": ["b"],
        "allow_fallbacks": False,
        "require_parameters": True,
        "data_collection": "deny",
        "quantizations": ["fp8"],
        "sort": "price",
    }


@pytest.mark.parametrize(
    ("url", "near"),
    [
        (LOCAL, True),
        ("http://localhost/v1", True),
        ("http://[::1]/v1", True),
        ("http://192.168.0.2/v1", False),
        ("http://models.example/v1", False),
        ("https://models.example/v1", False),
    ],
)
def test_this_machine_is_told_from_every_other(url, near):
    assert is_loopback(url) is near
    assert keeps_secrets(url) is (near or url.startswith("https"))
