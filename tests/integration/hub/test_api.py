"""The API on a home with real runs: lists and cursors, a run with its why and trace, profiles, tokens, search."""

import json
from pathlib import Path

import pytest

from quorate.hub.api.description import EXAMPLES
from quorate.hub.security.rates import LIMITS, Rate
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

SNAPSHOT = Path(__file__).parent / "openapi.json"


async def listed(client, **asked):
    return (await client.get("/api/admin/arena/runs", params=asked)).json()


async def test_runs_are_listed_newest_first(browser):
    page = await listed(browser)
    assert set(page) == {"readAt", "items", "nextCursor", "total", "counts"}
    assert [run["asOf"] for run in page["items"]] == ["2012-08-08", "2012-06-29", "2010-05-06"]
    assert page["nextCursor"] is None
    assert page["total"] is None


async def test_pages_follow_their_cursor_to_the_end(browser):
    seen, cursor = [], {}
    for _ in range(4):
        page = await listed(browser, limit=1, **cursor)
        seen += [run["runId"] for run in page["items"]]
        cursor = {"cursor": page["nextCursor"]}
        if page["nextCursor"] is None:
            break
    whole = [run["runId"] for run in (await listed(browser))["items"]]
    assert seen == whole


async def test_a_cursor_of_another_list_is_refused(browser):
    cursor = (await listed(browser, limit=1))["nextCursor"]
    answer = await browser.get("/api/admin/arena/runs", params={"cursor": cursor, "symbol": "AAPL"})
    assert (answer.status_code, problem(answer)["code"]) == (400, "invalid-cursor")


@pytest.mark.parametrize("cursor", ["", "x", "' OR 1=1--", "eA", "é", "a" * 5000, "=" * 8])
async def test_a_cursor_that_no_list_gave_is_refused(browser, cursor):
    answer = await browser.get("/api/admin/arena/runs", params={"cursor": cursor})
    assert (answer.status_code, problem(answer)["code"]) == (400, "invalid-cursor")


async def test_a_forged_cursor_is_refused(browser):
    cursor = (await listed(browser, limit=1))["nextCursor"]
    other = cursor[:10] + ("A" if cursor[10] != "A" else "B") + cursor[11:]
    answer = await browser.get("/api/admin/arena/runs", params={"cursor": other})
    assert answer.status_code == 400


async def test_counts_come_where_they_are_asked_for(browser):
    page = await listed(browser, count=1, view="failed")
    assert page["total"] == page["counts"]["failed"] == 0
    assert page["counts"]["all"] == 3


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"symbol": "aapl"}, 3),
        ({"symbol": "MSFT"}, 0),
        ({"asOfFrom": "2012-01-01"}, 2),
        ({"asOfFrom": "2012-01-01", "asOfTo": "2012-06-29"}, 1),
        ({"profile": "trend"}, 3),
        ({"profile": "nobody"}, 0),
        ({"view": "running"}, 0),
    ],
)
async def test_a_filter_holds(browser, asked, found):
    assert len((await listed(browser, **asked))["items"]) == found


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"limit": 0}, "?limit"),
        ({"limit": 201}, "?limit"),
        ({"limit": "many"}, "?limit"),
        ({"view": "all of them"}, "?view"),
        ({"symbol": "AA PL"}, "?symbol"),
        ({"symbol": "\0"}, "?symbol"),
        ({"trigger": "boredom"}, "?trigger"),
        ({"escalated": "perhaps"}, "?escalated"),
        ({"profile": "'; DROP TABLE runs"}, "?profile"),
        ({"asOfFrom": "20120629"}, "?asOfFrom"),
        ({"asOfTo": "yesterday"}, "?asOfTo"),
        ({"count": "maybe"}, "?count"),
    ],
)
async def test_what_cannot_be_asked_is_named(browser, asked, pointer):
    answer = await browser.get("/api/admin/arena/runs", params=asked)
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (422, "validation-failed")
    assert [each["pointer"] for each in told["errors"]] == [pointer]


async def test_a_run_is_told_whole(hub, browser):
    run_id = (await listed(browser))["items"][1]["runId"]
    told = (await browser.get(f"/api/admin/arena/runs/{run_id}")).json()
    recorded = await hub.app.recorded_run(run_id)
    assert (told.pop("calls"), told.pop("costSplit")) == ([], [])
    assert told == recorded.as_json()


