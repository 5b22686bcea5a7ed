"""The audit's pages over a replayed book: rows, traces, verdicts that are compared, waivers, and a touched row."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3

import pytest

from quorate.access import Scope
from tests.integration.hub.served import serving
from tests.integration.hub.test_orders import replayed

pytestmark = pytest.mark.asyncio(loop_scope="module")

AUDIT = "/admin/audit"
WAIVER = {
    "title": "a dear week",
    "reason": "the models cost more",
    "gate": "budget_adherence.usd",
    "usd": "0.50",
    "days": "2",
    "confirm": "yes",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Return a home in which a book was replayed: entries filled, runs were judged."""
    path = tmp_path_factory.mktemp("audit-pages")
    replayed(path)
    return path


async def page_of(browser, path, status=200):
    answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


def hrefs(page, pattern):
    return list(dict.fromkeys(re.findall(f'href="({AUDIT}/{pattern})"', page)))


async def test_rows_are_filtered_by_the_address_and_a_page_leads_to_the_next(browser):
    page = await page_of(browser, f"{AUDIT}?type=vote.*")
    assert ">vote.cast<" in page
    assert ">task.moved<" not in page
    (older,) = re.findall(r'href="([^"]+)" rel="next"', page)
    following = await page_of(browser, older.replace("&amp;", "&"))
    assert set(hrefs(page, r"events/\d+")).isdisjoint(hrefs(following, r"events/\d+"))
    assert "Newest" in following
    assert "No rows match" in await page_of(browser, f"{AUDIT}?type=nothing")
    short = await browser.get(f"{AUDIT}?type=vote.cast&stream=&trace=", follow_redirects=False)
    assert short.headers["location"] == f"{AUDIT}?type=vote.cast"


async def test_the_rows_that_are_shown_can_be_kept_with_their_hashes(browser):
    page = await page_of(browser, f"{AUDIT}?type=vote.cast")
    assert f'href="{AUDIT}/export?type=vote.cast"' in page
    kept = (await browser.get(f"{AUDIT}/export?type=vote.cast")).json()
    assert {each["type"] for each in kept["items"]} == {"vote.cast"}
    assert len(kept["items"]) > 50
    assert len(kept["items"][0]["hash"]) == 64
    assert kept["chain"]["head"] >= kept["chain"]["signed"] > 0


async def test_a_row_shows_its_payload_and_hash_computed_anew(browser):
    page = await page_of(browser, f"{AUDIT}/events/5")
    assert ">holds<" in page
    assert f'href="{AUDIT}/events/4"' in page
    await page_of(browser, f"{AUDIT}/events/99999999", status=404)
    await page_of(browser, f"{AUDIT}/events/0", status=404)


async def test_verify_walks_the_chain_and_says_what_was_found(browser):
    assert "Not verified since the hub started" in await page_of(browser, AUDIT)
    answer = await browser.post(f"{AUDIT}/verify", data={"tables": "yes"}, follow_redirects=True)
    assert "Intact" in answer.text
    assert "the state tables refold to the same" in answer.text


async def test_a_trace_is_shown_across_its_streams(browser):
    listed = await page_of(browser, f"{AUDIT}?tab=traces")
    first = hrefs(listed, "traces/[0-9a-f]{32}")[0]
    page = await page_of(browser, first)
    assert all(f">{kind}:" in page for kind in ("cycle", "run", "task", "verdict"))
    led = await browser.get(f"{AUDIT}?tab=traces&trace={first[-32:]}", follow_redirects=False)
    assert led.headers["location"] == first
    await page_of(browser, f"{AUDIT}/traces/{'0' * 32}", status=404)
    await page_of(browser, f"{AUDIT}/traces/zz", status=404)


