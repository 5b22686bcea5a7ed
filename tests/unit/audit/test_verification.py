from dataclasses import replace

import pytest

from quorate.audit.chain import GENESIS
from quorate.audit.verification import verify_chain
from tests.unit.audit.chains import STRANGER, chain, chained, is_signed, note, row

ROWS = chain(6)
NOTES = [note(ROWS, 3), note(ROWS, 6)]


def verified(rows, notes=NOTES):
    return verify_chain(rows, notes, is_signed)


def test_an_untouched_chain_is_whole():
    found = verified(ROWS)
    assert (found.ok, found.rows, found.first_bad, found.problems) == (True, 6, None, ())
    assert found.checkpoint == 6


def test_rows_after_the_last_checkpoint_are_verified_but_not_vouched_for():
    found = verified(chain(8))
    assert found.ok
    assert (found.rows, found.checkpoint) == (8, 6)


def test_an_empty_chain_is_whole_while_nobody_vouches_for_rows():
    assert verified([], []).ok
    assert verified([], [note([], 0)]).ok
    assert verified([], NOTES).first_bad == 1


@pytest.mark.parametrize(
    "column", ["ts", "book", "trace_id", "stream", "type", "payload", "tenant"]
)
@pytest.mark.parametrize("place", [0, 3, 5], ids=["the first row", "a row within", "the last row"])
def test_a_changed_column_is_found_at_its_row(column, place):
    rows = list(ROWS)
    rows[place] = replace(rows[place], **{column: "changed"})
    assert verified(rows, []).first_bad == place + 1
    assert verified(rows).first_bad == place + 1


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        pytest.param("hash", "its hash does not match", id="a row's own hash"),
        pytest.param("prev_hash", "does not follow the row before it", id="its link"),
    ],
)
def test_a_changed_hash_is_found_at_its_row(column, problem):
    rows = list(ROWS)
    rows[2] = replace(rows[2], **{column: "f" * 64})
    found = verified(rows)
    assert found.first_bad == 3
    assert problem in found.problems[0]


@pytest.mark.parametrize("text", ["", "xyz", "é" * 64], ids=["none", "no hex", "no ASCII"])
def test_a_hash_that_is_no_hash_is_only_a_wrong_one(text):
    rows = list(ROWS)
    rows[2] = replace(rows[2], hash=text)
    assert verified(rows).first_bad == 3


@pytest.mark.parametrize("place", range(6))
def test_a_deleted_row_is_named(place):
    rows = ROWS[:place] + ROWS[place + 1 :]
    found = verified(rows)
    assert not found.ok
    assert found.first_bad == place + 1


def test_a_missing_row_is_told_as_missing():
    assert verified(ROWS[:2] + ROWS[3:]).problems == (
        "row 3 is missing; row 4 stands in its place",
    )


def test_a_chain_that_does_not_begin_with_row_one_is_not_whole_though_its_hashes_fit():
    assert verified(chained([row(seq) for seq in range(2, 6)]), []).first_bad == 1


def test_a_deleted_row_is_found_though_its_followers_close_the_gap_in_their_numbers():
    rows = ROWS[:2] + [replace(entry, seq=entry.seq - 1) for entry in ROWS[3:]]
    assert verified(rows, []).first_bad == 3


def test_two_swapped_payloads_are_found_at_the_first():
    rows = list(ROWS)
    rows[1] = replace(rows[1], payload=ROWS[4].payload)
    rows[4] = replace(rows[4], payload=ROWS[1].payload)
    assert verified(rows).first_bad == 2


def test_a_row_put_in_between_is_found():
    rows = [*ROWS[:3], ROWS[2], *ROWS[3:]]
    assert verified(rows).first_bad == 4


def test_a_tail_cut_off_before_the_last_checkpoint_is_named_by_its_first_row():
    found = verified(ROWS[:4])
    assert found.first_bad == 5
    assert found.problems == ("rows 5 to 6 are cut off: a checkpoint vouches for them",)


def test_a_tail_cut_off_after_the_last_checkpoint_cannot_be_told():
    assert verified(chain(8)[:7]).ok


def test_a_chain_rewritten_from_a_row_on_betrays_itself_at_the_next_checkpoint():
    """Its hashes all fit; only the signature of the old head does not."""
    forged = [*ROWS[:4], *chained([row(5, payload='{"forged":1}'), row(6)], after=ROWS[3].hash)]
    assert verified(forged, []).ok
    found = verified(forged)
    assert found.first_bad == 4
    assert "rows 4 to 6 were rewritten" in found.problems[0]


def test_the_first_break_is_named_and_not_the_checkpoint_behind_it():
    rows = list(ROWS)
    rows[1] = replace(rows[1], book="changed")
    assert verified(rows[:4]).first_bad == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("nonsense", "is damaged", id="no note at all"),
        pytest.param(note(ROWS, 3).replace("\n3\n", "\n4\n"), "no valid signature", id="its size"),
        pytest.param(note(ROWS, 3, STRANGER), "no valid signature", id="a stranger's signature"),
    ],
)
def test_a_bad_note_is_a_problem_but_makes_no_row_bad(text, problem):
    found = verified(ROWS, [text, NOTES[1]])
    assert not found.ok
    assert found.first_bad is None
    assert problem in found.problems[0]
    assert found.checkpoint == 6


def test_a_bad_note_vouches_for_nothing():
    assert verified(ROWS, [note(ROWS, 6, STRANGER)]).checkpoint is None


def test_two_signed_notes_on_one_row_that_differ_are_a_problem():
    other = chained([row(seq, book="other") for seq in range(1, 7)])
    found = verified(ROWS, [*NOTES, note(other, 6)])
    assert "two signed checkpoints at row 6 differ" in found.problems


def test_the_same_note_twice_is_no_problem():
    assert verified(ROWS, [*NOTES, *NOTES]).ok


def test_a_note_on_nothing_must_name_the_beginning():
    assert verified(ROWS, [note([], 0)]).ok
    assert GENESIS == "0" * 64


def test_the_chain_may_come_a_row_at_a_time():
    assert verified(iter(ROWS)).rows == 6
