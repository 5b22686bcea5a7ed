"""Profiles and prompts over the API: made, edited by who has seen them, archived, compared."""

import pytest

from quorate.access import Scope
from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROFILES = "/api/admin/arena/profiles"
PROMPTS = "/api/admin/arena/prompts"
HOSTILE = "<img src=x onerror=alert(1)>"


async def made(browser, name, **more):
    body = {"name": name, "role": "bull", "provider": "openai", "model": "small", **more}
    answer = await browser.post(PROFILES, json=body)
    assert answer.status_code == 201, answer.text
    return answer


async def test_a_new_profile_starts_from_its_roles_template(browser):
    answer = await made(browser, "api-bull", budgetPerDayUsd="0.25")
    body = answer.json()
    assert answer.headers["location"] == f"{PROFILES}/api-bull"
    assert (body["target"], body["applied"], body["dryRun"]) == ("api-bull", True, False)
    profile = body["profile"]
    assert (profile["mode"], profile["promptTemplate"]) == ("escalation_only", "bull/1")
    assert (profile["version"], profile["enabled"], profile["archived"]) == (1, False, False)
    read = await browser.get(answer.headers["location"])
    assert read.headers["etag"] == answer.headers["etag"]
    templates = (await browser.get("/api/admin/arena/role-templates")).json()["items"]
    bull = next(each for each in templates if each["role"] == "bull")
    assert bull["toolPolicy"] == profile["toolPolicy"]


async def test_a_hostile_name_is_text_everywhere(browser):
    body = (await made(browser, HOSTILE)).json()
    assert body["profile"]["title"] == HOSTILE
    assert body["target"] == "img-src-x-onerror-alert-1"
    for path in ("/admin/arena/profiles", f"/admin/arena/profiles/{body['target']}"):
        page = (await browser.get(path)).text
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
        assert "<img src=x" not in page


async def test_everything_that_is_wrong_is_said_at_its_place(browser):
    body = {"name": "x", "role": "bull", "provider": "UP", "model": "m", "tier": "gold"}
    answer = await browser.post(PROFILES, json={**body, "toolPolicy": ["orders"]})
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (422, "validation-failed")
    pointers = {each["pointer"] for each in told["errors"]}
    assert pointers == {"/provider", "/tier", "/toolPolicy"}
    unknown = await browser.post(PROFILES, json={**body, "mood": "good"})
    assert unknown.status_code == 422


async def test_who_saw_an_older_state_is_refused(browser):
    etag = (await made(browser, "edited")).headers["etag"]
    path, seen = f"{PROFILES}/edited", {"If-Match": etag}
    first = await browser.patch(path, json={"maxTokens": 300}, headers=seen)
    late = await browser.patch(path, json={"maxTokens": 400}, headers=seen)
    assert (first.status_code, first.json()["profile"]["version"]) == (200, 2)
    assert (late.status_code, problem(late)["code"]) == (412, "precondition-failed")
    archived = await browser.delete(path, headers=seen)
    assert archived.status_code == 412
    fresh = {"If-Match": (await browser.get(path)).headers["etag"]}
    assert (await browser.patch(path, json={"maxTokens": 400}, headers=fresh)).status_code == 200


async def test_former_versions_and_who_made_them_can_be_read(browser):
    await made(browser, "versioned")
    await browser.patch(f"{PROFILES}/versioned", json={"temperature": 0.5, "title": "The Bull"})
    then = (await browser.get(f"{PROFILES}/versioned?version=1")).json()
    assert (then["version"], then["temperature"], then["title"]) == (1, 0.0, "")
    history = (await browser.get(f"{PROFILES}/versioned/history")).json()
    newest, first = history["items"]
    assert (newest["kind"], newest["by"], first["kind"]) == ("changed", "operator", "created")
    assert {each["key"]: each["after"] for each in newest["changes"]} == {
        "temperature": "0.5",
        "title": "The Bull",
    }
    assert (await browser.get(f"{PROFILES}/versioned?version=9")).status_code == 404


