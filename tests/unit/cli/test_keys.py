"""`quorate keys`: a key comes in by typing or a pipe, and goes out nowhere."""

import io
import sys

import pytest

from quorate.kernel.secret import Secret

KEY = "sk-canary-7f3a90c1d2e4b5a6"


@pytest.fixture
def piped(monkeypatch):
    """Return how to put a text on the program's standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_a_piped_key_is_stored_and_never_shown(quorate, fake_app, piped):
    piped(f"{KEY}\nmore\n")
    done = quorate("keys", "set", "openrouter", "--json")
    assert (done.code, done.json["applied"], done.json["last4"]) == (0, True, "b5a6")
    assert fake_app.models.providers.keys == {"openrouter": Secret(KEY)}
    assert KEY not in done.out + done.err


def test_a_key_that_stands_there_already_is_said_so(quorate, piped):
    for said in ("is stored.", "is already stored."):
        piped(f"{KEY}\n")
        assert quorate("keys", "set", "openai").lines == [f"The key of openai {said}"]


def test_a_key_is_never_an_argument(quorate, fake_app):
    refused = quorate("keys", "set", "openrouter", KEY)
    assert refused.code == 2
    assert "never an argument" in refused.err
    assert KEY not in refused.out + refused.err
    assert fake_app.models.providers.keys == {}


def test_a_key_for_nobody_is_not_read(quorate, piped):
    piped(KEY)
    assert quorate("keys", "set", "nobody").code == 5


def test_an_environment_that_goes_first_is_said(quorate, fake_app, piped):
    fake_app.models.providers.known["openai"].key_source = "env"
    piped(f"{KEY}\n")
    assert "OPENAI_API_KEY is set and goes before" in quorate("keys", "set", "openai").err


def test_keys_are_listed_by_where_they_come_from(quorate, piped):
    piped(f"{KEY}\n")
    quorate("keys", "set", "openai")
    items = quorate("keys", "--json").json["items"]
    assert items[1] == {
        "name": "openai",
        "keySource": "file",
        "last4": "b5a6",
        "keyStored": True,
        "keyVariable": "OPENAI_API_KEY",
    }
    assert items[2]["keySource"] == "none"


def test_a_key_is_taken_away_once(quorate, piped):
    piped(f"{KEY}\n")
    quorate("keys", "set", "openai")
    assert quorate("keys", "remove", "openai", "--json").json["applied"] is True
    assert quorate("keys", "remove", "openai").lines == ["The key of openai was not stored."]
