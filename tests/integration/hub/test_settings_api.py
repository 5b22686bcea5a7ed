"""Settings of a hub that serves: what is in force, what may change at once, and what waits for a restart."""

import asyncio

import pytest

from tests.integration.hub.served import problem

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/api/admin/settings"


def values(told):
    return {each["key"]: each["value"] for each in told["items"]}


@pytest.fixture
def file(home):
    path = home / "quorate.toml"
    path.write_text("# mine\n")
    yield path
    path.unlink(missing_ok=True)


async def test_every_value_in_force_is_told_with_whether_it_may_change(browser):
    told = (await browser.get(PATH)).json()
    assert values(told)["arena.min_confidence"] == "0.62"
    may = {each["key"] for each in told["items"] if each["reloadable"]}
    assert may == {"log.level", "cycle.every_s", "cycle.fill_wait_s", "cycle.poll_s"}


async def test_what_may_change_changes_at_once_and_stands_in_the_file(hub, file):
    browser = await hub.browser()
    done = await browser.patch(PATH, json={"changes": {"cycle.poll_s": 3.5, "log.level": "error"}})
    assert done.status_code == 200, done.text
    assert done.json()["changed"] == ["cycle.poll_s", "log.level"]
    assert values(done.json())["cycle.poll_s"] == "3.5"
    assert file.read_text().startswith("# mine\n")
    assert "poll_s = 3.5" in file.read_text()
    rows = (await browser.get("/api/admin/audit/events?type=config.reloaded")).json()["items"]
    assert len(rows) == 1
    back = await browser.patch(PATH, json={"changes": {"cycle.poll_s": None, "log.level": None}})
    assert values(back.json())["cycle.poll_s"] == "2.0"


async def test_what_decides_is_not_changed_while_it_runs(hub, file):
    browser = await hub.browser()
    changes = {"log.level": "error", "risk.max_order_usd": 50_000}
    answer = await browser.patch(PATH, json={"changes": changes})
    assert (answer.status_code, problem(answer)["code"]) == (409, "conflict")
    assert "risk.max_order_usd" in problem(answer)["detail"]
    assert file.read_text() == "# mine\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"log.level": "loud"},
        {"cycle.poll_s": -1},
        {"cycle.poll_s": True},
        {"log.level": 5},
        {},
        None,
    ],
)
async def test_a_value_that_is_not_allowed_leaves_everything_as_it_was(hub, file, changes):
    browser = await hub.browser()
    answer = await browser.patch(PATH, json={"changes": changes})
    assert answer.status_code == 422
    problem(answer)
    assert file.read_text() == "# mine\n"


async def test_a_file_that_was_changed_meanwhile_is_left_alone(hub, file):
    browser = await hub.browser()
    read = await browser.get(PATH)
    file.write_text("# somebody else\n")
    late = {"If-Match": read.headers["etag"]}
    answer = await browser.patch(PATH, json={"changes": {"log.level": "error"}}, headers=late)
    assert (answer.status_code, problem(answer)["code"]) == (412, "precondition-failed")
    assert file.read_text() == "# somebody else\n"


async def test_a_file_that_an_editor_changed_is_taken_up_and_the_rest_waits(browser, file):
    file.write_text("[cycle]\npoll_s = 1.5\n[arena]\nquorum = 3\n")
    for _ in range(60):
        told = (await browser.get(PATH)).json()
        if told["waiting"]:
            break
        await asyncio.sleep(0.1)  # noqa: TID251  (a process that serves looks at its file by itself)
    assert values(told)["cycle.poll_s"] == "1.5"
    assert values(told)["arena.quorum"] == 2
    assert "arena.quorum" in told["waiting"]


async def test_a_file_that_is_refused_changes_nothing(browser, file):
    before = values((await browser.get(PATH)).json())
    file.write_text("[cycle]\npoll_s = 'soon'\n")
    await asyncio.sleep(2.5)  # noqa: TID251  (as above)
    assert values((await browser.get(PATH)).json()) == before
