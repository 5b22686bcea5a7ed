"""Authentication: who holds the secret that came along, and until when."""

from datetime import timedelta

import pytest

from quorate.access import SESSION_IDLE, STEP_UP_LIFE, Scope
from quorate.hub.security.authentication import (
    COOKIE,
    Authentication,
    cookie_line,
    cookie_of,
    expired_cookie_line,
)
from quorate.hub.security.forgery import csrf_token
from quorate.hub.security.presence import Presence
from quorate.hub.security.principal import STRANGER, PrincipalKind
from tests.fakes.clock import NOON, FakeClock
from tests.unit.hub.security.grants import FakeGrants, scope, session_grant, token_grant


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def grants():
    return FakeGrants(
        sessions={"secret": session_grant("session")},
        tokens={"arn_good": token_grant("report", Scope.READ)},
    )


@pytest.fixture
def authentication(grants, clock):
    return Authentication(grants, Presence(clock))


async def test_nothing_makes_a_stranger(authentication):
    assert await authentication.principal(scope()) is STRANGER


async def test_a_cookie_makes_the_operator(authentication):
    principal = await authentication.principal(scope(cookie=f"{COOKIE}=secret"))
    assert principal.kind is PrincipalKind.OPERATOR
    assert principal.scopes == frozenset(Scope)
    assert (principal.session_id, principal.key) == ("session", "session")
    assert principal.csrf == csrf_token(bytes(32), "session")


async def test_a_session_is_fresh_for_five_minutes(authentication, clock):
    cookie = scope(cookie=f"{COOKIE}=secret")
    clock.time = NOON + STEP_UP_LIFE
    assert (await authentication.principal(cookie)).fresh
    clock.time = NOON + STEP_UP_LIFE + timedelta(microseconds=1)
    assert not (await authentication.principal(cookie)).fresh


async def test_a_token_makes_a_program_with_its_scopes(authentication):
    principal = await authentication.principal(scope(authorization="Bearer arn_good"))
    assert (principal.kind, principal.name) == (PrincipalKind.TOKEN, "report")
    assert principal.scopes == {Scope.READ}
    assert (principal.csrf, principal.key) == ("", "tok_report")


@pytest.mark.parametrize(
    "authorization", ["Bearer arn_bad", "Bearer secret", "Basic arn_good", "arn_good", "", "Bearer"]
)
async def test_a_bad_token_is_a_stranger_though_the_cookie_is_good(authentication, authorization):
    asked = scope(authorization=authorization, cookie=f"{COOKIE}=secret")
    assert await authentication.principal(asked) is STRANGER


async def test_the_scheme_is_compared_as_http_compares_it(authentication):
    principal = await authentication.principal(scope(authorization="bearer arn_good"))
    assert principal.name == "report"


async def test_a_silent_session_is_closed(authentication, grants, clock):
    asked = scope(cookie=f"{COOKIE}=secret")
    authentication.presence.use("session")
    clock.jump(SESSION_IDLE.total_seconds() - 1)
    assert (await authentication.principal(asked)).session_id == "session"
    clock.jump(1)
    assert await authentication.principal(asked) is STRANGER
    assert grants.signed_out == ["session"]


async def test_a_session_that_this_process_never_saw_is_not_silent(authentication, clock):
    clock.jump(SESSION_IDLE.total_seconds())
    principal = await authentication.principal(scope(cookie=f"{COOKIE}=secret"))
    assert principal.session_id == "session"


@pytest.mark.parametrize(
    ("header", "secret"),
    [
        (None, None),
        ("", None),
        (f"{COOKIE}=abc", "abc"),
        (f"other=1; {COOKIE}=abc; more=2", "abc"),
        (f"{COOKIE}=", None),
        (f"x{COOKIE}=abc", None),
        (f"{COOKIE}=a=b", "a=b"),
    ],
)
def test_the_secret_is_found_among_the_cookies(header, secret):
    assert cookie_of(header) == secret


def test_the_cookie_is_handed_out_and_taken_back_alike():
    given, taken = cookie_line("abc"), expired_cookie_line()
    assert given == f"{COOKIE}=abc; Path=/; HttpOnly; SameSite=Strict"
    assert taken == f"{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
