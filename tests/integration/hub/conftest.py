"""Hubs on homes with a few real runs: one home and one hub a file, so the tests of a file share an event loop."""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.fakes.homes import made_home
from tests.integration.hub.served import MovableClock, serving


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/integration/hub/" in str(item.path):
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home with three runs of AAPL and IBM."""
    path = tmp_path_factory.mktemp("hub-home")
    made_home(path)
    return path


@pytest.fixture(scope="module")
def clock():
    return MovableClock()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(home, clock):
    """Return the home's hub, on a port of its own; its clock only ever goes on."""
    async with serving(home, clock=clock) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def browser(hub):
    """Return a client that came in by a link of its own."""
    return await hub.browser()


@pytest_asyncio.fixture(loop_scope="module")
async def link(hub):
    """Return a sign-in link that nobody used."""
    return f"/admin/sign-in?token={await hub.app.issue_sign_in()}"