async def test_a_run_says_why(hub, browser):
    run_id = (await listed(browser))["items"][1]["runId"]
    told = (await browser.get(f"/api/admin/arena/runs/{run_id}/why")).json()
    assert told == (await hub.app.recorded_run(run_id)).why_json()
    assert all(reason["evidence"] for each in told["decisions"] for reason in each["why"])


async def test_a_run_is_traced(browser):
    run_id = (await listed(browser))["items"][0]["runId"]
    told = (await browser.get(f"/api/admin/arena/runs/{run_id}/trace")).json()
    assert told["runId"] == run_id
    assert told["spans"][0]["kind"] == "run"
    assert {span["kind"] for span in told["spans"]} >= {"task", "agent", "rule"}
    assert all(0 <= span["startMs"] <= span["endMs"] <= told["totalMs"] for span in told["spans"])


@pytest.mark.parametrize("part", ["", "/why", "/trace"])
@pytest.mark.parametrize(
    "run_id", ["run_00000000000000000000000000", "%25", "run_%00", "r" * 300, "%27%20OR%201=1--"]
)
async def test_an_unknown_run_is_not_found(browser, run_id, part):
    answer = await browser.get(f"/api/admin/arena/runs/{run_id}{part}")
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (404, "NOT_FOUND")
    assert told["type"] == "/problems/not-found"


async def test_the_overview_counts_what_is_stored(browser):
    told = (await browser.get("/api/admin/arena/overview")).json()
    assert told["runs"]["all"] == 3
    assert told["decisions"] == 6
    assert sum(told["actions"].values()) == 6
    assert told["costTodayUsd"] == "0"


async def test_the_dashboard_says_what_is_ready(browser):
    told = (await browser.get("/api/admin/dashboard")).json()
    assert told["book"] == {"name": "replay", "mode": "REPLAY", "asOf": "2013-03-01"}
    assert {check["name"]: check["ok"] for check in told["checks"]}
    assert len(told["latest"]) == 3


async def test_search_finds_what_there_is(browser):
    run_id = (await listed(browser))["items"][0]["runId"]
    found = (await browser.get("/api/admin/search", params={"q": run_id})).json()["items"]
    assert (found[0]["kind"], found[0]["id"]) == ("run", run_id)
    symbols = (await browser.get("/api/admin/search", params={"q": "aapl"})).json()["items"]
    assert ("symbol", "AAPL") in {(each["kind"], each["id"]) for each in symbols}


@pytest.mark.parametrize("text", ["", "%", "_", "\0", "' OR 1=1--", "<script>"])
async def test_search_for_nothing_finds_nothing(browser, text):
    answer = await browser.get("/api/admin/search", params={"q": text})
    assert (answer.status_code, answer.json()["items"]) == (200, [])


async def test_a_profile_is_switched_and_says_whether_it_was(browser):
    off = (await browser.post("/api/admin/arena/profiles/wyckoff/disable")).json()
    again = (await browser.post("/api/admin/arena/profiles/wyckoff/disable")).json()
    assert (off["applied"], again["applied"]) == (True, False)
    assert off["profile"]["enabled"] is False
    profiles = (await browser.get("/api/admin/arena/profiles")).json()["items"]
    assert {each["name"]: each["enabled"] for each in profiles}["wyckoff"] is False
    assert (await browser.post("/api/admin/arena/profiles/wyckoff/enable")).json()["applied"]


async def test_a_profile_that_was_changed_meanwhile_is_left_alone(hub, browser):
    other = await hub.browser()
    read = await browser.get("/api/admin/arena/profiles/momentum")
    await other.post("/api/admin/arena/profiles/momentum/disable")
    late = {"If-Match": read.headers["etag"]}
    refused = await browser.post("/api/admin/arena/profiles/momentum/disable", headers=late)
    assert (refused.status_code, problem(refused)["code"]) == (412, "precondition-failed")
    fresh = (await browser.get("/api/admin/arena/profiles/momentum")).headers["etag"]
    back = await browser.post(
        "/api/admin/arena/profiles/momentum/enable", headers={"If-Match": fresh}
    )
    assert back.status_code == 200
    assert back.headers["etag"] == read.headers["etag"]


