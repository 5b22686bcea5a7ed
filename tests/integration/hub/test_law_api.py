"""The law over the API: verdicts and their proof, waivers by who may, journal rows and traces."""

from __future__ import annotations

import pytest

from quorate.access import Scope
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

BASE = "/api/admin"
WAIVER = {
    "title": "a dear run",
    "reason": "the models cost more today",
    "gates": ["budget_adherence.usd"],
    "delta": {"usd": "0.50"},
}


async def test_every_run_has_a_verdict_that_can_be_verified(browser):
    page = (await browser.get(f"{BASE}/verdicts?limit=2")).json()
    assert (len(page["items"]), page["items"][0]["decision"]) == (2, "PASS")
    rest = (await browser.get(f"{BASE}/verdicts?limit=2&cursor={page['nextCursor']}")).json()
    assert {each["verdictId"] for each in rest["items"]}.isdisjoint(
        each["verdictId"] for each in page["items"]
    )
    line = page["items"][0]
    shown = (await browser.get(f"{BASE}/verdicts/{line['about']}")).json()
    assert shown["verdictId"] == line["verdictId"]
    assert shown["envelope"]["payloadType"] == "application/vnd.in-toto+json"
    check = (await browser.post(f"{BASE}/verdicts/{line['verdictId']}/verify")).json()
    assert (check["ok"], check["problems"]) == (True, [])
    assert check["statement"]["predicate"]["taskId"] == line["taskId"]
    rows = (await browser.get(f"{BASE}/traces/{shown['traceId']}")).json()
    assert {"task.received", "verdict.issued"} <= {each["type"] for each in rows["items"]}


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("/verdicts/dec_none", 404, "not-found"),
        ("/verdicts?kind=dance", 422, "validation-failed"),
        ("/verdicts?cursor=eA", 400, "invalid-cursor"),
        ("/waivers/WV-9999", 404, "not-found"),
        ("/traces/zz", 404, "not-found"),
        (f"/traces/{'0' * 32}", 404, "not-found"),
        ("/audit/events?stream=%22", 422, "validation-failed"),
        ("/audit/events?cursor=eA", 400, "invalid-cursor"),
    ],
)
async def test_what_is_not_there_is_a_problem(browser, path, status, slug):
    answer = await browser.get(BASE + path)
    assert answer.status_code == status
    assert problem(answer)["type"].endswith(f"/{slug}")


async def test_a_waiver_is_added_listed_and_revoked(browser):
    added = (await browser.post(f"{BASE}/waivers", json=WAIVER)).json()
    name = added["target"]
    assert (added["applied"], added["waiver"]["status"]) == (True, "active")
    listed = (await browser.get(f"{BASE}/waivers")).json()["items"]
    assert listed[0] == added["waiver"] == (await browser.get(f"{BASE}/waivers/{name}")).json()
    end = {"reason": "it was a mistake"}
    gone = (await browser.request("DELETE", f"{BASE}/waivers/{name}", json=end)).json()
    assert (gone["applied"], gone["waiver"]["status"]) == (True, "revoked")
    again = (await browser.request("DELETE", f"{BASE}/waivers/{name}", json=end)).json()
    assert not again["applied"]


@pytest.mark.parametrize(
    "changes",
    [
        {"gates": ["invariants"]},
        {"reason": "short"},
        {"delta": {"usd": "x"}},
        {"days": 91},
        {"days": 0},
        {"surprise": 1},
        {"gates": []},
    ],
)
async def test_what_nobody_may_waive_is_refused(browser, changes):
    reply = await browser.post(f"{BASE}/waivers", json={**WAIVER, **changes})
    assert reply.status_code == 422


async def test_the_journal_is_listed_with_the_state_of_its_chain(browser):
    page = (await browser.get(f"{BASE}/audit/events?type=verdict.*&limit=1")).json()
    assert page["chain"]["head"] >= page["items"][0]["seq"]
    assert page["items"][0]["payload"]["decision"] == "PASS"
    assert page["nextCursor"]
    found = (await browser.get(f"{BASE}/audit/verify?projections=true")).json()
    assert (found["ok"], found["firstBad"]) == (True, None)


async def test_only_an_admin_may_waive_or_have_all_verified(hub):
    reader = await hub.program(Scope.READ)
    assert (await reader.get(f"{BASE}/waivers")).status_code == 200
    assert (await reader.post(f"{BASE}/waivers", json=WAIVER)).status_code == 403
    assert (await reader.get(f"{BASE}/audit/verify")).status_code == 403
