"""Whatever is done to a chain is found, and its first bad row is named (RELIABILITY 4.3)."""

from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from quorate.audit.checkpoint import parsed_note
from quorate.audit.verification import Verification, verify_chain
from quorate.kernel.canonical import canonical_json
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.journal import JournalEntry
from tests.unit.audit.chains import chained, is_signed, note, row

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=8)
PAYLOADS = st.dictionaries(TEXTS, TEXTS | st.integers(), max_size=3).map(canonical_json)
COLUMNS = ["ts", "tenant", "book", "trace_id", "stream", "type", "payload", "prev_hash", "hash"]


@st.composite
def chains(draw: st.DrawFn, least: int = 1) -> list[JournalEntry]:
    length = draw(st.integers(least, 12))
    return chained(
        [
            row(seq, payload=draw(PAYLOADS), stream=draw(TEXTS), type=draw(TEXTS))
            for seq in range(1, length + 1)
        ]
    )


@st.composite
def signed_chains(draw: st.DrawFn, least: int = 1) -> tuple[list[JournalEntry], list[str]]:
    """A chain, and notes on some of its sizes, the last one always among them."""
    rows = draw(chains(least))
    sizes = draw(st.sets(st.integers(0, len(rows))))
    return rows, [note(rows, size) for size in sorted(sizes | {len(rows)})]


def verified(rows: list[JournalEntry], notes: list[str]) -> Verification:
    return verify_chain(rows, notes, is_signed)


def place_in(data: st.DataObject, rows: list[JournalEntry]) -> int:
    return data.draw(st.integers(0, len(rows) - 1), label="place")


@given(signed_chains())
def test_an_untouched_chain_is_whole(signed):
    rows, notes = signed
    found = verified(rows, notes)
    assert found.ok
    assert found.checkpoint == found.rows == len(rows)


@given(signed_chains(), st.sampled_from(COLUMNS), TEXTS, st.data())
def test_one_changed_column_is_found_at_its_row(signed, column, text, data):
    rows, notes = signed
    place = place_in(data, rows)
    changed = replace(rows[place], **{column: text})
    found = verified([*rows[:place], changed, *rows[place + 1 :]], notes)
    if changed == rows[place]:
        assert found.ok
    else:
        assert not found.ok
        assert found.first_bad == place + 1
        assert verified([*rows[:place], changed, *rows[place + 1 :]], []).first_bad == place + 1


@given(signed_chains(), st.integers(-1, 20), st.data())
def test_another_number_is_found_at_its_row(signed, seq, data):
    rows, notes = signed
    place = place_in(data, rows)
    changed = replace(rows[place], seq=seq)
    found = verified([*rows[:place], changed, *rows[place + 1 :]], notes)
    assert found.first_bad == (None if changed == rows[place] else place + 1)


@given(signed_chains(), st.data())
def test_one_flipped_bit_of_a_payload_is_found_at_its_row(signed, data):
    rows, notes = signed
    place = place_in(data, rows)
    text = rows[place].payload
    at, bit = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 6))
    flipped = text[:at] + chr(ord(text[at]) ^ 1 << bit) + text[at + 1 :]
    changed = replace(rows[place], payload=flipped)
    assert verified([*rows[:place], changed, *rows[place + 1 :]], notes).first_bad == place + 1


@given(signed_chains(), st.data())
def test_a_deleted_row_is_named(signed, data):
    """The last one too: the checkpoint vouches for it."""
    rows, notes = signed
    place = place_in(data, rows)
    assert verified(rows[:place] + rows[place + 1 :], notes).first_bad == place + 1


@given(signed_chains(), st.data())
def test_a_cut_off_tail_is_named_by_its_first_row(signed, data):
    rows, notes = signed
    length = place_in(data, rows)
    found = verified(rows[:length], notes)
    assert found.first_bad == length + 1
    assert found.rows == length


@given(signed_chains(least=2), st.data())
def test_two_rows_that_changed_places_are_found_at_the_first(signed, data):
    rows, notes = signed
    one, other = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=2, max_size=2)))
    rows = list(rows)
    rows[one], rows[other] = rows[other], rows[one]
    assert verified(rows, notes).first_bad == one + 1


@given(signed_chains(least=2), st.data())
def test_two_swapped_payloads_are_found_at_the_first(signed, data):
    rows, notes = signed
    one, other = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=2, max_size=2)))
    swapped = list(rows)
    swapped[one] = replace(rows[one], payload=rows[other].payload)
    swapped[other] = replace(rows[other], payload=rows[one].payload)
    expected = None if rows[one].payload == rows[other].payload else one + 1
    assert verified(swapped, notes).first_bad == expected


@given(signed_chains(), PAYLOADS, st.data())
def test_a_chain_rewritten_with_fitting_hashes_does_not_fit_its_checkpoints(signed, payload, data):
    """Whoever lacks the key can recompute every hash, but not the signature: nothing before a checkpoint moves."""
    rows, notes = signed
    place = place_in(data, rows)
    forged = chained([*rows[:place], replace(rows[place], payload=payload), *rows[place + 1 :]])
    found = verified(forged, notes)
    if payload == rows[place].payload:
        assert found.ok
    else:
        sizes = [parsed_note(text).checkpoint.size for text in notes]
        vouched = max((size for size in sizes if size <= place), default=0)
        assert found.first_bad == vouched + 1


@given(signed_chains(), st.data())
def test_one_changed_character_of_a_note_makes_it_worthless(signed, data):
    rows, notes = signed
    text = notes[-1]
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(exclude_categories=("Cs",)).filter(lambda c: c != text[at]))
    found = verified(rows, [text[:at] + other + text[at + 1 :]])
    assert not found.ok
    assert found.checkpoint is None
    assert found.first_bad is None


@given(st.text() | st.text("quorate/lc\n\u2014 0123456789AZaz+/="))
def test_any_text_is_a_note_or_is_refused(text):
    with suppress(InvariantBrokenError):
        assert parsed_note(text).text() == text
