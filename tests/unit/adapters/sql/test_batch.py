"""A batch: events as they will read back, chained behind the head."""

from datetime import date
from decimal import Decimal

import pytest

from quorate.adapters.sql.batch import Batch, as_stored
from quorate.audit.chain import GENESIS, recomputed_hash
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Tenant
from quorate.kernel.journal import Event, JournalEntry
from tests.integration.facts import TRACE, noted

TS = "2026-11-20T12:00:00.000000Z"


def test_rows_chain_behind_the_head():
    batch = Batch(Tenant("t"), 4, "ab" * 32, TS)
    for number in range(3):
        batch.append(*as_stored(noted(number)))
    entries = [JournalEntry(**row) for row in batch.rows]
    assert [entry.seq for entry in entries] == [5, 6, 7]
    assert [entry.prev_hash for entry in entries] == ["ab" * 32, *(e.hash for e in entries[:-1])]
    assert all(entry.hash == recomputed_hash(entry, entry.prev_hash) for entry in entries)
    assert (batch.seq, batch.head) == (7, entries[-1].hash)


def test_a_batch_without_rows_ends_where_it_began():
    batch = Batch(Tenant("t"), 0, GENESIS, TS)
    assert (batch.seq, batch.head, batch.rows) == (0, GENESIS, [])


def test_values_are_turned_into_what_will_read_back():
    payload = {"d": Decimal("1.15"), "f": 0.5, "day": date(2012, 6, 29), "n": (1, None, True)}
    stored, _ = as_stored(Event(stream="s:1", type="s.t", payload=payload))
    assert stored.payload == {
        "d": "1.15",
        "f": "0.5",
        "day": "2012-06-29",
        "n": [1, None, True],
    }


def test_the_step_key_stands_in_the_payload():
    assert as_stored(noted("a", step_key="k"))[0].payload == {"text": "a", "stepKey": "k"}
    assert "stepKey" not in as_stored(noted("a"))[0].payload


def test_all_else_is_left_as_it_is():
    event = noted("a", step_key="k", attachments=(b"x",))
    stored, _ = as_stored(event)
    assert (stored.stream, stored.type, stored.trace_id) == ("note:a", "note.made", TRACE)
    assert (stored.book, stored.step_key, stored.attachments) == ("", "k", (b"x",))


@pytest.mark.parametrize("field", ["stream", "type", "trace_id", "book", "step_key"])
@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"], ids=["NUL", "surrogate"])
def test_a_text_that_not_every_database_takes_is_refused(field, text):
    about = {"stream": "s:1", "type": "s.t", "payload": {}, field: text}
    with pytest.raises(InvariantBrokenError):
        as_stored(Event(**about))
