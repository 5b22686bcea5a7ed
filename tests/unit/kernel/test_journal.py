import pytest

from quorate.kernel.ids import BookName, Tenant, TraceId
from quorate.kernel.journal import JournalEntry, step_key


def entry(payload: str) -> JournalEntry:
    return JournalEntry(
        seq=1,
        ts="2026-11-21T03:12:00.123456Z",
        tenant=Tenant("local"),
        book=BookName(""),
        trace_id=TraceId(""),
        stream="run:1",
        type="run.requested",
        payload=payload,
        prev_hash="",
        hash="",
    )


def test_the_facts_of_a_row_are_its_payload():
    assert entry('{"price":"1.5","voter":true}').facts == {"price": "1.5", "voter": True}


def test_a_payload_that_is_no_object_has_no_facts():
    with pytest.raises(TypeError):
        _ = entry("[1]").facts


def test_a_steps_key_is_pinned_for_ever():
    """Keys stand in ledgers that were written long ago: sha256 of the four parts, a line each."""
    key = step_key(scope="run_1", step="snapshot", version="1", step_input="2012-06-29")
    assert key == "5bfe613b03ae00edeb811d7416b9b34f7ea071762971a578fafcf18883963f91"


@pytest.mark.parametrize("part", ["scope", "step", "version", "step_input"])
def test_every_part_of_a_step_changes_its_key(part):
    parts = {"scope": "run_1", "step": "answer", "version": "1", "step_input": "abc"}
    assert step_key(**parts) != step_key(**{**parts, part: "other"})
