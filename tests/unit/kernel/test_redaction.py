import pytest

from quorate.kernel.canonical import sha256_hex
from quorate.kernel.redaction import MASK, redacted

CANARIES = (
    pytest.param("sk-canary-7f3a90c1d2e4b5a6", id="OpenAI"),
    pytest.param("sk-or-v1-0123456789abcdef0123456789abcdef", id="OpenRouter"),
    pytest.param("arn_Zk9x8YvTq1mB4nC7dE2fG5hJ", id="a token of ours"),
    pytest.param("PKABCDEFGH1234567890", id="Alpaca"),
    pytest.param("AKIAABCDEFGHIJKLMNOP", id="AWS"),
    pytest.param("ghp_0123456789abcdefABCDEF0123", id="GitHub"),
    pytest.param("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", id="JWT"),
    pytest.param("AbCdEf0123456789AbCdEf0123456789xyz", id="nobody's shape, but long and mixed"),
)


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("around", ['the key is "{}".', '{{"k":"{}"}}', "{}", "a\n{}\nb"])
def test_what_looks_like_a_key_is_masked_wherever_it_stands(canary, around):
    shown = redacted(around.format(canary))
    assert canary not in shown
    assert MASK in shown


@pytest.mark.parametrize(
    ("text", "canary"),
    [
        ("Authorization: Bearer qwerty.uiop", "qwerty.uiop"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="),
        ('{"api_key": "hunter2hunter2"}', "hunter2hunter2"),
        (r"{\"apiKey\":\"hunter2hunter2\"}", "hunter2hunter2"),
        ("password = correct-horse", "correct-horse"),
        ("my secret key is swordfish99", "swordfish99"),
        ("the AP\u0130 KEY: hunter2hunter2", "hunter2hunter2"),
        ("your acce\u017f\u017f token: hunter2hunter2", "hunter2hunter2"),
        ("a pr\u0131vate key = hunter2hunter2", "hunter2hunter2"),
        ("https://joe:opensesame@example.org/x", "opensesame"),
    ],
)
def test_what_is_called_a_secret_is_masked_and_its_name_stays(text, canary):
    shown = redacted(text)
    assert canary not in shown
    assert shown.startswith(text[:4])


def test_a_private_key_is_masked_whole_even_when_its_end_is_cut_off():
    text = "see -----BEGIN PRIVATE KEY-----\nMIIabc\ndef"
    assert redacted(text) == f"see {MASK}"


def test_a_configured_key_is_masked_whatever_it_looks_like():
    assert redacted("it said plain-words here", ["plain-words"]) == f"it said {MASK} here"
    assert redacted("longer-key and key", ["longer-key"]) == f"{MASK} and key"


def test_a_placeholder_masks_nothing():
    assert redacted("ollama says EMPTY", ["ollama", "EMPTY", ""]) == "ollama says EMPTY"


@pytest.mark.parametrize(
    "text",
    [
        sha256_hex("x"),
        "run_01KB3F9QW7AAAAAAAAAAAAAAAA",
        "2012-06-29,578.00,584.00,572.24,584.00,15106500",
        '{"decisions":[{"symbol":"AAPL","action":"BUY","confidence":0.8}]}',
        "The secret of this trend is patience; a token of strength.",
        "anthropic/claude-sonnet-5.5",
        '"pattern":"^P(?:[0-9]{1,3})D$","additionalProperties":false',
    ],
)
def test_hashes_ids_prices_and_prose_stay_as_they_are(text):
    assert redacted(text) == text


def test_masking_twice_changes_nothing_more():
    once = redacted("Bearer abcdef123456 and sk-canary-7f3a90c1d2e4b5a6, password: hunter2x")
    assert redacted(once) == once
