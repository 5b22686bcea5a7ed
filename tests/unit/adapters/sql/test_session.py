"""What the sessions share."""

from quorate.adapters.sql.ledger import store_blob
from quorate.adapters.sql.session import head_in
from quorate.audit.chain import GENESIS
from quorate.kernel.canonical import sha256_hex
from quorate.kernel.ids import Tenant
from tests.unit.adapters.sql.sessions import FakeSession


def test_an_empty_chain_ends_in_its_genesis():
    assert head_in([]) == (0, GENESIS)


def test_a_chain_ends_in_its_newest_row():
    assert head_in([(7, "ab")]) == (7, "ab")


def test_a_blob_is_stored_under_its_digest():
    session = FakeSession()
    store_blob(session, Tenant("t"), b"x")
    digest = sha256_hex(b"x")
    assert session.inserts == [("blobs", {"tenant": "t", "digest": digest, "content": b"x"})]
    assert session.reads == [{"tenant": "t", "digest": digest}]


def test_a_blob_that_is_there_is_not_stored_again():
    session = FakeSession(rows=[("digest",)])
    store_blob(session, Tenant("t"), b"x")
    assert session.inserts == []
