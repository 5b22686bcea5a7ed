"""Refusals: the three kinds exactly, for every error body that the broker has."""

import json

import pytest

from quorate.adapters.alpaca.connection import Answer
from quorate.adapters.alpaca.refusal import is_known_id, no_answer, refused_order
from quorate.execution.broker import (
    BrokerUnavailableError,
    KeysRefusedError,
    OrderRefusedError,
    OutcomeUnknownError,
)

BODIES = [
    (400, 40010000, "request body format is invalid"),
    (403, 40310000, "insufficient buying power"),
    (403, 40310000, "potential wash trade detected. use complex orders"),
    (403, 40310000, "insufficient qty available for order (requested: 10, available: 0)"),
    (404, 40410000, "order not found for x"),
    (422, 40010001, "qty must be > 0"),
    (422, 42210000, 'order is already in "filled" state'),
    (422, 42210000, "asset AAPL is not tradable"),
]


def answer(status, body):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status=status, headers={}, body=content)


@pytest.mark.parametrize(("status", "code", "message"), BODIES)
def test_what_the_broker_refuses_is_refused_for_good(status, code, message):
    error = refused_order(answer(status, {"code": code, "message": message}))
    assert type(error) is OrderRefusedError
    assert message in error.cause
    assert str(code) in error.cause
    assert f"HTTP {status}" in error.cause


@pytest.mark.parametrize("status", [301, 408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_what_is_no_refusal_leaves_the_order_unknown(status):
    error = refused_order(answer(status, {"code": 1, "message": "no"}))
    assert type(error) is OutcomeUnknownError


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"code":1}', b'{"message":5}', b"\xff"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_in_words_that_are_not_the_brokers_proves_nothing(status, body):
    assert type(refused_order(answer(status, body))) is OutcomeUnknownError


def test_a_message_is_shown_short_and_printable():
    error = refused_order(answer(403, {"code": 1, "message": "a\x1b[31m\n" + "b" * 1000}))
    assert "\x1b" not in error.cause
    assert "\n" not in error.cause
    assert len(error.cause) < 300


@pytest.mark.parametrize(
    ("status", "message", "known"),
    [
        (422, "client_order_id must be unique", True),
        (422, "CLIENT_ORDER_ID must be UNIQUE", True),
        (422, "qty must be > 0", False),
        (403, "client_order_id must be unique", False),
    ],
)
def test_an_id_that_was_seen_before_is_told_from_other_refusals(status, message, known):
    assert is_known_id(answer(status, {"code": 40010001, "message": message})) is known


def test_keys_that_are_refused_took_nothing_and_halt():
    body = {"code": 40110000, "message": "request is not authorized"}
    for error in (refused_order(answer(401, body)), no_answer(answer(401, body))):
        assert type(error) is KeysRefusedError
        assert "APCA_API_KEY_ID" in error.fix


@pytest.mark.parametrize("status", [400, 403, 404, 422, 429, 500, 503])
def test_a_question_has_no_answer_whatever_the_status(status):
    error = no_answer(answer(status, {"code": 1, "message": "no"}))
    assert type(error) is BrokerUnavailableError
    assert (error.slug == "rate-limited") is (status == 429)
