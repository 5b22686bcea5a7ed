"""Strategies as versions: recorded when the configuration says something new, switched by people, followed or not."""

import pytest

from quorate.kernel.errors import ConflictError, RejectedError
from tests.integration.homes import opened_home

pytestmark = pytest.mark.integration
CALM = """
[strategies.calm]
description = "Three must agree."
symbols = ["AAPL", "IBM"]

[strategies.calm.thresholds]
min_confidence = 0.9
"""


@pytest.fixture
def home(tmp_path, migrated_url):
    """Return a home with a strategy, and its database."""
    path = tmp_path / "home"
    path.mkdir()
    (path / "quorate.toml").write_text(CALM)
    return path, migrated_url


def rewrite(home, text):
    (home[0] / "quorate.toml").write_text(text)


async def told(app, name):
    return [(step.kind, step.version) for step in await app.strategy_desk.history(name)]


async def test_a_strategy_is_recorded_once_when_its_home_is_opened(home):
    for _ in range(2):
        async with opened_home(*home) as app:
            line = await app.strategy_desk.line("calm")
            assert (line.standing.version, line.enabled, line.gate) == (1, False, "untested")
            assert line.standing.hash == app.strategies["calm"].hash
            assert await told(app, "calm") == [("recorded", 1)]
            assert app.started == ()


async def test_the_default_one_is_recorded_when_it_is_first_used(home):
    async with opened_home(*home) as app:
        assert [line.name for line in await app.strategy_desk.lines()] == ["calm", "default"]
        assert (await app.strategy_desk.line("default")).standing.version == 0
        change = await app.strategy_desk.switch("default", enabled=True, by="me")
        assert (change.applied, change.line.standing.version) == (True, 1)
        assert await told(app, "default") == [("recorded", 1), ("enabled", 1)]


async def test_who_switched_it_and_why_is_kept(home):
    async with opened_home(*home) as app:
        desk = app.strategy_desk
        assert (await desk.switch("calm", enabled=True, by="ann", reason="tried it")).applied
        assert not (await desk.switch("calm", enabled=True, by="bob", reason="again")).applied
        standing = (await desk.line("calm")).standing
        assert (standing.changed_by, standing.reason, standing.enabled) == ("ann", "tried it", True)
        assert (await desk.switch("calm", enabled=False, by="bob")).applied
        assert await told(app, "calm") == [("recorded", 1), ("enabled", 1), ("disabled", 1)]
        assert [row.reason for row in await desk.history("calm")] == ["", "tried it", ""]


async def test_a_change_is_another_version_that_waits(home):
    async with opened_home(*home) as app:
        await app.strategy_desk.switch("calm", enabled=True, by="me")
        assert await app.strategy_desk.followed("calm") == app.strategies["calm"]
    rewrite(home, CALM.replace("0.9", "0.8"))
    async with opened_home(*home) as app:
        (said,) = app.started
        assert "version 2 waits for quorate strategies enable calm" in said
        line = await app.strategy_desk.line("calm")
        assert (line.standing.version, line.enabled) == (2, False)
        with pytest.raises(RejectedError) as refused:
            await app.strategy_desk.followed("calm")
        assert refused.value.slug == "conflict"
        newest = (await app.strategy_desk.history("calm"))[-1]
        (change,) = newest.changes
        assert (change.key, change.before, change.after) == (
            "thresholds",
            {"min_confidence": "0.9"},
            {"min_confidence": "0.8"},
        )


async def test_what_the_configuration_has_no_more_stays_and_cannot_be_enabled(home):
    async with opened_home(*home) as app:
        await app.strategy_desk.switch("calm", enabled=True, by="me")
    rewrite(home, "")
    async with opened_home(*home) as app:
        line = await app.strategy_desk.line("calm")
        assert (line.strategy, line.enabled, line.as_json()["configured"]) == (None, False, False)
        with pytest.raises(RejectedError, match="no strategy 'calm' any more"):
            await app.strategy_desk.switch("calm", enabled=True, by="me")
        with pytest.raises(RejectedError):
            await app.strategy_desk.followed("calm")
        assert (await app.strategy_desk.switch("calm", enabled=False, by="me")).applied


async def test_who_saw_an_older_state_changes_nothing(home):
    async with opened_home(*home) as app:
        seen = (await app.strategy_desk.line("calm")).revision
        await app.strategy_desk.switch("calm", enabled=True, by="ann", seen=seen)
        with pytest.raises(ConflictError) as refused:
            await app.strategy_desk.switch("calm", enabled=False, by="bob", seen=seen)
        assert refused.value.slug == "precondition-failed"
        assert (await app.strategy_desk.line("calm")).enabled


async def test_a_reason_is_one_line(home):
    async with opened_home(*home) as app:
        for reason in ("two\nlines", "x" * 501):
            with pytest.raises(RejectedError, match="a reason is one line"):
                await app.strategy_desk.switch("calm", enabled=True, by="me", reason=reason)


async def test_a_name_that_nobody_gave_is_not_found(home):
    async with opened_home(*home) as app:
        desk = app.strategy_desk
        for name in ("clam", "", "a b"):
            for ask in (desk.line, desk.history, desk.followed):
                with pytest.raises(RejectedError) as refused:
                    await ask(name)
                assert refused.value.slug == "not-found"
