from dataclasses import replace
from datetime import timedelta

import pytest

from quorate.access import (
    Credential,
    Scope,
    credential_hash,
    require_good_link,
    session_grant,
    sign_in_grant,
    token_grant,
)
from quorate.kernel.errors import RejectedError
from tests.fakes.clock import NOON

SECRET = Credential("arn_0123456789abcdef")
LINK = sign_in_grant(SECRET, NOON)
TICK = timedelta(microseconds=1)


def token(**changes):
    about = {"token_id": "tok_1", "name": "ci", "scopes": [Scope.READ], "now": NOON}
    return token_grant(SECRET, **about | {"life": timedelta(days=90)} | changes)


def test_a_link_is_good_for_a_quarter_of_an_hour():
    assert (LINK.link_hash, LINK.used) == (credential_hash(SECRET), False)
    assert LINK.expires_at == NOON + timedelta(minutes=15)


def test_a_session_ends_after_half_a_day():
    session = session_grant(SECRET, NOON)
    assert (session.id, session.opened_at) == (credential_hash(SECRET), NOON)
    assert session.expires_at == NOON + timedelta(hours=12)


def test_a_good_link_is_given_back():
    assert require_good_link(LINK, LINK.expires_at - TICK) is LINK


@pytest.mark.parametrize(
    ("link", "now"),
    [
        pytest.param(None, NOON, id="unknown"),
        pytest.param(replace(LINK, used=True), NOON, id="used"),
        pytest.param(LINK, LINK.expires_at, id="at its end"),
    ],
)
def test_every_link_that_is_no_good_is_refused_in_the_same_words(link, now):
    with pytest.raises(RejectedError, match="unknown, used or too old") as refusal:
        require_good_link(link, now)
    assert refusal.value.slug == "unauthenticated"


def test_a_token_shows_its_last_four_characters_and_its_term():
    made = token(scopes=[Scope.RUN, Scope.READ, Scope.RUN], name=" nightly run ")
    assert (made.last4, made.name) == ("cdef", "nightly run")
    assert made.scopes == {Scope.READ, Scope.RUN}
    assert (made.created_at, made.expires_at) == (NOON, NOON + timedelta(days=90))
    assert not made.revoked


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"name": "  "}, "a name has 1 to 64 characters", id="no name"),
        pytest.param({"name": "x" * 65}, "a name has 1 to 64 characters", id="a long name"),
        pytest.param({"name": "a\nb"}, "a name has 1 to 64 characters", id="a control character"),
        pytest.param({"scopes": []}, "at least one scope", id="no scope"),
        pytest.param({"life": timedelta(0)}, "1 to 366 days", id="no life"),
        pytest.param({"life": timedelta(days=367)}, "1 to 366 days", id="too long a life"),
    ],
)
def test_a_token_that_nobody_should_have_is_not_made(changes, says):
    with pytest.raises(RejectedError, match=says) as refusal:
        token(**changes)
    assert refusal.value.effect == "no token was made"
