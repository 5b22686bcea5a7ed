"""Arenas of others over the API and on their pages: listed among the competitions, shown, never played."""

import re

import pytest

from tests.fakes.other_arenas import YUAN, shanghai, write_arena
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/api/admin/competitions"
PAGE = "/admin/competitions"


@pytest.fixture
async def arena(hub, tmp_path):
    folder = write_arena(tmp_path / "shanghai", *shanghai())
    return (await hub.app.arenas.import_folder(folder, YUAN, "the test")).arena


async def test_it_is_listed_among_the_competitions_with_its_kind(browser, arena):
    listed = (await browser.get(BASE)).json()["items"]
    (item,) = [each for each in listed if each["competitionId"] == arena.arena_id]
    assert (item["kind"], item["bookMode"], item["status"]) == ("imported", None, "finished")
    assert (item["profiles"], item["sessions"]) == (["once", "steady"], 29)


async def test_it_is_shown_with_its_sources_and_scores(browser, arena):
    shown = (await browser.get(f"{BASE}/{arena.arena_id}")).json()
    assert (shown["kind"], shown["currency"], shown["barSize"]) == ("imported", "CNY", "Daily")
    assert shown["files"] == dict(arena.digests)
    assert [score["name"] for score in shown["scores"]] == ["once", "steady", "equal_weight"]
    scores = (await browser.get(f"{BASE}/{arena.arena_id}/scores")).json()
    assert all(len(each["equityCurve"]) == 30 for each in scores["scores"])
    assert len(scores["sessions"]) == 29


async def test_its_findings_come_in_pages_of_a_kind(browser, arena):
    path = f"{BASE}/{arena.arena_id}/findings"
    found = (await browser.get(path)).json()
    assert [(item["participant"], item["line"]) for item in found["items"]] == [("once", 2)]
    assert found["nextCursor"] is None
    none = (await browser.get(path, params={"kind": "zero_quantity"})).json()
    assert none["items"] == []
    assert problem(await browser.get(path, params={"kind": "odd"}))["status"] == 422
    assert problem(await browser.get(f"{BASE}/cmp_NONE/findings"))["status"] == 404
    assert problem(await browser.get(f"{BASE}/imp_NONE/findings"))["status"] == 404


async def test_nothing_of_it_is_started_or_stopped_here(browser, arena):
    start = await browser.post(
        f"{BASE}/{arena.arena_id}/start", headers={"Idempotency-Key": "arena-1"}
    )
    assert problem(start)["status"] == 409
    assert problem(await browser.post(f"{BASE}/{arena.arena_id}/stop"))["status"] == 409


async def test_its_page_has_race_scores_findings_and_files(browser, arena):
    page = (await browser.get(f"{PAGE}/{arena.arena_id}")).text
    assert "Nothing of it was decided, traded or ranked here" in page
    assert "Equity of every book in CNY" in page
    assert "buy at 1200.0000, its bar is 1388.97 to 1417.03" in page
    assert "1,000,000.00 CNY each" in page
    assert "positions/once/position.jsonl" in page
    assert page.count("<polyline") == 3
    assert not re.search(r'action="[^"]+/(start|stop)"', page)
    none = (await browser.get(f"{PAGE}/{arena.arena_id}?finding=zero_quantity")).text
    assert "No finding of this kind" in none
    assert "All 1<" in none


async def test_the_list_names_it_imported_and_an_unknown_one_is_not_found(browser, arena):
    page = (await browser.get(PAGE)).text
    row = re.search(rf'<tr id="{arena.arena_id}">.*?</tr>', page, re.DOTALL)[0]
    assert ">imported<" in row
    assert "as logged" in row
    assert (await browser.get(f"{PAGE}/imp_NONE")).status_code == 404
