"""Switching profiles by a plain form, and by htmx."""

import pytest

from tests.unit.hub.pages.served import PART, FakeHome, visiting

LIST = "/admin/arena/profiles"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def post(home, path, body="", **headers):
    async with visiting(home) as client:
        return await client.post(
            f"{LIST}/{path}", content=body, headers={**FORM, **headers}, follow_redirects=False
        )


def is_on(home, name):
    return home.registry.held[name].profile.enabled


async def test_a_plain_form_leads_back_to_the_list_that_it_came_from():
    home = FakeHome()
    answer = await post(home, "trend/disable?view=voters")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{LIST}?view=voters&changed=trend"
    assert not is_on(home, "trend")


async def test_htmx_gets_the_row_the_counts_and_a_notice_with_the_way_back():
    answer = await post(FakeHome(), "trend/disable", **PART)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<tr role="row" id="profile-trend"')
    assert 'aria-checked="false"' in answer.text
    assert '<hx-partial hx-target="#profile-views"' in answer.text
    assert "Profile trend is off." in answer.text
    assert f'hx-post="{LIST}/trend/enable"' in answer.text


@pytest.mark.parametrize("headers", [{}, PART], ids=["form", "htmx"])
async def test_a_profile_that_cannot_be_switched_stays_as_it_is_and_says_why(headers):
    home = FakeHome()
    answer = await post(home, "cheap_tech_analyst/enable", **headers)
    assert answer.status_code == (200 if headers else 409)
    assert "No provider is configured." in answer.text
    assert "It stays off." in answer.text
    assert not is_on(home, "cheap_tech_analyst")


async def test_several_profiles_are_switched_at_once():
    home = FakeHome()
    answer = await post(home, "switch", "act=disable&name=trend&name=momentum")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{LIST}?changed=trend&changed=momentum"
    assert not is_on(home, "trend")
    assert not is_on(home, "momentum")


async def test_one_that_is_held_back_does_not_hold_back_the_others():
    home = FakeHome()
    await post(home, "switch", "act=disable&name=trend")
    answer = await post(home, "switch", "act=enable&name=cheap_tech_analyst&name=trend")
    assert answer.status_code == 200
    assert "1 profile switched on: trend." in answer.text
    assert "cheap_tech_analyst could not be switched on." in answer.text
    assert is_on(home, "trend")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("act=disable", id="none chosen"),
        pytest.param("act=enable&name=trend", id="on already"),
    ],
)
async def test_where_nothing_changes_that_is_said(body):
    answer = await post(FakeHome(), "switch", body)
    assert "Nothing was changed." in answer.text


async def test_htmx_gets_the_list_again():
    answer = await post(FakeHome(), "switch", "act=disable&name=trend", **PART)
    assert '<div class="hub-stack" id="profiles"' in answer.text
    assert '<hx-partial hx-target="#notices"' in answer.text
    assert "<html" not in answer.text


async def test_the_notice_of_several_says_they():
    home = FakeHome()
    answer = await post(home, "switch", "act=disable&name=trend&name=momentum", **PART)
    assert "2 profiles switched off: trend and momentum." in answer.text
    assert "They are not in runs from now on." in answer.text
