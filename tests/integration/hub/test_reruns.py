"""Replays and comparisons over the API: nobody is asked without a swap, and a what-if is begun once per key."""

import pytest
import pytest_asyncio

from quorate.access import Scope
from tests.integration.hub.served import problem
from tests.integration.hub.test_starting import finished, key

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUNS = "/api/admin/arena/runs"
SWAPS = {"swaps": ["threshold=quorum:5"]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def run_id(hub):
    browser = await hub.browser()
    asked = {"symbols": ["AAPL"], "asOf": "2012-06-29"}
    waiting = {**key("the run"), "Prefer": "wait=20"}
    return (await browser.post("/api/admin/arena/run", json=asked, headers=waiting)).json()["runId"]


async def test_without_swaps_a_replay_answers_whether_the_record_holds(hub, run_id):
    browser = await hub.browser()
    head = await hub.app.feed().head()
    answer = await browser.post(f"{RUNS}/{run_id}/replay", json={})
    told = answer.json()
    assert answer.status_code == 200
    assert (told["identical"], told["differences"], told["costUsd"]) == (True, [], "0")
    assert told["run"]["runId"] == run_id
    assert await hub.app.feed().head() == head


async def test_a_what_if_is_a_run_that_can_be_fetched(hub, run_id):
    browser = await hub.browser()
    asked = {**SWAPS, "maxCostUsd": "0.05"}
    sent = [
        await browser.post(f"{RUNS}/{run_id}/replay", json=asked, headers=key("what if"))
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [202, 202]
    assert sent[0].json()["runId"] == sent[1].json()["runId"]
    assert [answer.json()["replayed"] for answer in sent] == [False, True]
    made = await finished(browser, sent[0].headers["location"])
    assert made["replayOf"] == {"runId": run_id, "swaps": SWAPS["swaps"], "free": False}
    assert (made["maxCostUsd"], made["thresholds"]) == ("0.05", {"quorum": "5"})
    side = (await browser.get(f"{RUNS}/compare", params={"a": run_id, "b": made["runId"]})).json()
    assert (side["same"], side["b"]["replayOf"]) == (False, run_id)


async def test_the_same_key_about_another_run_is_another_request(hub, run_id):
    browser = await hub.browser()
    waiting = {**key("other run"), "Prefer": "wait=20"}
    other = await browser.post("/api/admin/arena/run", json={"symbols": ["IBM"]}, headers=waiting)
    first = await browser.post(f"{RUNS}/{run_id}/replay", json=SWAPS, headers=key("shared"))
    place = f"{RUNS}/{other.json()['runId']}/replay"
    second = await browser.post(place, json=SWAPS, headers=key("shared"))
    await finished(browser, first.headers["location"])
    assert (first.status_code, second.status_code) == (202, 422)
    assert problem(second)["type"].endswith("idempotency-reused")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"swaps": ["colour=red:blue"]}, 422),
        ({"swaps": ["threshold=quorum:1"]}, 422),
        ({"swaps": ["threshold=quorum:3"] * 2}, 422),
        ({"swaps": [f"threshold=t{number}:1" for number in range(99)]}, 422),
        ({"swaps": "threshold=quorum:3"}, 422),
        ({"maxCostUsd": "0.05"}, 422),
        ({"free": True}, 422),
        ({**SWAPS, "maxCostUsd": "0"}, 422),
        ({**SWAPS, "maxCostUsd": "-1"}, 422),
        ({**SWAPS, "colour": "red"}, 422),
    ],
)
async def test_what_cannot_be_asked_writes_nothing(hub, run_id, body, status):
    browser = await hub.browser()
    head = await hub.app.feed().head()
    answer = await browser.post(f"{RUNS}/{run_id}/replay", json=body, headers=key(str(body)[:90]))
    assert answer.status_code == status, answer.text
    assert await hub.app.feed().head() == head


async def test_a_what_if_needs_a_key_and_the_scope_to_run(hub, run_id):
    browser = await hub.browser()
    answer = await browser.post(f"{RUNS}/{run_id}/replay", json=SWAPS)
    assert (answer.status_code, problem(answer)["type"].rpartition("/")[2]) == (
        400,
        "idempotency-missing",
    )
    program = await hub.program(Scope.READ)
    refused = await program.post(f"{RUNS}/{run_id}/replay", json={})
    assert (refused.status_code, problem(refused)["code"]) == (403, "SCOPE")


async def test_an_unknown_run_is_not_found(hub, run_id):
    browser = await hub.browser()
    assert (await browser.post(f"{RUNS}/run_NONE/replay", json={})).status_code == 404
    asked = {"a": run_id, "b": "run_NONE"}
    assert (await browser.get(f"{RUNS}/compare", params=asked)).status_code == 404
