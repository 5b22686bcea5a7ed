import hashlib
import json

import pytest

from quorate.audit.chain import GENESIS, chained_hash, recomputed_hash, row_bytes
from quorate.kernel.canonical import canonical_json
from tests.unit.audit.chains import chain, row

TEXTS = [
    pytest.param("", id="an empty text"),
    pytest.param('a "quoted" \\ text', id="quotes and backslashes"),
    pytest.param("line\nfeed\ttab\x01", id="control characters"),
    pytest.param("€ é 日本 \u2028 \U0001f600", id="text beyond ASCII"),
]


def columns(**other):
    usual = {
        "seq": 7,
        "ts": "2026-11-21T03:12:00.000007Z",
        "tenant": "local",
        "book": "replay",
        "trace_id": "ab",
        "stream": "run:run_1",
        "type_": "vote.cast",
        "payload": '{"a":1}',
    }
    return usual | other


def test_the_bytes_of_a_row_are_pinned_for_ever():
    """Whoever verifies a chain without us builds on this form."""
    assert row_bytes(**columns()) == (
        b'{"book":"replay","payload":{"a":1},"seq":7,"stream":"run:run_1","tenant":"local",'
        b'"traceId":"ab","ts":"2026-11-21T03:12:00.000007Z","type":"vote.cast"}'
    )


@pytest.mark.parametrize("text", TEXTS)
def test_the_bytes_of_a_row_are_its_canonical_json(text):
    texts = {key: text for key in columns() if key not in {"seq", "payload"}}
    payload = {"text": text}
    written = row_bytes(**columns(**texts, payload=canonical_json(payload)))
    tree = {
        "book": text,
        "payload": payload,
        "seq": 7,
        "stream": text,
        "tenant": text,
        "traceId": text,
        "ts": text,
        "type": text,
    }
    assert written == canonical_json(tree).encode()
    assert json.loads(written) == tree


def test_a_hash_covers_a_zero_byte_the_hash_before_it_and_the_row():
    """Source: RELIABILITY 4.2, invariant 10."""
    expected = hashlib.sha256(b"\x00" + bytes(32) + b"row").hexdigest()
    assert chained_hash(GENESIS, b"row") == expected
    assert chained_hash(expected, b"row") != expected


def test_an_entrys_hash_is_that_of_its_columns():
    entry = row(7, payload='{"a":1}', trace_id="ab", ts="2026-11-21T03:12:00.000007Z")
    assert recomputed_hash(entry, GENESIS) == chained_hash(GENESIS, row_bytes(**columns()))


def test_each_row_of_a_chain_carries_the_hash_of_the_one_before():
    rows = chain(3)
    assert [entry.prev_hash for entry in rows] == [GENESIS, rows[0].hash, rows[1].hash]
