"""Debates and the whole details of a run over real HTTP, on runs that a scripted model server answered."""

import json

import pytest
import pytest_asyncio

from quorate.access import Scope
from quorate.kernel.canonical import sha256_hex
from tests.fakes.debates import KEY, made_debates
from tests.integration.hub.served import problem, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUNS = "/api/admin/arena/runs"
SESSIONS = "/api/debate/sessions"


@pytest.fixture(scope="module")
def debates(tmp_path_factory):
    """Return a home with a run of every ending, and the ids of the runs by their ending."""
    home = tmp_path_factory.mktemp("debates")
    return home, made_debates(home)


@pytest.fixture(scope="module")
def ids(debates):
    return debates[1]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(debates):
    async with serving(debates[0]) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def program(hub):
    return await hub.program(Scope.READ)


async def got(program, path, **params):
    answer = await program.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_only_runs_in_which_a_dispute_was_heard_are_debates(program, ids):
    listed = await got(program, SESSIONS, limit=50)
    quiet = {"degraded", "repaired", "agreed"}
    assert {item["sessionId"] for item in listed["items"]} == {
        run for ending, run in ids.items() if ending not in quiet
    }
    assert listed["nextCursor"] is None


async def test_debates_are_filtered_and_come_in_pages(program, ids):
    asked = {item["runId"] for item in (await got(program, SESSIONS, escalated="true"))["items"]}
    assert asked == {ids[e] for e in ("panel", "panel_alone", "panel_failed", "panel_uncertain")}
    assert (await got(program, SESSIONS, symbol="IBM"))["items"] == []
    first = await got(program, SESSIONS, limit=4)
    rest = await got(program, SESSIONS, limit=4, cursor=first["nextCursor"])
    assert (len(first["items"]), len(rest["items"])) == (4, 2)
    assert (await program.get(SESSIONS, params={"cursor": "x"})).status_code == 400


async def test_a_debate_is_told_round_by_round_to_the_panels_word(program, ids):
    told = await got(program, f"{SESSIONS}/{ids['panel']}")
    [debate] = told["debates"]
    assert (told["rounds"], debate["finalAction"], debate["reasonCode"]) == (1, "BUY", "panel")
    votes, argued = debate["transcript"]
    assert {said["profile"]: said["stance"] for said in votes["statements"]} == {
        "cheap_risk_manager": "neutral",
        "cheap_tech_analyst": "bullish",
    }
    moved = {said["profile"]: said["changedFrom"] for said in argued["statements"]}
    assert moved == {
        "cheap_bear": None,
        "cheap_bull": None,
        "cheap_risk_manager": "HOLD",
        "cheap_tech_analyst": None,
    }
    assert debate["synthesis"]["siding"] == ["cheap_tech_analyst"]
    assert debate["synthesis"]["judges"][0]["rationale"] == "The stop bounds what the bear fears."


async def test_a_debate_that_the_panel_never_heard_has_no_synthesis(program, ids):
    told = await got(program, f"{SESSIONS}/{ids['power_calls_exhausted']}")
    assert told["debates"][0]["synthesis"] is None
    assert told["debates"][0]["reasonCode"] == "power_calls_exhausted"


async def test_a_run_without_a_dispute_is_a_session_without_debates(program, ids):
    assert (await got(program, f"{SESSIONS}/{ids['agreed']}"))["debates"] == []
    answer = await program.get(f"{SESSIONS}/run_unknown")
    assert (answer.status_code, problem(answer)["type"].rpartition("/")[2]) == (404, "not-found")


async def test_a_run_tells_every_call_and_its_cost_by_who_and_why(program, ids):
    run = await got(program, f"{RUNS}/{ids['panel']}")
    assert [part["purpose"] for part in run["costSplit"]].count("panel") == 1
    assert len(run["calls"]) == sum(part["calls"] for part in run["costSplit"]) == 8
    assert run["decisions"][0]["escalated"] is True


async def test_a_fallback_is_told_with_its_reason(program, ids):
    run = await got(program, f"{RUNS}/{ids['degraded']}")
    failed = [call for call in run["calls"] if call["code"]]
    served = next(call for call in run["calls"] if call["fallbackReason"])
    assert {call["code"] for call in failed} == {"HTTP_500"}
    assert served["modelServed"] == "gpt-6-luna"


async def test_the_tools_of_a_run_are_told_the_refused_ones_too(program, ids):
    bars, quotes = (await got(program, f"{RUNS}/{ids['panel']}/tool-calls"))["items"]
    assert (bars["tool"], bars["refused"], bars["profile"]) == ("bars", False, "cheap_tech_analyst")
    assert bars["resultHash"] == sha256_hex(bars["result"])
    assert (quotes["tool"], quotes["refused"]) == ("quotes", True)
    assert "there is bars, indicators" in quotes["refusal"]
    assert (await got(program, f"{RUNS}/{ids['agreed']}/tool-calls"))["items"] == []


