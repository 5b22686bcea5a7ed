import pytest

from quorate.hub.pages import HANDLERS
from quorate.hub.pages.shell import NAV
from quorate.kernel.errors import UnavailableError
from tests.fakes.shown import FakeFleet
from tests.unit.hub.pages.served import FakeHome, page_of


class Watched(FakeHome):
    """A home that remembers in which order it was asked."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def feed(self):
        self.asked.append("head")
        return super().feed()

    async def profiles(self):
        self.asked.append("profiles")
        return await super().profiles()


def places():
    return [page for module in NAV for page in (module, *module.pages)]


def test_the_menu_leads_to_pages_that_exist():
    paths = {path for handler in HANDLERS for path in handler.paths}
    assert {place.href for place in places()} <= paths


def test_every_place_of_the_menu_has_a_section_of_its_own():
    sections = [place.section for place in places()]
    assert len(sections) == len(set(sections))


def test_a_module_is_marked_while_one_of_its_pages_is_shown():
    arena = NAV[1]
    assert arena.holds("runs")
    assert not arena.holds("dashboard")


async def test_the_stream_goes_on_from_before_the_page_was_read():
    home = Watched()
    await page_of(home, "/admin/arena/profiles")
    assert home.asked[0] == "head"


@pytest.mark.parametrize(("needing", "words"), [(1, "1 worker"), (3, "3 workers")])
async def test_the_menu_counts_the_workers_that_need_a_person(needing, words):
    page = await page_of(FakeHome(fleet=FakeFleet(needing=needing)), "/admin/arena/profiles")
    assert f'<b class="hub-menu__n" aria-hidden="true">{needing}</b>' in page
    assert f"{words} set aside or lost" in page
    assert "hub-menu__n" not in await page_of(FakeHome(), "/admin/arena/profiles")


async def test_a_menu_that_cannot_count_says_nothing():
    silent = FakeFleet(failure=UnavailableError("no answer", source="database"))
    page = await page_of(FakeHome(fleet=silent), "/admin/arena/profiles")
    assert "hub-menu__n" not in page


async def test_the_place_that_is_shown_is_marked():
    page = await page_of(FakeHome(), "/admin/arena/profiles")
    assert page.count('class="hub-sub__on"') == 1
    assert 'class="hub-sub__on" aria-current="page" title="Profiles"' in page


async def test_a_part_reads_neither_clock_nor_cost():
    part = await page_of(FakeHome(), "/admin/arena/profiles", **{"HX-Request": "true"})
    assert "REPLAY" not in part
    assert "data-seq" not in part
