"""Text as every database takes it."""

import pytest

from quorate.kernel.storable import storable


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        pytest.param("buy\tnow\r\n", "buy\tnow\r\n", id="lines and tabs stay"),
        pytest.param("a\x00b\x7f", "a\ufffdb\ufffd", id="control characters"),
        pytest.param("a\ud800b", "a\ufffdb", id="a lone surrogate"),
        pytest.param(b"a\xffb", "a\ufffdb", id="bytes that are no UTF-8"),
    ],
)
def test_what_no_database_takes_is_replaced(told, kept):
    assert storable(told) == kept
