"""Bodies: whole, bounded, of one type, and JSON that says each thing once."""

import pytest

from quorate.hub.problems import RefusedError
from quorate.hub.security.bodies import (
    FORM,
    JSON,
    MAX_BODY_BYTES,
    check_json,
    check_length,
    check_type,
    form_field,
    has_body,
    read_body,
    replayed,
)


def receiving(*parts):
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, start=1)
    ]

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    return receive


def slug_of(check, *arguments, **options):
    with pytest.raises(RefusedError) as refusal:
        check(*arguments, **options)
    return refusal.value.slug


async def test_a_body_is_read_whole():
    assert await read_body(receiving(b"ab", b"", b"c")) == b"abc"


async def test_a_body_that_breaks_off_is_what_came():
    assert await read_body(receiving()) == b""


async def test_a_body_is_bounded():
    half = b" " * (MAX_BODY_BYTES // 2)
    assert len(await read_body(receiving(half, half))) == MAX_BODY_BYTES
    with pytest.raises(RefusedError) as refusal:
        await read_body(receiving(half, half, b" "))
    assert refusal.value.slug == "payload-too-large"
    assert refusal.value.refusal.headers == {"Connection": "close"}


async def test_a_body_is_given_once_and_then_what_follows():
    again = replayed(b"abc", receiving())
    assert (await again())["body"] == b"abc"
    assert (await again())["type"] == "http.disconnect"


@pytest.mark.parametrize("length", [None, "0", str(MAX_BODY_BYTES), "many", "-1"])
def test_a_length_within_the_limit_passes(length):
    check_length(length)


def test_a_length_past_the_limit_is_refused_unread():
    assert slug_of(check_length, str(MAX_BODY_BYTES + 1)) == "payload-too-large"


@pytest.mark.parametrize("given", [JSON, "application/json; charset=utf-8", "Application/JSON"])
def test_the_type_is_compared_as_http_compares_it(given):
    check_type(given, JSON, empty=False)


@pytest.mark.parametrize("given", ["text/plain", "application/jsonx", "", None, FORM])
def test_another_type_is_refused(given):
    assert slug_of(check_type, given, JSON, empty=False) == "unsupported-media-type"


def test_nothing_needs_no_type_but_must_not_claim_another():
    check_type(None, JSON, empty=True)
    assert slug_of(check_type, "text/plain", JSON, empty=True) == "unsupported-media-type"


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"a":{"b":1},"c":{"b":2}}', b"null", b'"x"'])
def test_json_that_says_each_thing_once_passes(body):
    check_json(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":1,"a":2}',
        b'[{"a":{"b":1,"b":2}}]',
        b"NaN",
        b"[Infinity]",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'"\\ud800"',
        b"[" * 200_000,
    ],
    ids=lambda body: body[:24].hex() or "empty",
)
def test_json_that_does_not_is_refused(body):
    with pytest.raises(RefusedError) as refusal:
        check_json(body)
    assert refusal.value.refusal.code == "MALFORMED_JSON"


def test_a_field_of_a_form_is_found():
    assert form_field(b"a=1&csrf=x%20y", "csrf") == "x y"
    assert form_field(b"a=1", "csrf") is None
    assert form_field(b"csrf=", "csrf") == ""
    assert form_field(b"\xff=1", "csrf") is None
    assert form_field(b"a=1&" * 2000, "csrf") is None


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], False),
        ([(b"content-length", b"0")], False),
        ([(b"content-length", b"2")], True),
        ([(b"transfer-encoding", b"chunked")], True),
    ],
)
def test_whether_a_body_follows_stands_in_the_head(headers, expected):
    assert has_body({"headers": headers}) is expected
