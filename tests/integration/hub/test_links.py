"""Every link, form and part of every page leads somewhere: a walk over a real hub finds no dead end, no second door."""

from __future__ import annotations

import re
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from quorate.hub.application import ELSEWHERE, ENTRANCE
from quorate.hub.pages import HANDLERS
from quorate.hub.pages.menu import ACTS, NAV

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALIKE = 2
"""Addresses of one route that are walked with the same words in their query: the thousandth task is like the first."""

MOST = 400
"""Pages of one walk. It stands far above what a home of three runs has, and ends a walk that would go on for ever."""

PARAMETER = re.compile(r"\{[^}]+\}")
API = re.compile(r"/(api|metrics)\b")
STATIC = "/admin/static/"


class Leads(HTMLParser):
    """What a page leads to: `asked` by a click or a part of it, `sent` by a form."""

    def __init__(self):
        super().__init__()
        self.asked, self.sent, self.heads = [], [], 0

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.heads += tag == "h1"
        if tag == "a" and told.get("href"):
            self.asked.append(told["href"])
        if tag == "form":
            method = (told.get("method") or "get").upper()
            if method != "DIALOG":  # closes what it stands in, sends nothing
                self.sent.append((method, told.get("action", "")))
        if told.get("hx-get"):
            self.asked.append(told["hx-get"])
        if told.get("hx-post"):
            self.sent.append(("POST", told["hx-post"]))


def routes():
    """Return every route of the pages, as method and pattern."""
    return [
        (method, re.compile(PARAMETER.sub("[^/]+", path)))
        for handler in HANDLERS
        for path in handler.paths
        for method in handler.http_methods
    ]


ROUTES = routes()


def route_of(method, path):
    """Return the route that answers, the one with the fewest parameters; None where there is none."""
    found = [one.pattern for kind, one in ROUTES if kind == method and one.fullmatch(path)]
    return min(found, key=lambda pattern: pattern.count("[^/]+"), default=None)


def kind_of(address):
    """Return what makes two addresses alike: their route, and which words their queries have."""
    parts = urlsplit(address)
    words = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    shown = [
        pair for pair in parts.query.split("&") if pair.startswith(("tab=", "view=", "state="))
    ]
    return (route_of("GET", parts.path), *words, *sorted(shown))


@pytest.fixture(scope="module")
def seen():
    """Return what the walk found, for the tests of this file; the first of them fills it."""
    return {}


async def walked(browser, seen):
    """Walk every page that a person can come to from the entrance, and return what each leads to."""
    if seen:
        return seen
    ways, alike = deque([ENTRANCE]), Counter()
    while ways and len(seen) < MOST:
        address = ways.popleft()
        if address in seen:
            continue
        answer = await browser.get(address, follow_redirects=True)
        leads = Leads()
        if answer.headers["content-type"].startswith("text/html"):
            leads.feed(answer.text)
        seen[address] = (answer.status_code, leads)
        for lead in leads.asked:
            place = urljoin(address, lead).partition("#")[0]
            if not place.startswith("/admin") or place.startswith(STATIC) or place in seen:
                continue
            alike[kind_of(place)] += 1
            if alike[kind_of(place)] <= ALIKE:
                ways.append(place)
    return seen


async def test_no_link_of_any_page_leads_to_a_missing_or_a_broken_one(browser, seen):
    pages = await walked(browser, seen)
    assert {address: code for address, (code, _) in pages.items() if code != 200} == {}
    assert 60 < len(pages) < MOST


async def test_every_form_of_every_page_is_sent_to_a_route_that_is_there(browser, seen):
    lost = {
        (method, urljoin(address, action))
        for address, (_, leads) in (await walked(browser, seen)).items()
        for method, action in leads.sent
        if route_of(method, urlsplit(urljoin(address, action)).path) is None
    }
    assert {(method, path) for method, path in lost if path != "/admin/sign-out"} == set()


async def test_every_page_has_one_heading_of_its_own(browser, seen):
    pages = {
        address: leads
        for address, (_, leads) in (await walked(browser, seen)).items()
        if leads.heads  # a part of a page has none
    }
    assert {address for address, leads in pages.items() if leads.heads != 1} == set()


async def test_every_place_of_the_menu_and_of_the_palette_is_walked(browser, seen):
    pages = await walked(browser, seen)
    places = {page.href for module in NAV for page in (module, *module.pages)}
    places |= {href.partition("#")[0] for _, href in ACTS}
    assert {place for place in places if place not in pages} == set()


@pytest.mark.parametrize("path", ELSEWHERE)
async def test_any_other_way_in_leads_to_the_one_place(browser, path):
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, ENTRANCE)


async def test_no_two_routes_answer_one_address():
    doors = Counter(
        (method, PARAMETER.sub("{}", path))
        for handler in HANDLERS
        for path in handler.paths
        for method in handler.http_methods
    )
    assert [door for door, number in doors.items() if number > 1] == []


async def test_no_two_pages_of_the_menu_have_one_heading(browser):
    heads = Counter()
    for href in sorted({page.href for module in NAV for page in (module.pages or (module,))}):
        found = re.search(r"<title>([^<]*)</title>", (await browser.get(href)).text)
        heads[found.group(1) if found else href] += 1
    assert [head for head, number in heads.items() if number > 1] == []
