"""The limits of the connections; what they do is in tests/integration/test_openai_compatible_connections.py."""

from dataclasses import fields, replace

import pytest

from quorate.adapters.openai_compatible.connections import (
    ConnectionPolicy,
    HttpAnswer,
    HttpRequest,
)
from quorate.kernel.errors import RejectedError

LIMITS = [each.name for each in fields(ConnectionPolicy) if each.name != "proxy"]


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_that_is_none_is_refused(name, value):
    with pytest.raises(RejectedError, match="not above 0"):
        replace(ConnectionPolicy(), **{name: value})


def test_neither_headers_nor_bodies_are_shown():
    request = HttpRequest(
        url="http://127.0.0.1/v1",
        headers={"Authorization": "hidden"},
        body=b"hidden",
        timeout_s=1,
        longest_answer=1,
        source="local",
    )
    answer = HttpAnswer(status=200, headers={"X": "hidden"}, body=b"hidden")
    assert "hidden" not in f"{request} {answer} {ConnectionPolicy(proxy='hidden')}"
