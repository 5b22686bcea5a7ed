"""An endpoint that could not be reached safely is refused."""

import pytest

from quorate.adapters.openai_compatible.endpoint import Endpoint
from quorate.kernel.errors import RejectedError
from quorate.kernel.secret import Secret
from quorate.llm.provider import Dialect

KEY = Secret("sk-or-v1-0123456789abcdef")


def endpoint(**changes):
    return Endpoint(**{"name": "local", "base_url": "http://127.0.0.1:11434/v1", **changes})


def test_an_endpoint_is_plain_and_without_a_key_unless_told_otherwise():
    assert (endpoint().dialect, endpoint().key) == (Dialect.PLAIN, None)


@pytest.mark.parametrize(
    "base_url", ["https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/"]
)
def test_a_path_follows_the_base_url(base_url):
    assert endpoint(base_url=base_url).url("models") == "https://openrouter.ai/api/v1/models"


@pytest.mark.parametrize(
    "base_url",
    [
        *(
            "",
            "openrouter.ai/api/v1",
            "ftp://127.0.0.1/v1",
            "file:///etc/passwd",
            "http://",
            "http://[::1",
        ),
        *(
            "http://127.0.0.1:99999/v1",
            "http://user:pass@127.0.0.1/v1",
            "http://127.0.0.1/v1?key=1",
        ),
        *("http://127.0.0.1/v1#a", "http://127.0.0.1/v1\r\nX: y"),
    ],
)
def test_a_base_url_that_is_none_is_refused(base_url):
    with pytest.raises(RejectedError, match=r"no http\(s\) URL") as caught:
        endpoint(base_url=base_url)
    assert caught.value.slug == "config-refused"


@pytest.mark.parametrize("name", ["", "Open Router", "../x", "-a", "a" * 33, "OPENAI"])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(RejectedError, match="no name of a provider"):
        endpoint(name=name)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "k\u00e9y", "tab\t"])
def test_a_key_that_could_not_be_sent_is_refused_without_quoting_it(key):
    with pytest.raises(RejectedError) as caught:
        endpoint(key=Secret(key))
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:8000/v1",
        "http://localhost/v1",
        "http://[::1]/v1",
        "https://10.0.0.7/v1",
        "https://openrouter.ai/api/v1",
    ],
)
def test_a_key_travels_encrypted_or_stays_on_this_machine(base_url):
    assert endpoint(base_url=base_url, key=KEY).key == KEY


@pytest.mark.parametrize(
    "base_url", ["http://openrouter.ai/api/v1", "http://8.8.8.8/v1", "http://192.168.1.5:8000/v1"]
)
def test_a_key_does_not_travel_unencrypted(base_url):
    with pytest.raises(RejectedError, match="would travel unencrypted"):
        endpoint(base_url=base_url, key=KEY)
    assert endpoint(base_url=base_url).key is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "x"},
        {"HOST": "x"},
        {"A b": "x"},
        {"": "x"},
        {"X": "a\r\nB: c"},
        {"X": "\u00e9"},
    ],
)
def test_a_header_that_could_not_be_sent_is_refused(headers):
    with pytest.raises(RejectedError, match="cannot be sent"):
        endpoint(headers=headers)


@pytest.mark.parametrize(
    ("dialect", "strict", "sent"),
    [
        (Dialect.PLAIN, None, False),
        (Dialect.PLAIN, True, True),
        (Dialect.OPENAI, None, True),
        (Dialect.OPENAI, False, False),
        (Dialect.OPENROUTER, None, True),
    ],
)
def test_a_schema_is_sent_where_it_is_known_or_asked_for(dialect, strict, sent):
    assert endpoint(dialect=dialect, strict_schema=strict).is_structured is sent
