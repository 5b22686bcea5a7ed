"""Runs that go on after their request was answered: durable first, once per key, and never lost unheard."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pytest

from quorate.arena.record import RunFilter
from quorate.arena.request import RunRequest
from quorate.bootstrap import RequestKey, StartedRun
from quorate.kernel.errors import InvariantBrokenError, RejectedError, UnavailableError
from quorate.kernel.ids import ProfileName, Symbol
from tests.fakes.agents import ScriptedAgents
from tests.integration.homes import REQUEST, opened_home
from tests.integration.stores import LONGEST, SYSTEM, outcomes
from tests.integration.test_opening import LaterClock, home, seeded, store_of

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

KEY = RequestKey(principal="operator", key="k-1", fingerprint="f-1")
DAY_SECONDS = 24 * 3600


@dataclass
class StuckAgents:
    """Agents that think until they are let go, and then have nothing to say."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, _question):
        self.asked.set()
        await self.let_go.wait()
        raise UnavailableError("they had to go", source="test")


async def status_of(app, started):
    return (await app.recorded_run(started.run_id)).status.value


async def ended(app, started):
    """Return how the run ended, once it did."""
    async with asyncio.timeout(LONGEST):
        while (status := await status_of(app, started)) == "running":
            await SYSTEM.sleep(0.005)
    return status


def kinds(app):
    return Counter(row.type for row in store_of(app).rows())


async def test_the_answer_comes_when_the_request_is_durable_and_the_run_goes_on(home):
    async with opened_home(*home) as app:
        app._runner._agents = stuck = StuckAgents()
        started = await app.start_run(REQUEST)
        assert isinstance(started, StartedRun)
        assert not started.replayed
        assert (await app.recorded_run(started.run_id)).trace_id == started.trace_id
        assert await status_of(app, started) == "running"
        async with asyncio.timeout(LONGEST):
            await stuck.asked.wait()
        assert kinds(app)["snapshot.frozen"] == 1
        stuck.let_go.set()
        assert await ended(app, started) == "completed"


async def test_a_started_run_decides_what_one_that_was_waited_for_decides(home):
    async with opened_home(*home) as app:
        started = await app.start_run(REQUEST)
        assert await ended(app, started) == "completed"
        waited = await app.run_arena(REQUEST)
        run = await app.recorded_run(started.run_id)
        assert [made.fact.action for made in run.decisions] == [
            made.fact.action for made in waited.decisions
        ]
        found = await app.verify(projections=True, against=None)
        assert (found.ok, found.problems) == (True, ())


async def test_a_closing_home_lets_its_runs_end(home):
    async with opened_home(*home) as app:
        started = [await app.start_run(REQUEST) for _ in range(3)]
    async with opened_home(*home) as app:
        assert app.started == ()
        assert [await status_of(app, run) for run in started] == ["completed"] * 3


async def test_a_run_that_a_closing_home_left_is_finished_by_the_next(home, capsys):
    async with opened_home(*home) as app:
        app._runner._agents = stuck = StuckAgents()
        started = await app.start_run(REQUEST)
        async with asyncio.timeout(LONGEST):
            await stuck.asked.wait()
    assert f"event=run_left_behind run_id={started.run_id}" in capsys.readouterr().err
    async with opened_home(*home, clock=LaterClock(46)) as app:
        (said,) = app.started
        assert said.startswith(f"{started.run_id}, left EXECUTING")
        assert await status_of(app, started) == "completed"


@pytest.mark.parametrize(
    ("error", "reason", "said"),
    [
        pytest.param(
            InvariantBrokenError("two and two are five"),
            "invariant-broken",
            "two and two are five",
            id="a failure with a name",
        ),
        pytest.param(ZeroDivisionError("a bug"), "internal-error", "ZeroDivisionError", id="a bug"),
    ],
)
async def test_a_run_that_fails_in_the_background_is_recorded_and_logged(
    home, capsys, error, reason, said
):
    async with opened_home(*home) as app:
        broken = {"trend": error}
        app._runner._agents = ScriptedAgents(app._runner._agents, failures=broken)
        started = await app.start_run(REQUEST)
        assert await ended(app, started) == "failed"
        assert (await app.recorded_run(started.run_id)).end.reason == reason
    told = capsys.readouterr().err
    assert "event=run_failed" in told
    assert started.run_id in told
    assert said in told


