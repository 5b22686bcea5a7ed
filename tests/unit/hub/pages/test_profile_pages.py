"""A profile's page and the prompts', by plain forms."""

from dataclasses import replace

import pytest

from quorate.hub.pages.spending import spending_of
from quorate.llm.balance import Balance
from quorate.llm.budget import Limit
from quorate.llm.budget_line import BudgetLine, BudgetSource
from quorate.llm.call_record import CallFailure
from tests.unit.hub.pages.lines import ANALYST, TREND
from tests.unit.hub.pages.served import PART, FakeHome, page_of, visiting

LIST = "/admin/arena/profiles"
PROMPTS = "/admin/arena/prompts"
FIELDS = {
    "provider": "openai",
    "model": "small",
    "tier": "cheap",
    "mode": "cheap_first",
    "promptTemplate": "technical_analyst/1",
    "horizonSessions": "20",
    "temperature": "0.0",
    "maxTokens": "1024",
    "toolPolicy": "bars",
}


def line(profile, used, size):
    held = Balance(reserved=0, spent=used, calls=3, unpriced=0, power_calls=0, open_calls=0)
    return BudgetLine(
        limit=Limit.PROFILE_DAY,
        profile=profile,
        size=size,
        source=BudgetSource.PROFILE,
        today=held if profile else None,
    )


async def post(home, path, **fields):
    async with visiting(home) as client:
        return await client.post(path, data=fields, follow_redirects=False)


async def test_a_new_profile_is_made_and_its_page_is_shown():
    home = FakeHome()
    fields = {**FIELDS, "name": "mine", "role": "bull", "promptTemplate": "bull/1"}
    answer = await post(home, f"{LIST}/new", **fields)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{LIST}/mine?done=made"
    assert home.registry.held["mine"].profile.tool_policy == ("bars",)
    assert home.registry.events[0].payload["by"] == "operator"


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost():
    home = FakeHome()
    fields = {**FIELDS, "name": "mine", "role": "bull", "maxTokens": "many"}
    answer = await post(home, f"{LIST}/new", **fields)
    assert answer.status_code == 422
    assert 'id="error-maxTokens"' in answer.text
    assert 'value="many"' in answer.text
    assert "mine" not in home.registry.held


async def test_switching_a_new_one_on_without_its_provider_is_said():
    fields = {**FIELDS, "name": "mine", "role": "bull", "promptTemplate": "bull/1", "enable": "1"}
    answer = await post(FakeHome(), f"{LIST}/new", **fields)
    assert answer.status_code == 409
    assert "No provider is configured." in answer.text


async def test_an_edit_rests_on_what_was_seen():
    home = FakeHome()
    seen = (await home.registry.profile(ANALYST.name)).revision
    fields = {**FIELDS, "seen": seen}
    first = await post(home, f"{LIST}/{ANALYST.name}", **{**fields, "maxTokens": "300"})
    late = await post(home, f"{LIST}/{ANALYST.name}", **{**fields, "maxTokens": "400"})
    assert (first.status_code, late.status_code) == (303, 412)
    assert "was changed" in late.text
    assert 'value="400"' in late.text
    assert home.registry.held[ANALYST.name].profile.max_tokens == 300


async def test_a_keyless_agents_form_asks_only_for_what_can_be_edited():
    page = await page_of(FakeHome(), f"{LIST}/trend")
    assert 'name="horizonSessions"' in page
    assert 'name="model"' not in page
    home = FakeHome()
    answer = await post(home, f"{LIST}/trend", horizonSessions="10", description="", title="")
    assert answer.status_code == 303
    assert home.registry.held["trend"].profile.horizon == 10


