"""The registry on both databases: versions, guards inside the transaction, prompts, and what is refolded from it."""

from __future__ import annotations

from datetime import date

import pytest

from quorate.agents.profile import UnfitProfileError
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.kernel.errors import ConflictError, RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from tests.fakes.homes import settings_of
from tests.integration.stores import outcomes

pytestmark = pytest.mark.integration

ASKED = {"name": "lawyer", "role": "bull", "provider": "openai", "model": "small"}
JUDGE = "power_macro_judge"


@pytest.fixture
async def app(ground, tmp_path):
    """Return a home's application, on a tenant of its own."""
    (tmp_path / "home").mkdir()
    settings = settings_of(tmp_path / "home", DATABASE_URL=ground.url)
    async with open_app(settings, tenant=ground.tenant) as opened:
        yield opened


async def is_sound(app):
    """Tell whether refolding the journal gives the state tables."""
    found = await app.verify(projections=True, against=None)
    return found.ok, found.problems


async def test_each_edit_makes_a_version_and_every_version_stays_readable(app):
    await app.registry.add(ASKED, by="operator")
    await app.registry.edit("lawyer", {"maxTokens": 300, "budgetPerDayUsd": "0.25"}, by="operator")
    await app.registry.edit("lawyer", {"model": "other"}, by="night report")
    now = await app.registry.profile("lawyer")
    assert (now.version, now.profile.model, now.profile.max_tokens) == (3, "other", 300)
    first, second, third = await app.registry.history("lawyer")
    assert [step.kind for step in (first, second, third)] == ["created", "changed", "changed"]
    assert (first.profile.max_tokens, third.by) == (1024, "night report")
    assert {change.key for change in second.changes} == {"maxTokens", "budgetPerDayUsd"}
    assert await is_sound(app) == (True, ())


async def test_an_edit_that_changes_nothing_makes_no_version(app):
    change = await app.registry.edit(JUDGE, {"maxTokens": "2048"})
    assert not change.applied
    assert (await app.registry.profile(JUDGE)).version == 1


async def test_of_two_writers_who_read_the_same_one_wins(app):
    seen = (await app.registry.profile(JUDGE)).revision
    wishes = [
        app.registry.edit(JUDGE, {"maxTokens": 100 + number}, seen=seen) for number in range(6)
    ]
    answers = await outcomes(wishes)
    lost = [each for each in answers if isinstance(each, ConflictError)]
    assert len(answers) - len(lost) == 1
    assert {each.slug for each in lost} == {"precondition-failed"}
    assert (await app.registry.profile(JUDGE)).version == 2
    assert await is_sound(app) == (True, ())


async def test_a_writer_who_saw_nothing_never_undoes_what_came_between(app):
    wishes = [app.registry.edit(JUDGE, {"maxTokens": 500 + number}) for number in range(5)]
    answers = await outcomes(wishes)
    won = [each for each in answers if not isinstance(each, ConflictError)]
    lost = [each for each in answers if isinstance(each, ConflictError)]
    assert {each.slug for each in lost} <= {"conflict"}
    assert (await app.registry.profile(JUDGE)).version == 1 + len(won)


async def test_a_switch_since_it_was_read_is_a_change_too(app):
    seen = (await app.registry.profile("trend")).revision
    await app.registry.switch("trend", enabled=False, by="somebody")
    with pytest.raises(ConflictError) as caught:
        await app.registry.edit("trend", {"horizonSessions": 10}, seen=seen)
    assert caught.value.slug == "precondition-failed"
    change = await app.registry.edit("trend", {"horizonSessions": 10})
    assert (change.profile.horizon, change.profile.enabled) == (10, False)


async def test_an_archived_profile_never_runs_and_keeps_its_past(app):
    run = await app.run_arena(RunRequest(symbols=(Symbol("AAPL"),), as_of=date(2012, 6, 29)))
    await app.registry.archive("momentum", by="operator")
    assert not (await app.registry.archive("momentum")).applied
    assert "momentum" not in {profile.name for profile in await app.profiles()}
    gone = (await app.registry.profile("momentum")).profile
    assert (gone.archived, gone.enabled) == (True, False)
    steps = await app.registry.history("momentum")
    assert [step.kind for step in steps] == ["registered", "archived"]
    after = await app.run_arena(RunRequest(symbols=(Symbol("AAPL"),), as_of=date(2012, 6, 29)))
    assert "momentum" in run.header.fact.profiles
    assert "momentum" not in after.header.fact.profiles
    assert await is_sound(app) == (True, ())


@pytest.mark.parametrize("act", ["enable", "edit", "run"])
async def test_nothing_brings_an_archived_profile_back(app, act):
    await app.registry.archive("trend")
    named = RunRequest(symbols=(Symbol("AAPL"),), profiles=(ProfileName("trend"),))
    acts = {
        "enable": lambda: app.set_profile_enabled(ProfileName("trend"), True),
        "edit": lambda: app.registry.edit("trend", {"horizonSessions": 5}),
        "run": lambda: app.run_arena(named),
    }
    with pytest.raises(RejectedError, match="archived"):
        await acts[act]()


async def test_a_name_that_was_archived_stays_taken(app):
    await app.registry.archive("trend")
    with pytest.raises(ConflictError, match="already"):
        await app.registry.add({**ASKED, "name": "trend"})


async def test_one_of_several_who_take_a_name_gets_it(app):
    wishes = [app.registry.add(ASKED) for _ in range(4)]
    answers = await outcomes(wishes)
    assert sum(isinstance(each, ConflictError) for each in answers) == 3
    assert len(await app.registry.history("lawyer")) == 1


async def test_a_prompt_is_kept_once_under_the_next_number(app):
    texts = ["Your seat: judge. Be slow.", "Your seat: judge. Be fast."]
    wishes = [app.prompts.add("judge", text, by="operator") for text in [*texts, *texts]]
    changes = await outcomes(wishes)
    assert sum(change.applied for change in changes) == 2
    own = [each for each in await app.prompts.library() if each.template.role == "judge"]
    assert [each.template.template_id for each in own] == ["judge/1", "judge/2", "judge/3"]
    assert {each.template.text for each in own[1:]} == set(texts)
    assert (await app.prompts.named("judge/2")).text in texts
    assert await is_sound(app) == (True, ())


async def test_a_profile_takes_a_prompt_of_its_own_role_and_no_other(app):
    await app.prompts.add("judge", "Your seat: judge. Be slow.")
    change = await app.registry.edit(JUDGE, {"promptTemplate": "judge/2"})
    assert change.profile.prompt_template == "judge/2"
    for wrong in ("bull/1", "judge/3"):
        with pytest.raises(UnfitProfileError) as caught:
            await app.registry.edit(JUDGE, {"promptTemplate": wrong})
        assert [each.key for each in caught.value.violations] == ["promptTemplate"]


async def test_a_profile_without_its_provider_is_made_but_not_switched_on(app):
    with pytest.raises(RejectedError, match="not configured"):
        await app.registry.add(ASKED, enabled=True)
    with pytest.raises(RejectedError, match="there is no profile 'lawyer'"):
        await app.registry.profile("lawyer")
    assert not (await app.registry.add(ASKED)).profile.enabled


async def test_no_call_has_failed_where_none_was_made(app):
    assert await app.registry.last_failures() == {}
