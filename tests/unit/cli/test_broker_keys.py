"""`quorate keys ... alpaca`: both parts of a key come in by a pipe, and go out nowhere."""

import io
import sys

import pytest

from quorate.kernel.secret import Secret

KEY_ID, SECRET = "PKCANARY0000000000XY", "secret-canary-7f3a90c1d2e4b5a6"


@pytest.fixture
def piped(monkeypatch):
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_both_keys_are_stored_and_neither_is_shown(quorate, fake_app, piped):
    piped(f"{KEY_ID}\n{SECRET}\n")
    done = quorate("keys", "set", "alpaca", "--json")
    assert (done.code, done.json["applied"], done.json["last4"]) == (0, True, "00XY")
    assert fake_app.broker.keys == (Secret(KEY_ID), Secret(SECRET))
    assert KEY_ID not in done.out + done.err
    assert SECRET not in done.out + done.err


def test_a_key_of_the_broker_is_no_argument_either(quorate, fake_app):
    refused = quorate("keys", "set", "alpaca", SECRET)
    assert refused.code == 2
    assert SECRET not in refused.out + refused.err
    assert fake_app.broker.keys == ()


def test_an_environment_that_goes_first_is_said(quorate, fake_app, piped):
    fake_app.broker.view.key_source = "env"
    piped(f"{KEY_ID}\n{SECRET}\n")
    assert "APCA_API_KEY_ID is set and goes before" in quorate("keys", "set", "alpaca").err


def test_the_broker_stands_in_the_list_of_keys(quorate):
    items = quorate("keys", "--json").json["items"]
    assert items[0] == {
        "name": "alpaca",
        "keySource": "none",
        "last4": "",
        "keyStored": False,
        "keyVariable": "APCA_API_KEY_ID",
    }


def test_keys_are_taken_away_once(quorate, piped):
    piped(f"{KEY_ID}\n{SECRET}\n")
    quorate("keys", "set", "alpaca")
    assert quorate("keys", "remove", "alpaca").lines == ["The keys of alpaca were taken away."]
    assert quorate("keys", "remove", "alpaca").lines == ["The keys of alpaca were not stored."]


def test_a_look_at_the_account_tells_its_money(quorate):
    shown = quorate("keys", "test", "alpaca")
    assert shown.code == 0
    assert shown.lines == [
        "alpaca: answers",
        "  host     https://paper-api.alpaca.markets",
        "  account  equity $100250.50, cash $100000",
        "  market   open",
        "  data     quotes come",
    ]


def test_an_account_that_takes_no_orders_is_a_finding(quorate, fake_app):
    fake_app.broker.told |= {"ok": False, "blocked": True}
    shown = quorate("keys", "test", "alpaca")
    assert shown.code == 3
    assert shown.lines[0] == "alpaca: takes no orders from this account"
