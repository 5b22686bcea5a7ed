"""Where the broker is reached: never live by mistake, never in clear text, keys never shown."""

import pytest

from quorate.adapters.alpaca.endpoint import AlpacaEndpoint
from quorate.kernel.errors import RejectedError

KEYS = {
    "APCA_API_KEY_ID": "PK0123456789ABCDEFGH",
    "APCA_API_SECRET_KEY": "secret-secret-secret-secret",
}


def endpoint(**changes):
    return AlpacaEndpoint.of({**KEYS, **changes})


def test_without_keys_there_is_no_endpoint():
    assert AlpacaEndpoint.of({}) is None
    assert AlpacaEndpoint.of({"APCA_API_BASE_URL": "https://paper-api.alpaca.markets"}) is None


def test_the_paper_host_is_the_default():
    found = endpoint()
    assert (found.base_url, found.data_url) == (
        "https://paper-api.alpaca.markets",
        "https://data.alpaca.markets",
    )
    assert found.stream_url == "wss://paper-api.alpaca.markets/stream"


def test_loopback_needs_no_encryption():
    assert endpoint(APCA_API_BASE_URL="http://127.0.0.1:9/").stream_url == "ws://127.0.0.1:9/stream"


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://api.alpaca.markets",
            "https://API.Alpaca.Markets",
            "https://api.alpaca.markets.",
        ),
        *("https://broker-api.alpaca.markets", "https://api.alpaca.markets:443"),
    ],
)
def test_the_live_host_is_refused_in_paper_mode(url):
    """CF-004."""
    with pytest.raises(RejectedError) as refusal:
        endpoint(APCA_API_BASE_URL=url)
    told = str(refusal.value)
    assert "real money" in told
    assert "Nothing is sent" in told
    assert "Fix: set APCA_API_BASE_URL=https://paper-api.alpaca.markets" in told
    assert refusal.value.slug == "config-refused"


def test_the_live_host_is_taken_by_a_live_book():
    live = AlpacaEndpoint.of({**KEYS, "APCA_API_BASE_URL": "https://api.alpaca.markets"}, live=True)
    assert live is not None


@pytest.mark.parametrize("name", ["APCA_API_BASE_URL", "APCA_API_DATA_URL"])
@pytest.mark.parametrize(
    "url",
    [
        *("http://paper-api.alpaca.markets", "ftp://host", "host", "https://", "https://h:99999"),
        *("https://user:pass@host", "https://host/v2", "https://host?x=1", "https://[::1"),
    ],
)
def test_an_address_that_is_none_or_would_show_the_key_is_refused(name, url):
    with pytest.raises(RejectedError) as refusal:
        endpoint(**{name: url})
    assert name in str(refusal.value)
    assert "pass" not in str(refusal.value)


@pytest.mark.parametrize("missing", list(KEYS))
def test_half_a_key_is_refused(missing):
    with pytest.raises(RejectedError, match=missing):
        AlpacaEndpoint.of({**KEYS, missing: " "})


def test_a_key_that_no_header_carries_is_refused():
    with pytest.raises(RejectedError, match="line break"):
        endpoint(**{"APCA_API_SECRET_KEY": "secret\r\nX-Evil: 1"})  # noqa: PIE804  (no password)


def test_keys_are_not_shown_and_taken_out_of_what_is_told():
    found = endpoint()
    assert not any(key in repr(found) for key in KEYS.values())
    told = " ".join(KEYS.values()).encode()
    assert found.masked(told) == b"*** ***"
    assert found.headers["APCA-API-KEY-ID"] == KEYS["APCA_API_KEY_ID"]
