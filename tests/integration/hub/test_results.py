"""Results over real connections: the list, the stream, the socket, and who may open it."""

from __future__ import annotations

import asyncio
import json

import pytest
import websockets

from quorate.access import Scope
from quorate.hub.stream.results import SIDEBAR, UPSERTED
from tests.fault.results_flow import until as until_it_holds
from tests.integration.homes import REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESULTS = "/api/admin/results"
WITHIN = 10.0


async def token(hub, *scopes):
    return (await hub.program(*scopes)).headers["Authorization"]


def socket_of(hub, authorization=None, query="", **options):
    headers = {"Authorization": authorization} if authorization else {}
    url = f"ws://127.0.0.1:{hub.port}/api/admin/ws{query}"
    return websockets.connect(url, additional_headers=headers, proxy=None, **options)


async def until(socket, kind):
    """Return what was told, up to the first message of that type."""
    told = []
    async with asyncio.timeout(WITHIN):
        while not told or told[-1]["type"] != kind:
            told.append(json.loads(await socket.recv()))
    return told


async def test_the_newest_of_each_symbol_comes_first_then_the_history(browser):
    found = (await browser.get(RESULTS)).json()
    newest = [each for each in found["items"] if "newest" in each["states"]]
    assert {each["symbol"] for each in newest} == {"AAPL", "IBM"}
    assert found["items"][: len(newest)] == newest
    assert all("superseded" in each["states"] for each in found["items"][len(newest) :])
    assert all(each["signal"] for each in found["items"])


async def test_the_list_goes_on_behind_its_cursor_and_ends(browser):
    whole = [each["resultId"] for each in (await browser.get(RESULTS)).json()["items"]]
    ids, cursor = [], ""
    while cursor is not None:
        page = (await browser.get(f"{RESULTS}?limit=1{cursor and f'&cursor={cursor}'}")).json()
        ids += [each["resultId"] for each in page["items"]]
        cursor = page["nextCursor"]
    assert ids == whole
    assert len(set(ids)) == len(ids) == 6


async def test_the_list_can_be_narrowed_and_refuses_what_it_does_not_know(browser):
    found = (await browser.get(f"{RESULTS}?symbol=aapl&state=superseded")).json()["items"]
    assert [each["symbol"] for each in found] == ["AAPL", "AAPL"]
    assert (await browser.get(f"{RESULTS}?state=wrong")).status_code == 422
    assert (await browser.get(f"{RESULTS}?cursor=x")).status_code == 400


async def test_a_socket_is_refused_before_it_is_accepted(hub):
    for authorization, status in ((None, 401), (await token(hub, Scope.SAFETY), 403)):
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with socket_of(hub, authorization):
                pass
        assert refused.value.response.status_code == status


async def test_a_run_is_told_with_its_results_and_the_sidebar_hears_of_them(hub):
    async with socket_of(hub, await token(hub, Scope.READ)) as socket:
        await until(socket, "hello")
        await hub.app.run_arena(REQUEST)
        told = await until(socket, "run.completed")
        results = [each for each in told if each["type"] == UPSERTED]
        assert {each["symbol"] for each in results} == {"AAPL", "IBM"}
        assert {each["seq"] for each in results} == {told[-1]["seq"]}
        assert len({each["id"] for each in told if each["id"]}) == len(told)
        aside = [each for each in told if each["type"] == SIDEBAR]
        while len(aside) < 2:
            aside += (await until(socket, SIDEBAR))[-1:]
        assert all(each["data"]["signal"] for each in aside)


async def test_a_socket_goes_on_behind_the_row_that_the_client_knows(hub):
    reader = await token(hub, Scope.READ)
    async with socket_of(hub, reader) as socket:
        start = (await until(socket, "hello"))[-1]["seq"]
    await hub.app.run_arena(REQUEST)
    async with socket_of(hub, reader, f"?lastSeq={start}&types=result.*,run.completed") as socket:
        told = await until(socket, "run.completed")
    assert [each["type"] for each in told] == ["hello", *[UPSERTED] * 2, "run.completed"]


async def test_a_client_that_is_gone_is_forgotten(hub):
    async with socket_of(hub, await token(hub, Scope.READ)) as socket:
        await until(socket, "hello")
        assert len(hub.broadcast._readers) == 1
        socket.transport.abort()
    assert await until_it_holds(lambda: not hub.broadcast._readers)


async def test_the_page_shows_badges_filters_and_history(browser):
    page = (await browser.get("/admin/results")).text
    assert all(text in page for text in ("Newest of each symbol", "History", "superseded"))
    narrowed = (await browser.get("/admin/results?symbol=AAPL&state=superseded")).text
    assert "Newest of each symbol</h2>" not in narrowed
    assert "Clear filters" in narrowed
