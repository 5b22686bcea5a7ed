"""Every route against every role, asked over real connections: nobody, each scope alone, the browser's operator.

The document of it, docs/route-matrix.md, is written from the router's own guards and held by a test here.
"""

from pathlib import Path

import pytest
import websockets
from litestar import Litestar, get

from quorate.access import STEP_UP_LIFE, Scope
from quorate.hub.application import SOCKET, guarded_routes
from quorate.hub.security.authentication import COOKIE
from quorate.hub.security.principal import Open
from quorate.kernel.errors import InvariantBrokenError
from tests.integration.hub.addresses import address
from tests.integration.hub.served import problem, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

DOCUMENT = Path(__file__).parents[3] / "docs" / "route-matrix.md"

STREAMS = ("/api/admin/stream",)
"""They go on for ever; that they begin is enough."""

LOOKS = ("/api/admin/verdicts/{name}/verify", "/api/admin/auth/stream-ticket")
"""Posts that change nothing: what is posted is looked at, or is a wish to look once more."""

LEAVING = ("/admin/sign-out", "/api/admin/auth/logout")
"""Whoever may ask these has no session afterwards."""

KEPT_UP = ("lease.", "node.")
"""How the rows begin that a hub writes by itself, to be known alive."""

NOBODY, OPERATOR = "nobody", "operator"
ROLES = [NOBODY, *Scope, OPERATOR]

STEPPED_UP = {
    ("GET", "/admin/audit/export"),
    ("GET", "/admin/safety/resume"),
    ("POST", "/admin/safety/resume"),
    ("POST", "/admin/safety/breakers"),
    ("POST", "/admin/safety/locks"),
    ("POST", "/admin/settings/providers/{name}/key"),
    ("POST", "/admin/settings/providers/{name}/remove-key"),
    ("POST", "/api/admin/safety/resume"),
    ("PUT", "/api/admin/safety/limits"),
    ("POST", "/api/admin/breakers/{name}/reset"),
    ("PUT", "/api/admin/providers/{name}/key"),
    ("DELETE", "/api/admin/providers/{name}/key"),
    ("POST", "/api/admin/tokens"),
}
"""What RELIABILITY 6.10 names, as far as it is there: these at the least need a fresh sign-in."""


def routes_of(hub):
    return guarded_routes(hub.server.config.app)


async def client_of(hub, role):
    """Return a client of a role."""
    if role == NOBODY:
        return hub.client()
    return await (hub.browser() if role == OPERATOR else hub.program(Scope(role)))


async def asked(hub, client, route):
    """Ask for a route and return how it was answered: the status and, of a problem, its code."""
    path = address(route.path)
    if route.method == SOCKET:
        return await opened(hub, client, path), ""
    if route.path in STREAMS:
        async with client.stream(route.method, path) as answer:
            return answer.status_code, ""
    answer = await client.request(route.method, path)
    is_problem = answer.headers.get("content-type", "").startswith("application/problem+json")
    where = answer.headers.get("location", "")
    return answer.status_code, problem(answer)["code"] if is_problem else where


async def opened(hub, client, path):
    """Return the status of a handshake: 101 where the socket opens."""
    headers = {
        name: value for name, value in client.headers.items() if name.lower() == "authorization"
    }
    if COOKIE in client.cookies:
        headers["Cookie"] = f"{COOKIE}={client.cookies[COOKIE]}"
    try:
        async with websockets.connect(
            f"ws://127.0.0.1:{hub.port}{path}", additional_headers=headers, proxy=None
        ):
            return 101
    except websockets.InvalidStatus as refused:
        return refused.response.status_code


def expected(route, role):
    """Return whether a role may ask for a route."""
    if isinstance(route.guard, Open):
        return True
    return role == OPERATOR or (role != NOBODY and route.guard.scope is Scope(role))


def told(status, said):
    """Return whether an answer lets pass, refuses a stranger, or refuses a role."""
    if status == 401 or (status, said) == (303, "/admin/sign-in"):
        return NOBODY
    if status == 403:
        assert said in {"", "SCOPE"}
        return "forbidden"
    return "passed"


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_passes_where_the_router_says_so_and_nowhere_else(hub, role):
    client = await client_of(hub, role)
    refusal = NOBODY if role == NOBODY else "forbidden"
    wrong = []
    for route in routes_of(hub):
        by = await client_of(hub, role) if route.path in LEAVING and role == OPERATOR else client
        answer = await asked(hub, by, route)
        left = route.path in LEAVING and answer[0] in {200, 303} and role != NOBODY
        outcome = "passed" if left else told(*answer)
        if outcome != ("passed" if expected(route, role) else refusal):
            wrong.append((route, answer))
    assert wrong == []