async def test_a_profile_without_its_provider_is_a_conflict_and_no_missing_sign_in(browser):
    answer = await browser.post("/api/admin/arena/profiles/cheap_tech_analyst/enable")
    assert (answer.status_code, problem(answer)["code"]) == (409, "PROVIDER_MISSING")


async def test_an_unknown_profile_is_not_found(browser):
    assert (await browser.get("/api/admin/arena/profiles/nobody")).status_code == 404
    assert (await browser.post("/api/admin/arena/profiles/nobody/enable")).status_code == 404


async def test_a_token_is_shown_once_and_listed_without_its_secret(browser):
    asked = {"name": "nightly", "scopes": ["read", "run"], "days": 7}
    made = await browser.post("/api/admin/tokens", json=asked)
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("arn_")
    listing = await browser.get("/api/admin/tokens")
    assert secret not in listing.text
    mine = [each for each in listing.json()["items"] if each["name"] == "nightly"]
    assert [each["last4"] for each in mine] == [secret[-4:]]
    gone = (await browser.delete(f"/api/admin/tokens/{made.json()['target']}")).json()
    assert (gone["applied"], gone["token"]["good"]) == (True, False)
    assert (await browser.delete("/api/admin/tokens/tok_NONE")).status_code == 404


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "scopes": ["read"], "days": 0},
        {"name": "x", "scopes": ["read"], "days": 10_000},
        {"name": "x\0", "scopes": ["read"]},
        {"name": "x", "scopes": ["read"], "admin": True},
        {"scopes": ["read"]},
        [],
        None,
    ],
)
async def test_a_token_that_cannot_be_is_refused(hub, asked):
    browser = await hub.browser()
    answer = await browser.post("/api/admin/tokens", json=asked)
    assert answer.status_code == 422, answer.text
    problem(answer)


async def test_who_changes_too_much_has_to_wait(hub, clock):
    browser = await hub.browser()
    path = "/api/admin/arena/profiles/trend/enable"
    for _ in range(LIMITS[Rate.WRITING]):
        assert (await browser.post(path)).status_code == 200
    told = problem(answer := await browser.post(path))
    assert answer.status_code == 429
    assert 0 < told["retryAfterMs"] <= 60_000
    assert told["retryable"] is True
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert (await browser.get("/api/admin/arena/runs")).status_code == 200
    assert (await (await hub.browser()).post(path)).status_code == 200
    clock.move(seconds=61)
    assert (await browser.post(path)).status_code == 200


async def test_health_says_only_that_it_runs(hub, browser):
    assert (await hub.client().get("/api/admin/health")).json() == {"status": "ok"}
    ready = (await browser.get("/api/admin/ready")).json()
    assert ready["status"] == "ready"
    assert ready["head"] > 0


async def test_a_page_learns_who_asks(browser):
    told = (await browser.get("/api/admin/me")).json()
    assert told["kind"] == "operator"
    assert told["csrf"] == browser.headers["X-CSRF-Token"]
    assert "admin" in told["scopes"]


async def test_what_is_asked_in_another_way_is_refused(browser):
    answer = await browser.put("/api/admin/arena/runs")
    assert (answer.status_code, problem(answer)["code"]) == (405, "METHOD")
    assert "GET" in answer.headers["allow"]


async def test_the_description_is_the_one_that_is_kept(hub, browser):
    """A change of the API shows here: look at it, delete the file, and the next run of this test writes it anew."""
    told = (await browser.get("/api/openapi.json")).json()
    made = f"{json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False)}\n"
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(made)
        pytest.fail(f"{SNAPSHOT.name} was not there and is kept now: read it")
    assert told == json.loads(SNAPSHOT.read_text())
    assert told["openapi"].startswith("3.1")
    assert (await hub.client().get("/api/openapi.json")).status_code == 401


async def test_every_example_of_the_description_is_what_it_says(browser):
    told = (await browser.get("/api/openapi.json")).json()["components"]["schemas"]
    for name, example in EXAMPLES.items():
        assert told[name]["examples"] == [example]
        assert set(example) <= set(told[name]["properties"])
        assert set(told[name].get("required", ())) <= set(example)
