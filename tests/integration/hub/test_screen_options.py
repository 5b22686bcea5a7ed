"""Screen options: every list of the hub has them, found from the router; a column that is hidden is the one named."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest

from quorate.hub.pages.menu import NAV
from tests.integration.hub.test_orders import replayed
from tests.integration.hub.test_scopes import routes_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENU = {page.href for module in NAV for page in module.pages}
"""Addresses of the menu: a route with tabs stands there once for each."""

NO_LISTS = {
    "/admin": "figures",
    "/admin/arena": "figures",
    "/admin/arena/profiles/new": "a form",
    "/admin/arena/prompts": "one role's text",
    "/admin/arena/runs/compare": "two runs",
    "/admin/arena/runs/export": "a file",
    "/admin/arena/runs/new": "a form",
    "/admin/arena/runs/news": "a part",
    "/admin/arena/leaderboard/export": "a file",
    "/admin/alerts/bell": "a part",
    "/admin/audit/export": "a file",
    "/admin/audit/waivers/new": "a form",
    "/admin/bar": "a part",
    "/admin/competitions/new": "a form",
    "/admin/competitions/traders/new": "a form",
    "/admin/cost": "figures",
    "/admin/cost?tab=budgets": "a form",
    "/admin/orders/export": "a file",
    "/admin/results/rail": "a part",
    "/admin/safety": "what stands, with few rows each",
    "/admin/safety/halt": "a form",
    "/admin/safety/resume": "a form",
    "/admin/search": "what was found, at most a handful",
    "/admin/settings": "a form",
    "/admin/settings?tab=providers": "forms",
    "/admin/settings?tab=broker": "a form",
    "/admin/settings?tab=tokens": "forms beside short tables",
    "/admin/settings?tab=health": "what stands",
    "/admin/settings?tab=presets": "forms",
    "/admin/settings?tab=models": "what is configured",
    "/admin/sign-in": "a form",
    "/admin/tasks/export": "a file",
}
"""What is no list, and why: every other page is one."""

HIDDEN = re.compile(r"\bhub-hide-(\d+)\b")


class Tables(HTMLParser):
    """The lists of a page: the classes of each, and the words of its head, the first of its columns first."""

    def __init__(self, page):
        super().__init__()
        self.found, self._at = [], None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        if tag == "table":
            self.found.append((held.get("class", ""), []))
        if tag == "th" and held.get("scope") == "col" and self.found:
            self.found[-1][1].append("")
            self._at = self.found[-1][1]
        if tag == "input" and self._at is not None and not self._at[-1]:
            self._at[-1] = "a box"

    def handle_endtag(self, tag):
        if tag == "th":
            self._at = None

    def handle_data(self, data):
        if self._at is not None:
            self._at[-1] += data


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which a book was replayed: most lists have rows."""
    path = tmp_path_factory.mktemp("lists")
    replayed(path)
    return path


def addresses(hub):
    """Return every page that can be asked for without naming a thing: the routes, and the tabs of the menu."""
    paths = {
        route.path
        for route in routes_of(hub)
        if route.method == "GET" and route.path.startswith("/admin") and "{" not in route.path
    }
    served = {path for path in paths if "/static" not in path}
    return served | {*MENU, "/admin/orders?tab=refused"}


def panels(page):
    """Return the panels of a page: the name that each sends its columns by, with these columns and their labels."""
    found = {}
    for name, value, label in re.findall(
        r'<label><input class="hub-check" type="checkbox" name="(\w+)" value="(\w+)"[^>]*> ([^<]+)</label>',
        page[page.find('class="hub-screen"') :],
    ):
        found.setdefault(name, {})[value] = unescape(label)
    return found


async def test_what_is_said_to_be_no_list_is_there(hub):
    assert NO_LISTS.keys() - addresses(hub) == set()


async def test_every_list_has_screen_options(hub, browser):
    lacking = {}
    for path in sorted(addresses(hub) - NO_LISTS.keys()):
        page = (await browser.get(path)).text
        offers = panels(page)
        rows = re.search(r"per page</span>|stand on one page\.", page)
        if 'class="hub-screen"' not in page or not offers or not rows:
            lacking[path] = page[:200]
    assert lacking == {}


async def test_a_column_that_is_hidden_is_the_one_that_was_named(hub, browser):
    told = set()
    for path in sorted(addresses(hub) - NO_LISTS.keys() - {"/admin/arena/runs"}):
        for name, columns in panels((await browser.get(path)).text).items():
            for value, label in columns.items():
                others = [("row", name), *((each, name) for each in columns if each != value)]
                asked = "&".join(f"{param}={each}" for each, param in others)
                page = (await browser.get(f"{path}{'&' if '?' in path else '?'}{asked}")).text
                for classes, head in Tables(page).found:
                    for place in HIDDEN.findall(classes) if label in str(head) else ():
                        if place == "1":
                            continue
                        assert head[int(place) - 1].startswith(label), (path, label, head)
                        told.add((path, label))
    assert len(told) > 60, sorted(told)


@pytest.mark.parametrize("path", ["/admin/audit", "/admin/tasks", "/admin/arena/runs"])
async def test_a_page_has_no_more_rows_than_were_asked_for(browser, path):
    page = (await browser.get(f"{path}?per=25")).text
    assert 20 < page.count("data-row ") + page.count("data-row>") <= 25