async def test_an_archived_profile_shows_its_history_and_no_way_back():
    home = FakeHome()
    answer = await post(home, f"{LIST}/trend/archive")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}/trend?tab=history")
    page = await page_of(home, f"{LIST}/trend?tab=history")
    assert "archived" in page
    assert 'role="switch"' not in page
    listed = await page_of(home, f"{LIST}?view=archived")
    assert 'id="profile-trend"' in listed
    assert 'id="profile-trend"' not in await page_of(home, LIST)


async def test_a_former_version_is_shown_beside_the_history():
    home = FakeHome()
    await home.registry.edit(ANALYST.name, {"maxTokens": 300}, by="ann")
    page = await page_of(home, f"{LIST}/{ANALYST.name}?tab=history&version=1")
    assert "Version 1" in page
    assert "by ann" in page
    assert "<del>1024</del> <ins>300</ins>" in page


async def test_the_prompt_that_is_chosen_is_shown_against_the_one_in_use():
    home = FakeHome()
    await home.prompts.add("technical_analyst", "Your seat: technical analyst. Be slow.", by="ann")
    part = f"{LIST}/{ANALYST.name}/prompt?promptTemplate=technical_analyst/2"
    changed = await page_of(home, part, **PART)
    assert "From technical_analyst/1, in use, to technical_analyst/2" in changed
    assert "hub-diff__add" in changed
    assert "<html" not in changed


async def test_a_prompt_is_added_and_two_versions_are_compared():
    home = FakeHome()
    answer = await post(home, PROMPTS, role="judge", text="Your seat: judge. Be slow.", note="slow")
    assert answer.headers["location"] == f"{PROMPTS}?role=judge&to=2&done=added"
    page = await page_of(home, f"{PROMPTS}?role=judge&from=1&to=2")
    assert "judge/2 beside judge/1" in page
    assert "+++ judge/2" in page
    refused = await post(home, PROMPTS, role="judge", text="  ", note="kept")
    assert refused.status_code == 422
    assert 'value="kept"' in refused.text


async def test_the_frame_is_shown_and_is_no_field():
    page = await page_of(FakeHome(), f"{PROMPTS}?role=judge")
    assert "valid under this JSON schema" in page
    assert page.count("<textarea") == 1


async def test_the_list_says_what_is_spent_and_what_failed():
    home = FakeHome(known=[replace(ANALYST, enabled=True), TREND])
    home.lines_of_money = [line("", 0, 10**9), line(ANALYST.name, 95 * 10**7, 10**9)]
    home.registry.failures[ANALYST.name] = CallFailure("TIMEOUT", "2026-11-21T12:00:00Z")
    page = await page_of(home, LIST)
    assert "$0.95 of $1.00" in page
    assert "timeout" in page
    assert f"{ANALYST.name} has used $0.95 of $1.00 today." in page
    assert "no cost" in page


async def test_a_budget_is_set_for_several_at_once():
    home = FakeHome()
    fields = {"act": "budget", "day": "0.25", "name": [ANALYST.name, "trend"]}
    answer = await post(home, f"{LIST}/switch", **fields)
    assert f"A day&#39;s budget set to $0.25: {ANALYST.name}." in answer.text
    assert "The budget of trend could not be set." in answer.text
    assert str(home.registry.held[ANALYST.name].profile.budget_per_day) == "0.25"


@pytest.mark.parametrize(
    ("lines", "share", "tone"),
    [
        pytest.param([line("", 0, 100)], 0.0, 1, id="everybody's limit"),
        pytest.param([line(ANALYST.name, 50, 100)], 0.5, 1, id="its own"),
        pytest.param([line(ANALYST.name, 95, 100)], 0.95, 5, id="nearly out"),
        pytest.param([line(ANALYST.name, 0, 0)], 1.0, 5, id="a budget of nothing"),
    ],
)
def test_spending_is_a_share_of_the_days_budget(lines, share, tone):
    spent = spending_of([ANALYST, TREND], lines)
    assert set(spent) == {ANALYST.name}
    assert (spent[ANALYST.name].share, spent[ANALYST.name].tone) == (share, tone)
