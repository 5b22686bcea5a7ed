"""Headers: the policy, the trace id, and what an answer said itself is left alone."""

import re

import pytest

from quorate.hub.security.headers import (
    CONTENT_SECURITY_POLICY,
    REPORTS_PATH,
    SECURITY_HEADERS,
    header_of,
    protect,
    trace_id_of,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def scope(**headers):
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"state": {}, "headers": raw}


async def protected(headers=(), asked=None):
    message = {"type": "http.response.start", "status": 200, "headers": list(headers)}
    await protect(message, asked or scope())
    return dict(message["headers"])


async def test_every_answer_is_protected():
    headers = await protected()
    for name, value in SECURITY_HEADERS:
        assert headers[name.lower().encode()] == value.encode()
    assert headers[b"cache-control"] == b"no-store"
    assert re.fullmatch(rb"[0-9a-f]{32}", headers[b"x-trace-id"])


async def test_what_an_answer_says_of_caching_stands():
    headers = await protected([(b"Cache-Control", b"public")])
    assert headers.get(b"cache-control") is None
    assert headers[b"Cache-Control"] == b"public"


async def test_a_body_is_left_alone():
    message = {"type": "http.response.body", "body": b"x"}
    await protect(message, scope())
    assert message == {"type": "http.response.body", "body": b"x"}


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline():
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert rules.pop("report-uri") == REPORTS_PATH
    assert (rules.pop("require-trusted-types-for"), rules.pop("trusted-types")) == (
        "'script'",
        "default",
    )
    assert {source for rule in rules.values() for source in rule.split()} == {
        "'self'",
        "'none'",
        "data:",
    }
    assert [name for name, sources in rules.items() if "data:" in sources] == ["img-src"]


def test_a_request_keeps_its_trace_id():
    asked = scope()
    assert trace_id_of(asked) == trace_id_of(asked)
    assert trace_id_of(scope()) != trace_id_of(scope())


def test_a_callers_trace_id_is_taken_over():
    assert trace_id_of(scope(traceparent=f"00-{TRACE}-00f067aa0ba902b7-01")) == TRACE


@pytest.mark.parametrize(
    "parent",
    [
        "",
        TRACE,
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"00-{TRACE}-00f067aa0ba902b7-01\r\nX: y",
    ],
)
def test_a_malformed_parent_is_not(parent):
    assert trace_id_of(scope(traceparent=parent)) != TRACE


def test_the_first_header_of_a_name_counts():
    asked = {"headers": [(b"host", b"a"), (b"host", b"b")]}
    assert header_of(asked, "host") == "a"
    assert header_of(asked, "origin") is None