async def test_the_operator_leaves_by_the_ways_out(hub):
    for path in LEAVING:
        browser = await hub.browser()
        assert (await browser.post(path)).status_code in {200, 303}
        assert (await browser.get("/api/admin/me")).status_code == 401


async def test_every_scope_that_a_route_needs_is_one_of_these(hub):
    needed = {
        (route.method, route.path): route.guard.scope
        for route in routes_of(hub)
        if not isinstance(route.guard, Open)
    }
    assert needed["POST", "/api/admin/arena/run"] is Scope.RUN
    for (method, path), scope in needed.items():
        changes = method not in {"GET", "HEAD", SOCKET} and path not in LOOKS
        if changes and path not in LEAVING:
            assert scope is not Scope.READ, path


async def test_no_get_changes_anything(tmp_path):
    """In a home of its own: what other tests here set in motion writes rows when it ends."""
    async with serving(tmp_path) as own:
        browser = await own.browser()
        before = await own.app._store.head()
        for route in routes_of(own):
            if route.method == "GET" and route.path not in STREAMS:
                assert (await asked(own, browser, route))[0] < 500, route
                rows = await own.app.feed().rows(before, 100)
                written = [row.type for row in rows if not row.type.startswith(KEPT_UP)]
                assert written == [], route


async def test_a_session_that_is_old_must_step_up_for_what_is_taken_back_last(hub, clock):
    old = await hub.browser()
    clock.move(seconds=STEP_UP_LIFE.total_seconds() + 1)
    fresh = await hub.browser()
    marked = set()
    for route in routes_of(hub):
        if isinstance(route.guard, Open) or not route.guard.step_up:
            continue
        marked.add((route.method, route.path))
        refused = await old.request(route.method, address(route.path))
        assert refused.status_code == 403, route
        if route.path.startswith("/api/"):
            assert problem(refused)["code"] == "STEP_UP"
        assert (await fresh.request(route.method, address(route.path))).status_code != 403, route
    assert marked >= STEPPED_UP


async def test_halting_and_leaving_need_no_step_up(hub):
    free = {"/admin/safety/halt", "/api/admin/safety/halt", *LEAVING}
    found = {route.path for route in routes_of(hub) if getattr(route.guard, "step_up", False)}
    assert not free & found


@get("/admin/forgotten", sync_to_thread=False)
def forgotten() -> str:
    """Show anybody anything."""
    return "anybody may see this"


async def test_a_route_that_declares_nothing_keeps_the_hub_from_starting():
    with pytest.raises(InvariantBrokenError, match="/admin/forgotten declares no scope"):
        guarded_routes(Litestar([forgotten], openapi_config=None))


HEAD = """# Who may ask for what

Written from the router, one row for each address; `tests/integration/hub/test_scopes.py` holds it against the router
and asks every row over a real connection as nobody, with each scope alone, and as the operator of a browser session.

A scope holds for itself alone. The operator of a browser session holds every scope. `open`: anybody. `+`: a browser's
session must have come in by a link in the last 5 minutes (step-up); a token is held to its scope alone. What is not
listed for a scope is refused: 401, or the sign-in page, to nobody; 403 `SCOPE` to a token without the scope.

| Address | Needs |
|---|---|
"""


def document(routes):
    """Return the matrix as a document."""
    needs = {}
    for route in sorted(routes, key=lambda each: (each.path, each.method)):
        needs.setdefault(route.path, []).append(f"{route.method} {need(route.guard)}")
    return HEAD + "".join(f"| `{path}` | {', '.join(each)} |\n" for path, each in needs.items())


def need(guard):
    if isinstance(guard, Open):
        return "open"
    return f"{guard.scope.value}{'+' if guard.step_up else ''}"


async def test_the_document_is_what_the_router_says(hub):
    """Where the document is not there, it is written; look at it, then run this once more."""
    written = document(routes_of(hub))
    if not DOCUMENT.exists():
        DOCUMENT.write_text(written)
        pytest.fail(f"{DOCUMENT.name} was written anew")
    assert DOCUMENT.read_text() == written
