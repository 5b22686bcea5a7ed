"""Routing on both databases: arms that move with outcomes, agents set aside, choices on record, the shutdown."""

import json

import pytest
from sqlalchemy import event, text

from quorate.arbiter.coordination import Act, CircuitOpenError
from quorate.arbiter.routing import Standing
from quorate.arena.request import RunRequest
from quorate.bootstrap import open_app
from quorate.bootstrap.planning import NOTHING_LEARNED
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import ProfileName, Symbol
from quorate.risk import TradingState
from tests.fakes.homes import settings_of
from tests.integration.homes import REQUEST
from tests.integration.test_hindsight import hindsight_of

pytestmark = pytest.mark.integration

VOTERS = {"mean_reversion", "momentum", "trend", "wyckoff"}
ONE = RunRequest(symbols=(Symbol("AAPL"),), as_of=REQUEST.as_of)


@pytest.fixture
def opened(ground, tmp_path):
    """Return how a home is opened, on a tenant of its own."""
    (tmp_path / "home").mkdir()

    def opened(**variables):
        settings = settings_of(tmp_path / "home", DATABASE_URL=ground.url, **variables)
        return open_app(settings, tenant=ground.tenant)

    return opened


async def routed_rows(app, run_id):
    return [
        (entry.type, entry.facts) for entry in await app._store.journal.entries(f"routing:{run_id}")
    ]


async def test_arms_move_when_outcomes_are_known(opened):
    async with opened() as app:
        run = await app.run_arena(REQUEST)
        arms = {line.agent: line.arm for line in (await app.routing.arms()).arms}
        assert set(arms) >= VOTERS
        said = sum(arm.pulls - arm.abstained for arm in arms.values())
        assert said > 0
        assert sum(arm.open for arm in arms.values()) == said
        assert all(arm.closed == 0 for arm in arms.values())
        series = await app._store.market.series(REQUEST.symbols)
        place = series["AAPL"].index_at(REQUEST.as_of)
        await hindsight_of(app).resolved(series["AAPL"].sessions[place + 20])
        state = await app.routing.arms()
        after = {line.agent: line for line in state.arms}
        assert sum(line.arm.closed for line in state.arms) == said
        assert all(line.arm.open == 0 for line in state.arms)
        for line in after.values():
            shown = line.as_json()
            assert 0 <= shown["low"] <= (shown["meanReward"] or 0.5) <= shown["high"] <= 1
        assert run.run_id
        found = await app.verify(projections=True, against=None)
        assert (found.ok, found.problems) == (True, ())


async def test_every_process_adds_up_the_same(opened):
    async with opened() as app:
        await app.run_arena(REQUEST)
        here = [line.as_json() for line in (await app.routing.arms()).arms]
        async with opened() as other:
            assert [line.as_json() for line in (await other.routing.arms()).arms] == here
        await app.run_arena(ONE)
        async with opened() as other:
            there = [line.as_json() for line in (await other.routing.arms()).arms]
        assert [line.as_json() for line in (await app.routing.arms()).arms] == there != here


async def test_without_a_choice_nothing_is_added_to_a_run(opened):
    async with opened() as app:
        run = await app.run_arena(ONE)
        assert await routed_rows(app, run.run_id) == []
        assert run.header.fact.learned_state_hash == NOTHING_LEARNED


async def test_a_choice_is_on_record_with_what_it_rests_on(opened):
    async with opened(ROUTING__VOTERS="2") as app:
        run = await app.run_arena(ONE)
        ((kind, told),) = await routed_rows(app, run.run_id)
        header = run.header.fact
        assert kind == "routing.decided"
        assert set(told["selected"]) == set(header.profiles) & VOTERS
        assert len(told["selected"]) == 2
        assert told["learnedStateHash"] == header.learned_state_hash != NOTHING_LEARNED
        assert told["taskId"] == header.task_id
        assert "rule_risk_manager" in header.profiles
        assert [each["way"] for each in told["choices"]]
        assert len(told["choices"][0]["alternatives"]) == 3


async def test_whom_a_person_names_is_asked_whatever_was_learned(opened):
    async with opened(ROUTING__VOTERS="1") as app:
        named = tuple(map(ProfileName, ("momentum", "trend", "wyckoff")))
        run = await app.run_arena(RunRequest(symbols=ONE.symbols, as_of=ONE.as_of, profiles=named))
        assert run.header.fact.profiles == named
        assert await routed_rows(app, run.run_id) == []


async def test_the_rollback_asks_each_in_turn(opened):
    async with opened(ROUTING__VOTERS="1") as app:
        assert await app.routing.roll_back(reason="it learned nonsense", by="me")
        assert not await app.routing.roll_back(reason="again", by="me")
        asked = []
        for _ in range(4):
            run = await app.run_arena(ONE)
            asked += VOTERS & set(run.header.fact.profiles)
            ((_, told),) = await routed_rows(app, run.run_id)
            assert told["strategy"] == "round_robin"
        assert asked == sorted(VOTERS)
        assert (await app.routing.arms()).strategy == "round_robin"
        assert await app.routing.restore_learning(reason="mended", by="me")
        assert (await app.routing.arms()).strategy == "bandit"


