"""Which providers there are: the two that everybody knows, and those of the configuration."""

import pytest

from quorate.adapters.openai_compatible.configured import (
    KeySource,
    configured_providers,
    endpoints_of,
    key_variable,
    provider_variables,
)
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret
from quorate.llm.provider import WELL_KNOWN, Dialect, ProviderPolicy, Routing

KEY = "sk-or-v1-0123456789abcdef"
OLLAMA = {"ollama": ProviderPolicy(base_url="http://127.0.0.1:11434/v1")}


def found(policies=None, environment=None, keys=None):
    return {
        each.name: each
        for each in configured_providers(policies or {}, environment or {}, keys or {})
    }


def test_without_a_key_or_a_url_nobody_can_be_asked():
    both = found({}, {"OPENAI_API_KEY": "", "OPENROUTER_BASE_URL": " "})
    assert sorted(both) == ["openai", "openrouter"]
    assert endpoints_of(both.values()) == ()
    assert "quorate keys set openrouter" in both["openrouter"].lacks


def test_a_key_is_enough():
    one = found({}, {"OPENROUTER_API_KEY": f" {KEY}\n"})["openrouter"]
    assert (one.base_url, one.dialect) == (WELL_KNOWN["openrouter"].base_url, Dialect.OPENROUTER)
    assert (one.key_source, one.key_ending, one.stored) == (KeySource.ENVIRONMENT, "cdef", False)
    assert one.endpoint.headers == {"X-Title": "Quorate"}


def test_a_key_of_the_environment_goes_before_one_of_the_file():
    one = found({}, {"OPENAI_API_KEY": KEY}, {"openai": Secret("other")})["openai"]
    assert (one.endpoint.key, one.key_source, one.stored) == (
        Secret(KEY),
        KeySource.ENVIRONMENT,
        True,
    )


def test_a_short_key_shows_nothing_of_itself():
    one = found(OLLAMA, {}, {"ollama": Secret("EMPTY")})["ollama"]
    assert (one.key_source, one.key_ending) == (KeySource.FILE, "")


def test_a_server_of_ones_own_needs_no_key():
    one = found(OLLAMA)["ollama"]
    assert (one.dialect, one.endpoint.key, one.lacks) == (Dialect.PLAIN, None, "")
    assert not one.endpoint.is_structured


def test_a_configured_provider_has_a_variable_of_its_own():
    policies = {"my-vllm": ProviderPolicy(base_url="https://vllm.example/v1")}
    assert key_variable("my-vllm") == "MY_VLLM_API_KEY"
    assert "MY_VLLM_API_KEY" in provider_variables(policies)
    assert found(policies, {"MY_VLLM_API_KEY": KEY})["my-vllm"].endpoint.key == Secret(KEY)


def test_an_address_of_the_environment_goes_before_that_of_the_configuration():
    policies = {"openai": ProviderPolicy(base_url="https://proxy.example/v1")}
    told = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    assert found(policies)["openai"].base_url == "https://proxy.example/v1"
    assert found(policies, told)["openai"].base_url == "http://127.0.0.1:9/v1"


def test_what_is_configured_is_what_is_sent():
    policies = {
        "openrouter": ProviderPolicy(
            strict_schema=True, routing=Routing(order=("deepinfra",), zdr=True)
        )
    }
    endpoint = found(policies, {"OPENROUTER_API_KEY": KEY})["openrouter"].endpoint
    assert endpoint.routing == {"order": ["deepinfra"], "zdr": True}
    assert endpoint.strict_schema is True


def test_a_key_does_not_follow_a_url_into_the_open():
    policies = {"far": ProviderPolicy(base_url="http://models.example/v1")}
    assert found(policies)["far"].endpoint is not None
    with pytest.raises(RejectedError, match="unencrypted") as caught:
        found(policies, {"FAR_API_KEY": KEY})
    assert KEY not in str(caught.value)
