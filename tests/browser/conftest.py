"""Real browser, real hub, real runs; skipped with the reason where there is no Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.hub import Hub, Visit, chromium_path, launched, quorate, serving, visiting
from tests.conftest import missing_service

SESSIONS = ("2012-06-29", "2012-09-28", "2013-02-01", "2013-03-01")
"""Packaged dates: a BUY, vetoes, no quorum, and FB without enough history."""


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser for one file: while Playwright runs, no other event loop may in this thread."""
    if chromium_path() is None:
        missing_service("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def hub(tmp_path_factory) -> Iterator[Hub]:
    """Return one hub for all who only look: a home with real runs of several kinds."""
    home = tmp_path_factory.mktemp("hub-home")
    for session in SESSIONS:
        quorate(home, "run", "AAPL", "GOOG", "IBM", "MSFT", "FB", "--as-of", session)
    quorate(home, "replay", "--sessions", "30")
    with serving(home) as served:
        yield served


@pytest.fixture
def visit(browser, hub) -> Iterator[Visit]:
    """Return a signed-in tab; that nothing complained in it is checked at the end."""
    with visiting(browser, hub) as tab:
        yield tab
        assert tab.complaints == []


@pytest.fixture
def own_hub(browser, tmp_path) -> Iterator[Hub]:  # noqa: ARG001  (see above)
    """Return a hub on an empty home, for those who change things."""
    with serving(tmp_path / "own-home") as served:
        yield served