async def test_who_is_set_aside_is_not_asked_until_restored(opened):
    async with opened() as app:
        change = await app.routing.quarantine("trend", reason="odd answers", by="me")
        assert (change.kind, change.applied) == ("agent", True)
        again = await app.routing.quarantine("trend", reason="odd answers", by="me")
        assert not again.applied
        run = await app.run_arena(ONE)
        assert "trend" not in run.header.fact.profiles
        with pytest.raises(RejectedError, match="set aside"):
            await app.run_arena(
                RunRequest(symbols=ONE.symbols, as_of=ONE.as_of, profiles=(ProfileName("trend"),))
            )
        line = await app.routing.agent("trend")
        assert line.agent.standing is Standing.QUARANTINED
        assert line.as_json()["standingReason"] == "odd answers"
        await app.routing.restore("trend", reason="mended", by="me")
        run = await app.run_arena(ONE)
        assert "trend" in run.header.fact.profiles
        with pytest.raises(RejectedError, match="reason"):
            await app.routing.drain("trend", reason=" ", by="me")
        found = await app.verify(projections=True, against=None)
        assert (found.ok, found.problems) == (True, ())


async def test_nobody_knows_an_agent_that_is_not_there(opened):
    async with opened() as app:
        with pytest.raises(RejectedError) as refusal:
            await app.routing.quarantine("ghost", reason="odd", by="me")
        assert refusal.value.slug == "not-found"


async def test_records_to_learn_from_name_nobody(opened):
    async with opened() as app:
        run = await app.run_arena(REQUEST)
        pending = await app.routing.tracker.export()
        assert (len(pending.points), pending.quarantined) == (0, ())
        assert pending.pending > 0
        series = await app._store.market.series(REQUEST.symbols)
        place = series["AAPL"].index_at(REQUEST.as_of)
        await hindsight_of(app).resolved(series["AAPL"].sessions[place + 20])
        found = await app.routing.tracker.export(floor=0.0)
        text_ = json.dumps(found.points)
        assert found.points
        assert found.quarantined == ()
        assert run.run_id not in text_
        assert f'"{app._store.tenant}"' not in text_
        assert '"trend"' not in text_.replace('"role": "trend"', "")
        with pytest.raises(RejectedError):
            await app.routing.tracker.export(most=5001)


async def test_a_first_look_at_many_verdicts_reads_the_keys_once(opened):
    """It read them for each of 200 verdicts: half a minute in which a hub that had just begun answered late."""
    async with opened() as app:
        asked = []
        await app.run_arena(ONE)
        event.listen(
            app._store.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2])
        )
        assert await app.coordination.inspect() == []
        alone = len(asked)
        asked.clear()
        for _ in range(3):
            await app.run_arena(ONE)
        asked.clear()
        assert await app.coordination.inspect() == []
        assert len(asked) <= alone


async def test_a_task_without_a_verdict_stops_everything_until_a_person_resumes(opened):
    """R-142: constitutional bypass: automatic shutdown."""
    async with opened() as app:
        run = await app.run_arena(ONE)
        assert await app.coordination.inspect() == []
        forge(app, "DELETE FROM verdicts WHERE tenant = :tenant")
        task_id = run.header.fact.task_id
        assert await app.coordination.inspect() == [task_id]
        assert (await app.coordination.intake()).is_shut
        assert {each.state for each in await app.safety.standings()} == {TradingState.HALTED}
        with pytest.raises(CircuitOpenError) as refusal:
            await app.coordination.admit()
        assert refusal.value.body()["reason"] == "circuit_open"
        with pytest.raises(RejectedError, match="resumes"):
            await app.run_arena(ONE)
        raised = await app.alerts.newest(5)
        assert "constitutional_bypass" in {each.alert.kind for each in raised}
        with pytest.raises(RejectedError, match="reason"):
            await app.coordination.resume(reason="", by="me")
        assert await app.coordination.resume(reason="a row was lost, restored", by="me")
        assert await app.coordination.inspect() == []
        await app.run_arena(ONE)


async def test_a_forged_verdict_stops_everything(opened):
    async with opened() as app:
        run = await app.run_arena(ONE)
        forge(
            app,
            "UPDATE journal SET payload = replace(payload, 'payloadType', 'forgedType')"
            " WHERE tenant = :tenant AND type = 'verdict.issued'",
        )
        assert await app.coordination.inspect() == [run.header.fact.task_id]


async def test_an_override_needs_a_reason_and_a_name(opened):
    async with opened() as app:
        run = await app.run_arena(ONE)
        task_id = run.header.fact.task_id
        for said, who in (("short", "me"), ("nothing hangs on it", " ")):
            with pytest.raises(RejectedError):
                await app.coordination.override(
                    task_id, Act.ACCEPT_LOSS, justification=said, approver=who
                )
        made = await app.coordination.override(
            task_id, Act.ACCEPT_LOSS, justification="nothing hangs on it", approver="me"
        )
        assert (made.task_id, made.approver) == (task_id, "me")
        found = await app.verify(projections=True, against=None)
        assert (found.ok, found.problems) == (True, ())


async def test_the_coordinator_sees_every_component(opened):
    async with opened() as app:
        looked = await app.coordination.health.look()
        assert {each.name for each in looked} >= {"database", "journal-writer", "constitution"}
        assert all(each.is_healthy for each in looked), looked
        shown = (await app.coordination.state()).as_json()
        assert shown["accepting"]
        await app.coordination.admit()


async def test_where_all_wait_for_a_worker_and_none_lives_nothing_is_taken(opened):
    """FM-TAW-010: 503 on submit when no worker is able."""
    async with opened(FLEET__ANALYSES="remote") as app:
        with pytest.raises(CircuitOpenError, match="no worker") as refusal:
            await app.coordination.admit()
        body = refusal.value.body()
        assert body["open_reason"] == "no worker is able to work"
        assert 1 <= body["retry_after"] <= 30


def forge(app, statement):
    """Change rows behind the journal's back."""

    def change(connection):
        connection.execute(text(statement), {"tenant": app._store.tenant})
        connection.commit()

    app._store.database.read_now(change)
