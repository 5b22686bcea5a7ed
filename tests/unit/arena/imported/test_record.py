from dataclasses import replace

import pytest

from quorate.arena.imported.assembling import assembled
from quorate.arena.imported.record import arena_stream, imported_events, read_arena
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import BookName, Tenant, TraceId
from quorate.kernel.journal import JournalEntry
from tests.fakes.other_arenas import YUAN, shanghai, sources_of

AT = "2026-11-22T02:00:00.000000Z"


def arena():
    return assembled(sources_of(*shanghai()), YUAN)


def rows(events):
    return [
        JournalEntry(
            seq=seq,
            ts=AT,
            tenant=Tenant("local"),
            book=BookName(""),
            trace_id=TraceId(""),
            stream=event.stream,
            type=event.type,
            payload=canonical_json(dict(event.payload)),
            prev_hash="",
            hash="",
        )
        for seq, event in enumerate(events, start=1)
    ]


def test_what_is_written_reads_back_without_loss():
    imported = arena()
    events = imported_events(imported, "operator")
    assert {event.stream for event in events} == {arena_stream(imported.arena_id)}
    assert [event.type for event in events] == ["arena.imported", "arena.booked", "arena.booked"]
    again = read_arena(rows(events))
    assert again == replace(imported, imported_at=AT, imported_by="operator")


def test_rows_of_something_else_are_no_arena():
    with pytest.raises(InvariantBrokenError):
        read_arena(rows(imported_events(arena(), "x"))[1:])
    with pytest.raises(InvariantBrokenError):
        read_arena([])
