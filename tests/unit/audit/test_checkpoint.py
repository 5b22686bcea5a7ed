import base64
import hashlib

import pytest

from quorate.audit.checkpoint import Checkpoint, note_key_id, origin_of, parsed_note, signed_note
from quorate.kernel.errors import InvariantBrokenError
from quorate.kernel.ids import Tenant
from tests.unit.audit.chains import KEY, ORIGIN, PUBLIC, chain, note

ROOT = "0f" * 32
POINT = Checkpoint(origin=ORIGIN, size=7, root=ROOT)
SIGNED = signed_note(POINT, public_key=PUBLIC, sign=KEY.sign)
TEXT = SIGNED.text()
LINES = TEXT.split("\n")


def test_a_checkpoint_is_origin_size_and_root_a_line_each():
    """Source: C2SP tlog-checkpoint; the root is the head of the chain, not of a Merkle tree."""
    root = base64.b64encode(bytes.fromhex(ROOT)).decode()
    assert POINT.text() == f"quorate/local\n7\n{root}\n"


def test_a_note_is_its_text_an_empty_line_and_the_signature_line():
    """Source: C2SP signed-note."""
    body, signature = TEXT.split("\n\n")
    assert body + "\n" == POINT.text()
    dash, name, blob = signature.removesuffix("\n").split(" ")
    assert (dash, name) == ("\u2014", "quorate/local")
    raw = base64.b64decode(blob)
    assert raw[:4] == hashlib.sha256(b"quorate/local\n\x01" + PUBLIC).digest()[:4]
    KEY.public_key().verify(raw[4:], POINT.text().encode())


def test_the_key_id_of_the_published_example():
    """The verifier key in Go's sumdb/note documentation: PeterNeumann+c74f20a3+ARpc2QcUPDhM..."""
    key = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert key[:1] == b"\x01"
    assert note_key_id("PeterNeumann", key[1:]) == "c74f20a3"


def test_a_tenants_chain_is_signed_under_its_own_name():
    assert origin_of(Tenant("local")) == "quorate/local"
    assert note_key_id(origin_of(Tenant("other")), PUBLIC) != SIGNED.key_id


def test_a_note_reads_back_as_it_was_signed():
    assert parsed_note(TEXT) == SIGNED
    assert parsed_note(note(chain(3), 3)).checkpoint.size == 3


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(POINT.text(), id="no signature"),
        pytest.param(TEXT.removesuffix("\n"), id="no line feed at its end"),
        pytest.param(TEXT + "\n", id="a line feed too many"),
        pytest.param(TEXT + TEXT, id="two notes in one"),
        pytest.param(TEXT.replace("\n7\n", "\nseven\n"), id="a size that is no number"),
        pytest.param(TEXT.replace("\n7\n", "\n07\n"), id="a size with a zero before it"),
        pytest.param(TEXT.replace("\n7\n", "\n\u0667\n"), id="a size in other digits"),
        pytest.param(TEXT.replace("\n7\n", "\n7\n8\n"), id="a line too many"),
        pytest.param(TEXT.replace(LINES[2], LINES[2][:-1]), id="a root that is no base64"),
        pytest.param(TEXT.replace("\u2014", "-"), id="a hyphen for the dash"),
        pytest.param(
            TEXT.replace("\u2014 quorate/local", "\u2014 quorate/other"), id="another name"
        ),
        pytest.param(TEXT.replace(LINES[4], LINES[4] + "!"), id="a signature that is no base64"),
        pytest.param(TEXT.replace("local ", "local  "), id="two spaces"),
    ],
)
def test_a_text_that_is_not_a_note_in_its_one_form_is_refused(text):
    with pytest.raises(InvariantBrokenError, match="not a checkpoint note"):
        parsed_note(text)
