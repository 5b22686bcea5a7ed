import hashlib

import pytest

from quorate.llm.decode import digest_of, head_of


@pytest.mark.parametrize("text", ["", "a", "\u00e9" * 100_000, "\ud800"])
def test_a_text_has_the_hash_of_its_bytes(text):
    raw = text.encode("utf-8", "surrogatepass")
    assert digest_of(text) == digest_of(raw) == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize(
    ("raw", "head"),
    [
        pytest.param(b"a\tb\r\nc", "a\tb\r\nc", id="white space stays"),
        pytest.param(b"\x00\x1b[2J\x7f", "\\x00\\x1b[2J\\x7f", id="control characters"),
        pytest.param(b"\xff\xfe", "\\xff\\xfe", id="bytes that are no text"),
        pytest.param("\ud800", "\\ud800", id="a lone surrogate"),
        pytest.param("\u00e9" * 3000, "\u00e9" * 2048, id="4 KiB, not 4096 characters"),
        pytest.param("x" + "\u00e9" * 3000, "x" + "\u00e9" * 2047, id="no half character"),
        pytest.param(b"\x00" * 5000, "\\x00" * 1024, id="escapes count"),
        pytest.param(b"x" + b"\x00" * 5000, "x" + "\\x00" * 1023 + "\\x0", id="cut in an escape"),
    ],
)
def test_the_head_is_storable_and_at_most_4_kib(raw, head):
    assert head_of(raw) == head
    assert len(head.encode()) <= 4096