async def test_an_archived_profile_is_listed_where_it_is_asked_for(browser):
    await made(browser, "gone")
    answer = await browser.delete(f"{PROFILES}/gone")
    assert (answer.status_code, answer.json()["profile"]["archived"]) == (200, True)
    assert not (await browser.delete(f"{PROFILES}/gone")).json()["applied"]
    listed = {each["name"] for each in (await browser.get(PROFILES)).json()["items"]}
    everyone = (await browser.get(f"{PROFILES}?archived=true")).json()["items"]
    assert "gone" not in listed
    assert "gone" in {each["name"] for each in everyone if each["archived"]}
    for act in ("enable", "disable"):
        again = await browser.post(f"{PROFILES}/gone/{act}")
        assert again.status_code == (409 if act == "enable" else 200), again.text
    taken = await browser.post(
        PROFILES, json={"name": "gone", "role": "bull", "provider": "openai", "model": "m"}
    )
    assert (taken.status_code, problem(taken)["code"]) == (409, "conflict")


async def test_a_keyless_agent_is_edited_only_in_what_makes_sense(browser):
    refused = await browser.patch(f"{PROFILES}/wyckoff", json={"model": "gpt", "tier": "power"})
    assert {each["pointer"] for each in problem(refused)["errors"]} == {"/model", "/tier"}
    done = await browser.patch(f"{PROFILES}/wyckoff", json={"horizonSessions": 10})
    assert done.json()["profile"]["horizonSessions"] == 10


async def test_several_profiles_are_changed_each_for_itself(browser):
    await made(browser, "bulk-one")
    await made(browser, "bulk-two")
    names = ["bulk-one", "bulk-two", "trend", "nobody"]
    body = {"names": names, "act": "setBudget", "budgetPerDayUsd": "0.10"}
    done = (await browser.post(f"{PROFILES}:bulk", json=body)).json()
    applied = {each["name"]: each["applied"] for each in done["items"]}
    assert applied == {"bulk-one": True, "bulk-two": True, "trend": False, "nobody": False}
    assert "trend is code" in done["items"][2]["problem"]
    off = await browser.post(f"{PROFILES}:bulk", json={"names": ["trend"], "act": "disable"})
    assert off.json()["applied"]
    await browser.post(f"{PROFILES}:bulk", json={"names": ["trend"], "act": "enable"})
    for wrong in ({"act": "sell"}, {"act": "setBudget"}):
        answer = await browser.post(f"{PROFILES}:bulk", json={"names": ["trend"], **wrong})
        assert answer.status_code == 422


async def test_a_prompt_is_added_compared_and_used(browser):
    text = "Your task: make the strongest honest case FOR buying. Name one risk."
    added = await browser.post(PROMPTS, json={"role": "bull", "text": text, "note": "one risk"})
    again = await browser.post(PROMPTS, json={"role": "bull", "text": text})
    assert (added.status_code, again.status_code) == (201, 200)
    prompt = added.json()["prompt"]
    assert (prompt["addedBy"], prompt["packaged"], prompt["usedBy"]) == ("operator", False, [])
    assert again.json()["target"] == prompt["id"]
    await made(browser, "promptful", promptTemplate=prompt["id"])
    read = await browser.get(added.headers["location"])
    assert read.json()["usedBy"] == ["promptful"]
    diff = (await browser.get(f"{PROMPTS}/bull/diff?from=1&to={prompt['version']}")).json()
    assert diff["added"] >= 1
    assert f"+++ {prompt['id']}" in diff["unified"]
    roles = (await browser.get(f"{PROMPTS}?role=bull")).json()["items"]
    assert [each["version"] for each in roles] == list(range(1, prompt["version"] + 1))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"role": "trend", "text": "x"}, 404, id="a role without a prompt"),
        pytest.param({"role": "bull", "text": " \n "}, 422, id="nothing"),
        pytest.param({"role": "bull", "text": "x" * 9000}, 422, id="too long"),
        pytest.param({"role": "bull", "text": "be\u202e slow"}, 422, id="what nobody can see"),
    ],
)
async def test_a_prompt_that_cannot_be_kept_is_refused(browser, body, status):
    assert (await browser.post(PROMPTS, json=body)).status_code == status


async def test_changing_profiles_takes_the_admin_scope(hub):
    program = await hub.program(Scope.READ)
    assert (await program.get(f"{PROFILES}/trend/history")).status_code == 200
    answer = await program.patch(f"{PROFILES}/trend", json={"horizonSessions": 5})
    assert (answer.status_code, problem(answer)["code"]) == (403, "SCOPE")
