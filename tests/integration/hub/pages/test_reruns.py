"""A run's replay and its what-ifs as a browser sees them, and two runs side by side."""

import re

import pytest
import pytest_asyncio

from quorate.arena.record.listing import RunFilter, RunView
from quorate.arena.request import RunRequest
from quorate.kernel.ids import Symbol

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIST = "/admin/arena/runs"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run(hub):
    return await hub.app.run_arena(RunRequest(symbols=(Symbol("AAPL"),)))


async def what_ifs(hub):
    return (await hub.app.run_counts(RunFilter()))[RunView.WHAT_IF]


async def test_a_completed_run_offers_its_replay(browser, run):
    page = (await browser.get(f"{LIST}/{run.run_id}")).text
    assert f'href="{LIST}/{run.run_id}/replay"' in page


async def test_a_replay_shows_that_it_is_identical_and_its_digest(hub, browser, run):
    head = await hub.app.feed().head()
    page = (await browser.get(f"{LIST}/{run.run_id}/replay")).text
    digest = (await hub.app.reruns.replay(run.run_id)).digest
    assert "<b>Identical.</b>" in page
    assert f'data-copy="{digest}"' in page
    assert await hub.app.feed().head() == head


async def test_a_what_if_leads_to_its_side_by_side_and_is_begun_once(hub, browser, run):
    page = (await browser.get(f"{LIST}/{run.run_id}/replay")).text
    [key] = re.findall(r'name="key" value="([^"]+)"', page)
    before = await what_ifs(hub)
    form = {"swaps": "threshold=quorum:5\nthreshold=min_confidence:0.9", "key": key, "free": "yes"}
    sent = [await browser.post(f"{LIST}/{run.run_id}/replay", data=form) for _ in range(2)]
    places = {answer.headers["location"] for answer in sent}
    assert [answer.status_code for answer in sent] == [303, 303]
    assert len(places) == 1
    assert await what_ifs(hub) == before + 1
    side = (await browser.get(places.pop())).text
    assert "threshold=quorum:5, threshold=min_confidence:0.9" in side


@pytest.mark.parametrize(
    ("form", "cause"),
    [
        ({"swaps": "colour=red:blue"}, "is no swap"),
        ({"swaps": "threshold=quorum:1"}, "quorum is 2 or more"),
        ({"swaps": "threshold=quorum:3", "maxCost": "0"}, "nothing that a run can stay below"),
        ({"swaps": ""}, "nothing is swapped"),
    ],
    ids=["no swap", "no value", "no amount", "nothing"],
)
async def test_what_cannot_be_asked_is_told_and_what_was_entered_stays(
    hub, browser, run, form, cause
):
    before = await what_ifs(hub)
    answer = await browser.post(f"{LIST}/{run.run_id}/replay", data=form)
    assert answer.status_code == 422
    assert cause in answer.text.lower() or cause in answer.text
    assert form["swaps"] in answer.text
    assert await what_ifs(hub) == before


async def test_two_runs_stand_side_by_side_and_what_differs_is_marked(hub, browser, run):
    other = await hub.app.run_arena(RunRequest(symbols=(Symbol("IBM"),)))
    page = (await browser.get(f"{LIST}/compare?a={run.run_id}&b={other.run_id}")).text
    assert "They differ on AAPL, IBM." in page
    assert page.count("≠ differs") > 2
    itself = (await browser.get(f"{LIST}/compare?a={run.run_id}&b={run.run_id}")).text
    assert "They started alike and decided alike." in itself
    assert "≠ differs" not in itself


async def test_without_two_runs_the_page_asks_which(browser, run):
    page = await browser.get(f"{LIST}/compare")
    assert (page.status_code, "Which runs" in page.text) == (200, True)
    lost = await browser.get(f"{LIST}/compare?a={run.run_id}&b=run_NONE")
    assert lost.status_code == 404
    assert "There is no run" in lost.text


async def test_the_list_has_a_view_for_what_ifs_and_leaves_them_out_of_the_others(
    hub, browser, run
):
    answer = await browser.post(f"{LIST}/{run.run_id}/replay", data={"swaps": "threshold=quorum:4"})
    made = answer.headers["location"].partition("&b=")[2]
    assert f'id="{made}"' not in (await browser.get(LIST)).text
    page = (await browser.get(f"{LIST}?view=what_if")).text
    assert f'id="{made}"' in page
    details = (await browser.get(f"{LIST}/{made}")).text
    assert "A what-if of" in details
    assert await what_ifs(hub) >= 1
