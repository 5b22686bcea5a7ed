from dataclasses import replace
from datetime import timedelta

import pytest

from quorate.access import Credential, Scope, SessionGrant, TokenGrant, credential_hash
from tests.fakes.clock import NOON

TICK = timedelta(microseconds=1)
SESSION = SessionGrant(id="s", opened_at=NOON, expires_at=NOON + timedelta(hours=12), closed=False)
TOKEN = TokenGrant(
    token_id="tok_1",  # noqa: S106  (an id)
    name="ci",
    scopes=frozenset({Scope.READ}),
    last4="abcd",
    created_at=NOON,
    expires_at=NOON + timedelta(days=1),
    revoked=False,
)


@pytest.mark.parametrize("grant", [SESSION, TOKEN], ids=["session", "token"])
def test_a_grant_is_good_until_its_end_and_not_at_it(grant):
    assert grant.is_good(grant.expires_at - TICK)
    assert not grant.is_good(grant.expires_at)


def test_a_closed_session_and_a_revoked_token_are_good_for_nothing():
    assert not replace(SESSION, closed=True).is_good(NOON)
    assert not replace(TOKEN, revoked=True).is_good(NOON)


def test_what_is_kept_of_a_secret_is_its_sha256():
    assert credential_hash(Credential("abc")) == (
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