async def test_the_prompts_of_a_run_are_told_with_hashes_that_hold(program, ids):
    items = (await got(program, f"{RUNS}/{ids['panel']}/prompts"))["items"]
    assert len(items) == 8
    for item in items:
        assert item["prompt"]["verified"] is True
        assert item["answer"]["verified"] is True
        assert item["prompt"]["hash"] == sha256_hex(item["prompt"]["text"])
    outcomes = [item["outcome"] for item in items]
    assert outcomes.count("asked for tools") == 1
    judge = next(item for item in items if item["purpose"] == "panel")
    assert (
        "The June rally failed twice"
        in json.loads(judge["prompt"]["text"])["messages"][2]["content"]
    )


async def test_a_rejected_answer_is_told_with_its_code_and_a_repair_as_a_call_of_its_own(
    program, ids
):
    failed = (await got(program, f"{RUNS}/{ids['panel_failed']}/prompts"))["items"][-1]
    assert (failed["purpose"], failed["outcome"]) == ("panel", "rejected")
    assert failed["rejectionCode"] == "FIELD_TYPE"
    repaired = (await got(program, f"{RUNS}/{ids['repaired']}/prompts"))["items"]
    assert [(item["purpose"], item["outcome"]) for item in repaired[-2:]] == [
        ("answer", "rejected"),
        ("repair", "decoded"),
    ]


async def test_a_key_is_in_no_answer_and_on_no_page(hub, program, ids, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "scripted")
    browser = await hub.browser()
    for run in ids.values():
        for part in ("", "/tool-calls", "/prompts", "/trace", "/why"):
            assert KEY not in (await program.get(f"{RUNS}/{run}{part}")).text
        page = (await browser.get(f"/admin/arena/runs/{run}?tab=prompts")).text
        assert KEY not in page
    masked = (await program.get(f"{RUNS}/{ids['repaired']}/prompts")).json()["items"]
    assert "***" not in masked[0]["prompt"]["text"]


async def test_a_configured_key_is_masked_where_a_text_holds_it(program, ids, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "Neither of them saw")
    items = (await got(program, f"{RUNS}/{ids['panel_alone']}/prompts"))["items"]
    assert "*** the gap" in items[-1]["answer"]["text"]
    assert items[-1]["answer"]["verified"] is True


@pytest.mark.parametrize("tab", ["summary", "agents", "tools", "consensus", "prompts", "cost"])
@pytest.mark.parametrize(
    "ending",
    ["panel", "panel_alone", "panel_failed", "degraded", "budget_exhausted", "repaired", "agreed"],
)
async def test_every_tab_of_every_ending_is_a_page(hub, ids, ending, tab):
    page = await (await hub.browser()).get(f"/admin/arena/runs/{ids[ending]}?tab={tab}")
    assert page.status_code == 200, page.text
    assert page.text.count("<h1>") == 1


async def test_the_escalation_is_read_before_and_after(hub, ids):
    page = (await (await hub.browser()).get(f"/admin/arena/runs/{ids['panel']}?tab=consensus")).text
    assert "Before: the first round" in page
    assert "Disagreement 0.50 &gt; 0.34" in page
    assert "After: the power panel" in page
    assert "cheap tech analyst</span>" in page


async def test_a_debates_page_shows_the_rounds_and_who_moved(hub, ids):
    browser = await hub.browser()
    listed = (await browser.get("/admin/debates")).text
    assert all(f"/admin/debates/{ids[ending]}" in listed for ending in ("panel", "panel_failed"))
    page = (await browser.get(f"/admin/debates/{ids['panel']}")).text
    assert "changed: HOLD → BUY" in page
    assert "cheap risk manager goes from HOLD to BUY" in page
    assert "The stop bounds what the bear fears." in page
    assert (await browser.get(f"/admin/debates/{ids['agreed']}")).status_code == 404
    empty = (await browser.get("/admin/debates?symbol=IBM")).text
    assert "No debates match" in empty


async def test_a_debate_is_started_as_any_run_with_its_own_rounds(hub):
    runner = await hub.program(Scope.RUN, Scope.READ)
    body = {
        "symbols": ["AAPL"],
        "rounds": 0,
        "asOf": "2012-06-29",
        "profiles": ["trend", "momentum"],
    }
    missing = await runner.post(SESSIONS, json=body)
    assert problem(missing)["type"].rpartition("/")[2] == "idempotency-missing"
    headers = {"Idempotency-Key": "k1", "Prefer": "wait=20"}
    done = await runner.post(SESSIONS, json=body, headers=headers)
    assert done.status_code == 200, done.text
    assert done.json()["thresholds"] == {"debate_rounds": "0"}
    again = await runner.post(SESSIONS, json=body, headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json()["runId"] == done.json()["runId"]


@pytest.mark.parametrize("rounds", [-1, 6])
async def test_an_impossible_number_of_rounds_is_refused(hub, rounds):
    runner = await hub.program(Scope.RUN)
    body = {"symbols": ["AAPL"], "rounds": rounds}
    refused = await runner.post(SESSIONS, json=body, headers={"Idempotency-Key": "k2"})
    assert refused.status_code == 422
    assert problem(refused)["errors"][0]["pointer"] == "/rounds"