@pytest.mark.parametrize("kind", ["task", "order"])
async def test_a_verdict_is_shown_compared_and_kept(browser, kind):
    listed = await page_of(browser, f"{AUDIT}?tab=verdicts&outcome=passed&kind={kind}")
    href = hrefs(listed, "verdicts/vrd_[0-9A-Z]+")[0]
    page = await page_of(browser, href)
    assert "DSSE envelope" in page
    assert "Signature holds." not in page, "nobody asked"
    page = await page_of(browser, f"{href}?verify=yes")
    assert "Signature holds." in page
    assert ">agrees<" in page
    assert ">differs<" not in page
    assert "python verify_verdict.py" in page
    kept = await browser.get(f"{href}/download")
    assert json.loads(kept.text)["verification"]["ok"]
    assert "attachment" in kept.headers["content-disposition"]


async def test_a_verdict_is_found_from_its_run_its_task_and_its_order(browser, hub):
    listed = (await browser.get("/api/admin/verdicts?kind=task&limit=1")).json()["items"][0]
    run = await page_of(browser, f"/admin/arena/runs/{listed['about']}")
    task = await page_of(browser, f"/admin/tasks/{listed['taskId']}")
    orders = await page_of(browser, "/admin/orders")
    for page, name in ((run, "run_"), (task, "tsk_"), (orders, "a1-")):
        href = hrefs(page, f"verdicts/{name}[0-9A-Za-z-]+")[0]
        assert "Verdict on" in await page_of(browser, href)
    assert hub.app.law.proving.last is not None
    await page_of(browser, f"{AUDIT}/verdicts/dec_none", status=404)


async def test_a_waiver_is_added_after_it_was_confirmed_and_revoked_with_a_reason(browser):
    assert "Nothing is waived" in await page_of(browser, f"{AUDIT}?tab=waivers")
    for wrong, said in (
        ({"confirm": ""}, "Nobody confirmed"),
        ({"reason": "short"}, "A reason has"),
    ):
        refused = await browser.post(f"{AUDIT}/waivers", data={**WAIVER, **wrong})
        assert refused.status_code == 422
        assert said in refused.text
        assert 'value="a dear week"' in refused.text, "what was entered stays"
    added = await browser.post(f"{AUDIT}/waivers", data=WAIVER, follow_redirects=True)
    assert "WV-0001" in added.text
    assert "1 d left" in added.text
    short = await browser.post(f"{AUDIT}/waivers/WV-0001/revoke", data={"reason": "no"})
    assert short.status_code == 422
    revoked = await browser.post(
        f"{AUDIT}/waivers/WV-0001/revoke",
        data={"reason": "it was a mistake"},
        follow_redirects=True,
    )
    assert "it was a mistake" in revoked.text
    assert "Revoke the waiver" not in revoked.text


async def test_who_may_only_read_may_neither_waive_nor_verify(hub):
    program = await hub.program(Scope.READ)
    assert (await program.get(AUDIT)).status_code == 200
    for path in ("verify", "waivers", "waivers/WV-0001/revoke"):
        assert (await program.post(f"{AUDIT}/{path}")).status_code == 403
    assert (await program.get(f"{AUDIT}/waivers/new")).status_code == 403


async def test_a_row_that_was_touched_is_named_with_what_still_holds(home, tmp_path):
    copy = shutil.copytree(home, tmp_path / "touched")
    with sqlite3.connect(copy / "quorate.db") as database:
        ((seq, run),) = database.execute(
            "SELECT seq, substr(stream, 5) FROM journal WHERE type = 'decision.made' LIMIT 1"
        ).fetchall()
        database.execute(
            "UPDATE journal SET payload = replace(payload, 'NO_TRADE', 'BUY') WHERE seq = ?", (seq,)
        )
    async with serving(copy) as served:
        browser = await served.browser()
        found = await browser.post(f"{AUDIT}/verify", follow_redirects=True)
        assert f"The journal does not hold at row {seq}." in found.text
        assert f"Rows 1 to {seq - 1}" in found.text
        assert "computed <span" in found.text
        assert "not reached" in found.text
        assert ">changed<" in await page_of(browser, f"{AUDIT}/events/{seq}")
        page = await page_of(browser, f"{AUDIT}/verdicts/{run}?verify=yes")
        assert "The signature holds, what is stored does not." in page
        assert ">differs<" in page
