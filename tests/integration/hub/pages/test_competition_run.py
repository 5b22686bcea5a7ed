"""A run in which every profile decided alone, on the pages of runs: each decision has an address of its own."""

from datetime import date

import pytest

from quorate.arena.request import COMPETITION, RunRequest
from quorate.kernel.ids import ProfileName, Symbol

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_profiles_decision_can_be_opened_and_shows_its_own_vote(hub, browser):
    names = (ProfileName("momentum"), ProfileName("trend"))
    wanted = RunRequest(
        symbols=(Symbol("AAPL"),), as_of=date(2012, 6, 29), profiles=names, mode=COMPETITION
    )
    run = await hub.app.run_arena(wanted)
    href = f"/admin/arena/runs/{run.run_id}"
    for name, other in (names, reversed(names)):
        page = (await browser.get(f"{href}?symbol=AAPL&profile={name}&tab=agents")).text
        assert f'id="agent-{name}"' in page
        assert f'id="agent-{other}"' not in page
        assert f"{name}, its own book" in page
        assert f"symbol=AAPL&amp;profile={other}" in page
    listed = (await browser.get("/admin/arena/runs")).text
    assert "momentum</span>" in listed
    for tab in ("summary", "trace", "consensus", "json"):
        assert (await browser.get(f"{href}?tab={tab}")).status_code == 200
