import json
from datetime import timedelta

import pytest

from quorate.access import (
    AccessEvent,
    Credential,
    Scope,
    credential_hash,
    link_issued,
    session_closed,
    session_grant,
    session_opened,
    sign_in_grant,
    token_created,
    token_grant,
    token_revoked,
)
from quorate.kernel.canonical import canonical_json
from tests.fakes.clock import NOON

SECRET = Credential("arn_0123456789abcdef")
HASH = credential_hash(SECRET)
SESSION = session_grant(SECRET, NOON)
TOKEN = token_grant(
    SECRET,
    token_id="tok_1",  # noqa: S106  (an id)
    name="ci",
    scopes=[Scope.RUN, Scope.READ],
    now=NOON,
    life=timedelta(days=1),
)
EVENTS = [
    link_issued(sign_in_grant(SECRET, NOON)),
    session_opened(SESSION, HASH),
    session_closed(SESSION.id),
    token_created(TOKEN, HASH),
    token_revoked("tok_1"),
]


def test_every_kind_of_event_is_written_by_someone():
    assert [event.type for event in EVENTS] == list(AccessEvent)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_no_secret_is_written_down(event):
    assert SECRET not in canonical_json(event.payload) + event.stream


def test_the_streams_name_what_it_happened_to():
    assert [event.stream for event in EVENTS] == [
        f"link:{HASH}",
        f"session:{HASH}",
        f"session:{HASH}",
        "token:tok_1",
        "token:tok_1",
    ]


def test_a_token_is_written_with_all_but_its_secret():
    assert json.loads(canonical_json(token_created(TOKEN, HASH).payload)) == {
        "tokenId": "tok_1",
        "name": "ci",
        "tokenHash": HASH,
        "scopes": ["read", "run"],
        "last4": "cdef",
        "createdAt": "2026-11-20T12:00:00.000000Z",
        "expiresAt": "2026-11-21T12:00:00.000000Z",
    }


def test_a_session_names_the_link_that_it_used_up():
    assert session_opened(SESSION, "l1").payload["linkHash"] == "l1"
