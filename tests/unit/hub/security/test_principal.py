"""The guard of a route: who may pass, and how often."""

from types import SimpleNamespace

import pytest

from quorate.access import Scope
from quorate.hub.problems import RefusedError
from quorate.hub.security.authentication import session_principal, token_principal
from quorate.hub.security.principal import (
    OPEN,
    PRINCIPAL,
    RATES,
    STRANGER,
    declared,
    principal_of,
    require,
)
from quorate.hub.security.rates import LIMITS, Rate, RateLimiter
from tests.fakes.clock import FakeClock
from tests.unit.hub.security.grants import session_grant, token_grant

READER = token_principal(token_grant("1", Scope.READ))


def asking(principal=READER, method="GET", limiter=None):
    """Return the connection of somebody who asks."""
    limits = limiter or RateLimiter(FakeClock())
    return SimpleNamespace(
        scope={"method": method, "state": {PRINCIPAL: principal}},
        app=SimpleNamespace(state={RATES: limits}),
    )


async def refusal_of(guard, connection):
    with pytest.raises(RefusedError) as refusal:
        await guard(connection, None)
    return refusal.value


async def test_who_has_the_scope_passes():
    await require(Scope.READ)(asking(), None)


async def test_who_lacks_it_is_forbidden():
    refused = await refusal_of(require(Scope.ADMIN), asking())
    assert (refused.slug, refused.refusal.code) == ("forbidden", "SCOPE")
    assert "'admin'" in refused.cause


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_needs_a_step_up_is_refused_to_a_session_that_was_opened_long_ago(method):
    guard = require(Scope.ADMIN, step_up=True)
    grant = session_grant("old")
    old = session_principal(grant, bytes(32), fresh=False)
    refused = await refusal_of(guard, asking(old, method))
    assert (refused.slug, refused.refusal.code) == ("forbidden", "STEP_UP")
    assert "quorate up" in refused.fix
    await guard(asking(session_principal(grant, bytes(32), fresh=True), method), None)


async def test_a_program_needs_the_scope_and_no_step_up():
    guard = require(Scope.ADMIN, step_up=True)
    await guard(asking(token_principal(token_grant("1", Scope.ADMIN))), None)
    assert (await refusal_of(guard, asking())).refusal.code == "SCOPE"


async def test_a_stranger_is_asked_to_sign_in():
    assert (await refusal_of(require(Scope.READ), asking(STRANGER))).slug == "unauthenticated"


async def test_what_is_open_is_open_to_strangers():
    await OPEN(asking(STRANGER), None)


@pytest.mark.parametrize(
    ("guard", "method", "rate"),
    [
        (require(Scope.READ), "GET", Rate.FREE),
        (require(Scope.RUN), "HEAD", Rate.FREE),
        (require(Scope.RUN), "POST", Rate.SPENDING),
        (require(Scope.TRADE), "POST", Rate.SPENDING),
        (require(Scope.ADMIN), "DELETE", Rate.WRITING),
        (require(Scope.RUN, rate=Rate.FREE), "POST", Rate.FREE),
    ],
)
def test_a_scope_implies_its_limit(guard, method, rate):
    assert guard.rate_of(method) is rate


async def test_a_change_counts_and_a_look_does_not():
    limiter = RateLimiter(FakeClock())
    guard = require(Scope.READ)
    for _ in range(100):
        await guard(asking(limiter=limiter), None)
    for _ in range(LIMITS[Rate.WRITING]):
        await guard(asking(method="POST", limiter=limiter), None)
    refused = await refusal_of(guard, asking(method="POST", limiter=limiter))
    assert refused.slug == "rate-limited"


def test_the_guard_nearest_to_the_handler_is_the_routes():
    assert declared([require(Scope.READ), print, OPEN]) is OPEN
    assert declared([print]) is None


def test_nobody_is_a_stranger():
    nobody = SimpleNamespace(scope={"state": {}})
    assert principal_of(nobody) is STRANGER