async def test_what_cannot_be_run_is_refused_before_anything_is_written(home):
    async with opened_home(*home) as app:
        before = kinds(app)
        unknown = RunRequest(symbols=(Symbol("NOPE"),))
        for act in (app.start_run(unknown), app.start_run(unknown, key=KEY)):
            with pytest.raises(RejectedError, match="there are no bars of NOPE"):
                await act
        assert kinds(app) == before
        assert not (await app.start_run(REQUEST, key=KEY)).replayed


async def test_the_same_request_again_gets_the_first_answer(home):
    async with opened_home(*home) as app:
        first = await app.start_run(REQUEST, key=KEY)
        again = await app.start_run(REQUEST, key=KEY)
        assert (again.run_id, again.trace_id) == (first.run_id, first.trace_id)
        assert (first.replayed, again.replayed) == (False, True)
        assert kinds(app)["run.requested"] == kinds(app)["request.accepted"] == 1


async def test_the_first_answer_is_given_even_when_the_request_could_not_be_run_any_more(home):
    async with opened_home(*home) as app:
        request = RunRequest(symbols=(Symbol("AAPL"),), profiles=(ProfileName("trend"),))
        first = await app.start_run(request, key=KEY)
        await app.set_profile_enabled(ProfileName("trend"), False)
        assert (await app.start_run(request, key=KEY)).run_id == first.run_id


async def test_a_key_is_not_for_another_request(home):
    async with opened_home(*home) as app:
        await app.start_run(REQUEST, key=KEY)
        other = RequestKey(principal=KEY.principal, key=KEY.key, fingerprint="f-2")
        with pytest.raises(RejectedError) as refusal:
            await app.start_run(REQUEST, key=other)
        assert refusal.value.slug == "idempotency-reused"
        assert kinds(app)["run.requested"] == 1


async def test_principals_do_not_share_their_keys(home):
    async with opened_home(*home) as app:
        first = await app.start_run(REQUEST, key=KEY)
        theirs = RequestKey(principal="a token", key=KEY.key, fingerprint=KEY.fingerprint)
        second = await app.start_run(REQUEST, key=theirs)
        assert not second.replayed
        assert first.run_id != second.run_id


async def test_after_a_day_the_key_is_free_again_as_often_as_it_is_used(home):
    runs = []
    for days in range(3):
        async with opened_home(*home, clock=LaterClock(days * DAY_SECONDS + days)) as app:
            started = await app.start_run(REQUEST, key=KEY)
            assert not started.replayed
            assert (await app.start_run(REQUEST, key=KEY)).run_id == started.run_id
            runs.append(started.run_id)
    assert len(set(runs)) == 3


async def test_of_many_at_once_with_one_key_one_is_run(home):
    async with opened_home(*home) as one, opened_home(*home) as other:
        starts = [app.start_run(REQUEST, key=KEY) for app in (one, other) * 4]
        found = await outcomes(starts)
        assert Counter(started.replayed for started in found) == {True: 7, False: 1}
        assert len({started.run_id for started in found}) == 1
        assert kinds(one)["run.requested"] == kinds(one)["request.accepted"] == 1


async def test_a_preview_says_what_would_be_run_and_writes_nothing(home):
    async with opened_home(*home) as app:
        before = kinds(app)
        request = RunRequest(symbols=(Symbol("ibm"), Symbol("AAPL")), as_of=date(2012, 6, 30))
        preview = await app.preview_run(request)
        assert (preview.symbols, preview.as_of) == (("IBM", "AAPL"), date(2012, 6, 29))
        assert (preview.book, preview.book_mode, preview.mode) == ("replay", "REPLAY", "debate")
        assert {profile.name for profile in preview.profiles} >= {"trend", "wyckoff"}
        assert str(preview.worst_cost) == "0"
        with pytest.raises(RejectedError, match="there are no bars of NOPE"):
            await app.preview_run(RunRequest(symbols=(Symbol("NOPE"),)))
        assert kinds(app) == before


async def test_a_started_run_is_listed_with_what_it_was_asked(home):
    async with opened_home(*home) as app:
        started = await app.start_run(REQUEST)
        await ended(app, started)
        (line,) = (await app.list_runs(RunFilter(profile=ProfileName("trend")), 5, None)).items
        assert line.row.run_id == started.run_id
        assert [made.symbol for made in line.decisions] == list(REQUEST.symbols)
