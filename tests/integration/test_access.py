"""Who may come in: links work once whoever uses them, and what was taken back opens nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from quorate.access import Credential, Scope
from quorate.adapters.sql.journal import chain_rows
from quorate.bootstrap import granting
from quorate.kernel.errors import RejectedError
from tests.fakes.clock import FakeClock
from tests.integration.children import ended
from tests.integration.doors import REFUSED, opened_door, signs_in
from tests.integration.stores import outcomes

pytestmark = pytest.mark.integration

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def door(ground, tmp_path, clock):
    with opened_door(tmp_path / "home", ground.url, ground.tenant, clock) as store:
        yield store


@pytest.fixture
def other(ground, tmp_path, clock):
    """Return the same door as another process of the home has it."""
    with opened_door(tmp_path / "home", ground.url, ground.tenant, clock) as store:
        yield store


def rows(door):
    return door.database.read_now(lambda connection: list(chain_rows(connection, door.tenant)))


async def test_a_link_opens_a_session_that_its_secret_finds(door, clock):
    secret, session = await granting.sign_in(door, await granting.issue_sign_in(door))
    assert await granting.good_session(door, secret) == session
    assert (session.opened_at, session.closed) == (clock.now(), False)


async def test_a_link_works_once(door):
    link = await granting.issue_sign_in(door)
    await granting.sign_in(door, link)
    with pytest.raises(RejectedError) as refusal:
        await granting.sign_in(door, link)
    assert refusal.value.slug == "unauthenticated"
    assert Counter(row.type for row in rows(door))["session.opened"] == 1


async def test_of_many_that_use_one_link_at_once_one_gets_in(door, other):
    for _ in range(5):
        link = await granting.issue_sign_in(door)
        come = [granting.sign_in(store, link) for store in (door, other) * 3]
        found = Counter(type(result) for result in await outcomes(come))
        assert found == {tuple: 1, RejectedError: 5}


async def test_of_two_processes_that_use_one_link_one_gets_in(ground, tmp_path):
    home = tmp_path / "home"
    with opened_door(home, ground.url, ground.tenant) as store:
        link = await granting.issue_sign_in(store)
    codes = ended(signs_in, [(home, ground.url, ground.tenant, link)] * 2)
    assert sorted(codes) == [0, REFUSED]


async def test_a_link_of_an_hour_ago_opens_nothing(door, clock):
    link = await granting.issue_sign_in(door)
    clock.jump(15 * 60)
    with pytest.raises(RejectedError, match="unknown, used or too old"):
        await granting.sign_in(door, link)


async def test_a_guess_opens_nothing(door):
    with pytest.raises(RejectedError, match="unknown, used or too old"):
        await granting.sign_in(door, Credential("guess"))
    assert await granting.good_session(door, Credential("guess")) is None
    assert await granting.good_token(door, Credential("arn_guess")) is None
    assert rows(door) == []


async def test_a_link_is_no_session_and_a_session_is_no_token(door):
    link = await granting.issue_sign_in(door)
    secret, _session = await granting.sign_in(door, link)
    assert await granting.good_session(door, link) is None
    assert await granting.good_token(door, secret) is None


async def test_a_session_that_was_signed_out_is_over_for_every_process(door, other):
    secret, session = await granting.sign_in(door, await granting.issue_sign_in(door))
    assert await granting.good_session(other, secret) == session
    await granting.sign_out(door, session.id)
    assert await granting.good_session(other, secret) is None
    before = rows(door)
    await granting.sign_out(other, session.id)
    assert rows(door) == before


async def test_a_session_ends_by_its_age(door, clock):
    secret, _session = await granting.sign_in(door, await granting.issue_sign_in(door))
    clock.jump(12 * 3600 - 1)
    assert await granting.good_session(door, secret)
    clock.jump(1)
    assert await granting.good_session(door, secret) is None


async def test_a_token_is_found_by_its_secret_until_it_is_revoked(door, other):
    secret, token = await granting.create_token(door, "ci", [Scope.READ, Scope.RUN], DAY)
    assert secret.startswith("arn_")
    assert await granting.good_token(other, secret) == token
    change = await granting.revoke_token(other, token.token_id)
    assert (change.applied, change.token.revoked) == (True, True)
    assert await granting.good_token(door, secret) is None
    again = await granting.revoke_token(door, token.token_id)
    assert (again.applied, again.token) == (False, change.token)


async def test_a_token_ends_with_its_term(door, clock):
    secret, token = await granting.create_token(door, "ci", [Scope.READ], DAY)
    clock.jump(DAY.total_seconds())
    assert await granting.good_token(door, secret) is None
    assert await granting.tokens(door) == [token]


async def test_tokens_are_listed_oldest_first_with_those_that_are_over(door, clock):
    made = []
    for name in ("b", "a", "c"):
        _secret, token = await granting.create_token(door, name, [Scope.READ], DAY)
        made.append(token.token_id)
        clock.jump(1)
    await granting.revoke_token(door, made[1])
    listed = await granting.tokens(door)
    assert [token.token_id for token in listed] == made
    assert [token.revoked for token in listed] == [False, True, False]


async def test_a_token_that_is_not_there_cannot_be_revoked(door):
    with pytest.raises(RejectedError, match="there is no token 'tok_x'") as refusal:
        await granting.revoke_token(door, "tok_x")
    assert refusal.value.slug == "not-found"


async def test_no_secret_is_in_the_journal_or_in_a_table(door):
    link = await granting.issue_sign_in(door)
    secret, _session = await granting.sign_in(door, link)
    key, _token = await granting.create_token(door, "ci", [Scope.ADMIN], DAY)
    told = "".join(row.stream + row.payload for row in rows(door))
    assert not [each for each in (link, secret, key) if each in told]
    assert key[-4:] in told
