"""The notary's second copy: notes side by side in a file that may be torn."""

import pytest

from quorate.adapters.keys.ed25519 import is_signature, signature_check, signing_key_at
from quorate.adapters.keys.notary import FileNotary, notes_in
from quorate.audit.checkpoint import parsed_note
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import Tenant

LOCAL = Tenant("local")


@pytest.fixture
def notary(tmp_path):
    return FileNotary(signing_key_at(tmp_path / "key"), tmp_path / "checkpoints")


@pytest.fixture
def notes(notary):
    """Three notes, and their copies in the file."""
    made = tuple(notary.note(LOCAL, size, f"{size:02x}" * 32) for size in (1, 20, 300))
    for note in made:
        notary.copy(LOCAL, note)
    return made


def test_every_copy_reads_back_as_it_was_written(notary, notes):
    assert notes_in(notary.copies_of(LOCAL)) == notes


def test_a_file_that_is_not_there_holds_no_notes(tmp_path):
    assert notes_in(tmp_path / "none.notes") == ()


def test_tenants_have_a_file_each(notary, notes):
    assert notes_in(notary.copies_of(Tenant("other"))) == ()
    notary.copy(Tenant("other"), notary.note(Tenant("other"), 1, "00" * 32))
    assert notes_in(notary.copies_of(LOCAL)) == notes


def is_genuine(notary, text):
    """Tell whether `text` is a note that the notary signed, as verification would."""
    try:
        note = parsed_note(text)
    except InvariantBrokenError:
        return False
    return is_signature(notary.public_key, note.checkpoint.text().encode(), note.signature)


def torn(notary, notes):
    """Yield the bytes of the file cut off at every place within its last note."""
    whole = notary.copies_of(LOCAL).read_bytes()
    first = len("".join(f"\n{note}\n" for note in notes[:-1]).encode())
    return (whole[:cut] for cut in range(first, len(whole) - 2))


def test_a_file_torn_anywhere_in_its_last_note_keeps_all_others(notary, notes):
    for content in torn(notary, notes):
        notary.copies_of(LOCAL).write_bytes(content)
        found = notes_in(notary.copies_of(LOCAL))
        assert found[:2] == notes[:2]
        assert [note for note in found if is_genuine(notary, note)] == list(notes[:2])


def test_a_note_that_follows_a_torn_one_is_found(notary, notes):
    later = [notary.note(LOCAL, size, f"{size:04x}" * 16) for size in (4000, 5000)]
    for content in torn(notary, notes):
        notary.copies_of(LOCAL).write_bytes(content)
        for note in later:
            notary.copy(LOCAL, note)
        found = notes_in(notary.copies_of(LOCAL))
        assert [note for note in found if is_genuine(notary, note)] == [*notes[:2], *later], content


def test_a_note_is_signed_with_the_notarys_key(notary):
    note = parsed_note(notary.note(LOCAL, 5, "ab" * 32))
    text = note.checkpoint.text().encode()
    assert note.key_id == notary.key_id(LOCAL)
    assert is_signature(notary.public_key, text, note.signature)
    known = {note.key_id: notary.public_key}
    assert signature_check(known, note.key_id, text, note.signature)
    assert not signature_check({}, note.key_id, text, note.signature)
    assert not signature_check(known, note.key_id, text + b"x", note.signature)
    assert not is_signature(b"no key", text, note.signature)


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "key"
    assert signing_key_at(path).public == signing_key_at(path).public
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["key"]


def test_a_key_that_others_can_read_is_refused(tmp_path):
    signing_key_at(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(RejectedError, match="can be read by others"):
        signing_key_at(tmp_path / "key")


def test_a_file_that_holds_no_key_is_refused(tmp_path):
    (tmp_path / "key").write_bytes(b"short")
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(RejectedError, match="holds no Ed25519 key"):
        signing_key_at(tmp_path / "key")
