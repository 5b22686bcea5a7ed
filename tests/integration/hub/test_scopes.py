"""Every route against every scope: who lacks the scope that a route declares is refused, whoever has it is not."""

import pytest
from litestar import Litestar, get

from quorate.access import Scope
from quorate.hub.application import SOCKET, guarded_routes
from quorate.hub.security.principal import Open
from quorate.kernel.errors import InvariantBrokenError
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREAMS = ("/api/admin/stream",)
"""They go on for ever; who may open one is the same guard's affair, and is looked at alone."""

LOOKS = ("/api/admin/verdicts/{name}/verify",)
"""Posts that change nothing: what is posted is looked at, or is a wish to look once more."""


def address(path):
    return (
        path.replace("{run_id}", "run_NONE")
        .replace("{name}", "nobody")
        .replace("{token_id}", "tok_NONE")
        .replace("{competition_id}", "cmp_NONE")
        .replace("{role}", "nobody")
        .replace("{version}", "1")
        .replace("{order_id}", "a1-NONE-00")
        .replace("{decision_id}", "dec_NONE")
        .replace("{symbol}", "NONE")
        .replace("{task_id}", "tsk_NONE")
        .replace("{act}", "drain")
        .replace("{seq}", "1")
    )


async def refused(client, route) -> bool:
    """Tell whether the scope is what a route is refused for."""
    path = address(route.path)
    if route.path in STREAMS:
        async with client.stream(route.method, path) as answer:
            return answer.status_code == 403
    answer = await client.request(route.method, path)
    is_refused = answer.status_code == 403
    if is_refused and path.startswith("/api/"):
        assert problem(answer)["code"] == "SCOPE"
    return is_refused


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_token_passes_where_its_scope_is_asked_for_and_nowhere_else(hub, scope):
    program = await hub.program(scope)
    for route in guarded_routes(hub.server.config.app):
        if isinstance(route.guard, Open) or route.method == SOCKET:
            continue
        assert await refused(program, route) == (route.guard.scope is not scope), route


async def test_every_scope_that_a_route_needs_is_one_of_these(hub):
    needed = {
        (route.method, route.path): route.guard.scope
        for route in guarded_routes(hub.server.config.app)
        if not isinstance(route.guard, Open)
    }
    assert needed["POST", "/api/admin/arena/run"] is Scope.RUN
    for (method, path), scope in needed.items():
        changes = method not in {"GET", "HEAD", SOCKET} and path not in LOOKS
        if changes and not path.endswith(("/auth/logout", "/sign-out")):
            assert scope is not Scope.READ, path


@get("/admin/forgotten", sync_to_thread=False)
def forgotten() -> str:
    """Show anybody anything."""
    return "anybody may see this"


async def test_a_route_that_declares_nothing_keeps_the_hub_from_starting():
    with pytest.raises(InvariantBrokenError, match="/admin/forgotten declares no scope"):
        guarded_routes(Litestar([forgotten], openapi_config=None))
