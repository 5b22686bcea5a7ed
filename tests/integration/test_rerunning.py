"""Recorded runs once more, on both databases: from their record alone, whatever became of the home since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from quorate.agents.profile import Role
from quorate.arena.record import RunFilter, RunView
from quorate.arena.rerun import WhatIfRequest
from quorate.bootstrap import RequestKey
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from tests.integration.homes import REQUEST, opened_home
from tests.integration.test_opening import LaterClock, carry_out, home, seeded, store_of
from tests.integration.test_starting_runs import ended

__all__ = ["home", "seeded"]

pytestmark = pytest.mark.integration

OTHER_BARS = "Date,Open,High,Low,Close,Volume\n" + "\n".join(
    f"2012-{month:02}-{day:02},{1 + day},{2 + day},{day},{1 + day},1000"
    for month in range(1, 7)
    for day in range(1, 29)
    if date(2012, month, day).weekday() < 5
)


class Unreachable:
    """Agents that nobody may ask."""

    async def ask(self, question):
        raise AssertionError(f"{question.profile.name} was asked")


class Broken:
    """Agents that end the run."""

    async def ask(self, _question):
        raise InvariantBrokenError("a made-up failure")


def swapped(run_id, *swaps, **more):
    return WhatIfRequest(run_id=run_id, swaps=swaps, **more)


async def test_a_replay_asks_nobody_and_writes_nothing(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        before = len(store_of(app).rows())
        app._runner._agents = Unreachable()
        found = await app.reruns.replay(run.run_id)
        assert (found.identical, found.differences, found.unrecorded) == (True, (), ())
        assert (
            found.run.as_json()["decisions"][0]["votes"] == run.as_json()["decisions"][0]["votes"]
        )
        assert len(store_of(app).rows()) == before


async def test_neither_new_bars_nor_other_profiles_nor_other_thresholds_change_a_replay(
    home, tmp_path
):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        digest = (await app.reruns.replay(run.run_id)).digest
        file = tmp_path / "AAPL.csv"
        file.write_text(OTHER_BARS)
        await app.import_bars(file, Symbol("AAPL"))
        await app.registry.switch("trend", enabled=False, by="test")
    async with opened_home(*home, ARENA__MIN_CONFIDENCE="0.99") as app:
        found = await app.reruns.replay(run.run_id)
        assert (found.identical, found.digest) == (True, digest)


async def test_a_run_whose_answer_was_changed_is_refused(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        changed = "UPDATE journal SET payload = replace(payload, 'BUY', 'SELL') WHERE type = 'agent.answered'"
        carry_out(home[1], changed)
        with pytest.raises(RejectedError, match="not what was written") as refused:
            await app.reruns.replay(run.run_id)
        assert refused.value.slug == "check-failed"
        with pytest.raises(RejectedError, match="not what was written"):
            await app.reruns.what_if(swapped(run.run_id, "threshold=quorum:3"))


async def test_a_run_that_did_not_complete_has_nothing_to_be_compared_with(home):
    async with opened_home(*home) as app:
        app._runner._agents = Broken()
        with pytest.raises(InvariantBrokenError):
            await app.run_arena(REQUEST)
        (failed,) = (await app.list_runs(RunFilter(), 1, None)).items
        with pytest.raises(RejectedError, match="did not complete"):
            await app.reruns.replay(failed.row.run_id)


async def test_a_threshold_swap_is_a_run_of_its_own_that_no_list_and_no_figure_counts(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        before = await app.overview()
        app._runner._agents = Unreachable()
        found = await app.reruns.what_if(swapped(run.run_id, "threshold=quorum:5"))
        made = found.b
        assert {each.fact.reason for each in made.decisions} == {"quorum_not_met"}
        assert str(made.end.cost) == "0"
        assert made.header.fact.replay_of.run_id == run.run_id
        assert made.header.fact.config_hash == run.header.fact.config_hash
        after = await app.overview()
        assert (after.decisions, after.actions, after.reasons) == (
            before.decisions,
            before.actions,
            before.reasons,
        )
        assert after.runs == {**before.runs, RunView.WHAT_IF: 1}
        assert after.sessions == before.sessions
        listed = [line.row.run_id for line in (await app.list_runs(RunFilter(), 9, None)).items]
        assert listed == [run.run_id]
        what_ifs = await app.list_runs(RunFilter(view=RunView.WHAT_IF), 9, None)
        assert [line.row.run_id for line in what_ifs.items] == [made.run_id]
        assert (await app.verify(projections=True, against=None)).ok


async def test_a_what_if_comes_out_the_same_from_its_own_record(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        made = (await app.reruns.what_if(swapped(run.run_id, "threshold=quorum:5"))).b
        assert (await app.reruns.replay(made.run_id)).identical
        with pytest.raises(RejectedError, match="a what-if itself"):
            await app.reruns.what_if(swapped(made.run_id, "threshold=quorum:4"))


async def test_an_answer_that_the_record_holds_is_given_to_a_what_if_with_its_row(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        made = (await app.reruns.what_if(swapped(run.run_id, "threshold=quorum:3"))).b
        rows = await app.run_entries(made.run_id)
        calls = [row.facts["call"] for row in rows if row.type == "agent.answered"]
        assert {call["replayedFrom"]["runId"] for call in calls} == {run.run_id}
        assert all(call["replayedFrom"]["sameQuestion"] for call in calls)


async def test_a_what_if_is_begun_once_per_key(home):
    key = RequestKey(principal="operator", key="k-1", fingerprint="f-1")
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        wanted = swapped(run.run_id, "threshold=quorum:3")
        first = await app.reruns.start(wanted, key)
        again = await app.reruns.start(wanted, key)
        assert (again.run_id, again.replayed) == (first.run_id, True)
        assert await ended(app, first) == "completed"


@pytest.mark.parametrize(
    ("swaps", "cause"),
    [
        ((), "nothing is swapped"),
        (("threshold=quorum:1",), "quorum is 2 or more"),
        (("model=trend:openai/gpt-5-mini",), "is a rule agent"),
        (("prompt=nobody:judge/1",), "does not speak"),
    ],
)
async def test_a_what_if_that_cannot_be_made_writes_nothing(home, swaps, cause):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        before = len(store_of(app).rows())
        with pytest.raises(RejectedError, match=cause):
            await app.reruns.what_if(swapped(run.run_id, *swaps))
        assert len(store_of(app).rows()) == before


async def test_two_runs_are_compared_by_the_beginnings_of_their_ids(home):
    async with opened_home(*home) as app:
        first = await app.run_arena(REQUEST)
        second = await app.run_arena(replace(REQUEST, profiles=(ProfileName("trend"),)))
        found = await app.reruns.compare(first.run_id, second.run_id)
        assert not found.same
        assert {pair.name for pair in found.inputs if not pair.same} == {"profiles"}
        with pytest.raises(RejectedError, match="there is no run"):
            await app.reruns.compare(first.run_id, "run_NONE")


async def test_a_run_keeps_who_sat_in_it(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        (requested, *_) = await app.run_entries(run.run_id)
        rows = [row for row in await app.run_entries(run.run_id) if row.type == "run.requested"]
        assert rows[0].facts["seats"] == {"speakers": [], "panel": []}
        assert {each["name"] for each in rows[0].facts["profiles"]} == set(run.header.fact.profiles)
        assert Role.JUDGE not in {each["role"] for each in rows[0].facts["profiles"]}
        assert rows[0].facts["bookState"] == {"cash": "100000", "positions": {}}
        assert requested.stream.startswith(("run:", "task:"))


async def test_a_what_if_whose_process_died_is_finished_as_the_what_if_that_it_was(home):
    async with opened_home(*home) as app:
        run = await app.run_arena(REQUEST)
        wanted = swapped(run.run_id, "threshold=quorum:5")
        plan = await app._runner.what_ifs.planned(wanted)
        await app._runner._received(plan)
    async with opened_home(*home, clock=LaterClock(120)) as app:
        made = await app.recorded_run(plan.header.run_id)
        assert made.status.value == "completed"
        assert {each.fact.reason for each in made.decisions} == {"quorum_not_met"}
        assert (await app.reruns.replay(made.run_id)).identical
        counts = await app.run_counts(RunFilter())
        assert (counts[RunView.ALL], counts[RunView.WHAT_IF]) == (1, 1)
