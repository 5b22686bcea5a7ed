"""Two tenants on one database: whatever one asks, by whichever route or method there is, it sees nothing of the other.

Routes and methods are found by looking, so that a new one is crossed too. The other's ids are handed in wherever an
id, a name or a text fits.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from contextlib import suppress
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from quorate.access import Scope
from quorate.adapters.sql.chain_table import JOURNAL
from quorate.adapters.sql.projections import metadata
from quorate.bootstrap import App, open_app
from quorate.hub.application import SOCKET, guarded_routes
from quorate.hub.security.principal import Open
from quorate.kernel.errors import QuorateError
from quorate.kernel.ids import Tenant
from tests.fakes.homes import settings_of, with_runs
from tests.integration.hub.served import serving_app

pytestmark = pytest.mark.asyncio(loop_scope="module")

THEIRS, OURS = Tenant("theirs"), Tenant("ours")
ID = re.compile(r"\b(?:run|dec|tsk|cyc|tok|cmp|alt|lease|vrd|call)_[0-9A-Z]{26}\b")
STREAMS = ("/api/admin/stream",)
ENDLESS = frozenset({"close", "serve", "served", "upkeep", "watched", "following", "feed"})
"""What goes on as long as the process does, or ends it."""

PATIENCE_S = 3.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory):
    """Yield the other tenant's application, which has runs, and ours, which has none, on one database."""
    folder = tmp_path_factory.mktemp("tenants")
    url = f"sqlite:///{folder / 'shared.db'}"
    theirs = settings_of(folder / "theirs", DATABASE_URL=url, DATABASE__TENANT=THEIRS)
    ours = settings_of(folder / "ours", DATABASE_URL=url, DATABASE__TENANT=OURS)
    await with_runs(theirs)
    async with open_app(theirs) as one, open_app(ours) as other:
        yield one, other


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(both):
    """Return our hub; it is served once, as a process does."""
    async with serving_app(both[1]) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def their_ids(both):
    """Return every id that stands in the other's journal."""
    theirs, _ = both
    found = {match for row in rows_of(theirs) for value in row for match in ID.findall(str(value))}
    assert len(found) > 20
    return sorted(found)


def rows_of(app, table=JOURNAL):
    query = select(table).where(table.c.tenant == THEIRS)
    return app._store.database.read_now(lambda connection: connection.execute(query).all())


def everything_of_theirs(app):
    return {table.name: rows_of(app, table) for table in metadata.tables.values()}


def leaked(text, ids):
    return sorted(each for each in ids if each in text)


def addresses(path, ids):
    """Return the path with the other's ids in it, one of each kind; a path without a place for one is itself."""
    if "{" not in path:
        return [path]
    kinds = {each.partition("_")[0]: each for each in ids}
    return [re.sub(r"\{[^}]*\}", each, path) for each in (*kinds.values(), "replay", "AAPL")]


async def test_no_get_route_shows_anything_of_another_tenant(served, their_ids):
    asked = 0
    program = await served.program(*Scope)
    browser = await served.browser()
    for route in guarded_routes(served.server.config.app):
        if route.method != "GET" or isinstance(route.guard, Open) or route.path in STREAMS:
            continue
        for path in addresses(route.path, their_ids):
            for client in (program, browser):
                answer = await client.get(path)
                asked += 1
                # A refusal may repeat the id that it was asked for, and nothing else.
                others = [each for each in their_ids if each not in path]
                assert leaked(answer.text, others) == [], path
                if answer.status_code == 200 and route.path != path:
                    assert leaked(answer.text, their_ids) == [], path
    assert asked > 100


async def test_no_route_changes_anything_of_another_tenant(both, served, their_ids):
    _, ours = both
    before = everything_of_theirs(ours)
    browser = await served.browser()
    for route in guarded_routes(served.server.config.app):
        if route.method in {"GET", "HEAD", SOCKET} or isinstance(route.guard, Open):
            continue
        for path in addresses(route.path, their_ids)[:6]:
            if not path.startswith("/api/") or path.endswith("/logout"):
                continue
            await browser.request(
                route.method,
                path,
                json={"reason": "crossing", "confirm": True},
                headers={"Idempotency-Key": f"crossing-{path}", "Origin": served.url},
            )
    assert everything_of_theirs(ours) == before


def facets(app):
    """Yield the application and what hangs on it, each with its name."""
    yield "app", app
    for name, value in vars(app).items():
        if not name.startswith("_") and type(value).__module__.startswith("quorate.bootstrap"):
            yield name, value


def methods(app):
    for name, facet in facets(app):
        for verb, member in inspect.getmembers(type(facet), inspect.iscoroutinefunction):
            if not verb.startswith("_") and verb not in ENDLESS:
                yield f"{name}.{verb}", getattr(facet, verb), inspect.signature(member)


def filled(signature, text):
    """Return arguments for a method's required parameters, `text` wherever one fits; None where one does not."""
    by_kind = {"int": 25, "bool": True, "float": 1.0, "timedelta": timedelta(days=1)}
    words, named = [], {}
    for parameter in list(signature.parameters.values())[1:]:
        if parameter.default is not parameter.empty or parameter.kind in {
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        }:
            continue
        kind = str(parameter.annotation).replace(" | None", "").strip("'\"")
        if kind in by_kind:
            value = by_kind[kind]
        elif kind == "str" or kind.endswith(("Id", "Name", "Symbol")):
            value = text
        else:
            return None
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            words.append(value)
    return words, named


async def test_no_method_of_the_application_crosses_to_another_tenant(both, their_ids):
    _, ours = both
    before = everything_of_theirs(ours)
    kinds = {each.partition("_")[0]: each for each in their_ids}
    called = set()
    for name, method, signature in methods(ours):
        for text in (*kinds.values(), "replay"):
            arguments = filled(signature, text)
            if arguments is None:
                break
            called.add(name)
            words, named = arguments
            said = ""
            with suppress(QuorateError, TimeoutError, ValueError, LookupError, TypeError):
                async with asyncio.timeout(PATIENCE_S):
                    said = repr(await method(*words, **named))
            assert leaked(said, [each for each in their_ids if each != text]) == [], name
            if not (words or named):
                break
    assert everything_of_theirs(ours) == before
    assert len(called) > 40, sorted(called)
    assert {"app.recorded_run", "app.run_entries", "app.revoke_token", "app.find"} <= called


async def test_a_token_is_good_for_its_own_tenant_alone(both, served):
    theirs, ours = both
    secret, grant = await theirs.create_token("a program", [Scope.READ], timedelta(days=1))
    assert await theirs.token(secret) is not None
    assert await ours.token(secret) is None
    link = await theirs.issue_sign_in()
    with pytest.raises(QuorateError):
        await ours.sign_in(link)
    with pytest.raises(QuorateError):
        await ours.revoke_token(grant.token_id)
    assert await theirs.token(secret) is not None
    stranger = served.client(Authorization=f"Bearer {secret}")
    assert (await stranger.get("/api/admin/me")).status_code == 401


async def test_every_facet_of_the_application_is_looked_at():
    source = inspect.getsource(App.__init__)
    public = set(re.findall(r"self\.([a-z]\w*) = ", source))
    assert {"orders", "safety", "telemetry", "registry"} <= public
