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
    assert {place.href.partition("?")[0] for place in places()} <= paths


def test_every_place_of_the_menu_has_a_section_of_its_own():
    sections = [place.section for place in places()]
    assert len(sections) == len(set(sections))


def test_a_module_is_marked_while_one_of_its_pages_is_shown():
    arena = NAV[1]
    assert arena.holds("runs")
    assert not arena.holds("dashboard")


def test_no_two_places_of_the_menu_lead_to_one_page_nor_answer_to_one_key():
    pages = [page for module in NAV for page in module.pages or (module,)]
    keys = [place.key for place in places() if place.key]
    assert len({page.href for page in pages}) == len(pages)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("section", "tab", "label"),
    [("cost", "", "Spend"), ("cost", "prices", "Prices"), ("runs", "trace", "Runs")],
)
def test_the_menu_marks_the_tab_that_an_address_names_else_the_first(section, tab, label):
    (module,) = (each for each in NAV if each.holds(section))
    assert module.current(section, tab).label == label


def test_pages_of_a_module_stand_in_the_menu_while_one_of_them_is_shown_and_those_of_the_arena_always():
    is_open = {each.section: each.is_open("cost") for each in NAV if each.pages}
    assert {name for name, shown in is_open.items() if shown} == {"arena", "cost"}


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
