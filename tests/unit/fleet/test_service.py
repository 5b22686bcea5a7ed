"""A worker: what it takes, how it works, and how what came of it arrives."""

import asyncio

import pytest

from quorate.fleet.outcome import FailedBy
from quorate.fleet.wire import (
    Drain,
    Draining,
    Heartbeat,
    Problem,
    Ready,
    Register,
    Shutdown,
    ShutdownAck,
    TaskCancel,
    TaskComplete,
    TaskResume,
)
from quorate.kernel.errors import (
    InvariantBrokenError,
    RejectedError,
    UnavailableError,
)
from quorate.llm.failure import FailureCode, ModelCallError
from tests.fakes.clock import settle
from tests.fakes.fleet import Doing, FakeHub, MemorySpool
from tests.unit.fleet.workers import working


async def test_a_worker_registers_and_is_ready_under_the_epoch_it_was_given():
    async with working() as bench:
        assert [type(each) for each in bench.hub.channel.said] == [Register, Ready]
        assert bench.hub.ready == [1]
        (register,) = bench.hub.said(Register)
        assert (register.agent_id, register.slots, register.resume) == ("w1", 4, [])


async def test_an_assignment_is_accepted_done_and_delivered_once():
    async with working() as bench:
        bench.hub.assign()
        await settle()
        assert [(each.task_id, each.token, each.epoch) for each in bench.hub.accepted] == [
            ("tsk_1", 1, 1)
        ]
        assert [task_id for task_id, _, _ in bench.hub.results] == ["tsk_1"]
        assert bench.spool.kept == {}
        assert bench.heard.of("task_delivered") == [{"taskId": "tsk_1"}]


async def test_the_heart_beats_while_work_goes_on():
    async with working() as bench:
        bench.doing.after_s = 100
        bench.hub.assign()
        await bench.clock.advance(91)
        assert len(bench.hub.said(Heartbeat)) == 6
        assert bench.hub.results == []


async def test_no_more_tasks_are_taken_than_there_are_slots():
    async with working(slots=2) as bench:
        bench.doing.after_s = 5
        for number in range(3):
            bench.hub.assign(f"tsk_{number}")
        await settle()
        assert bench.worker.in_hand == 2
        assert bench.doing.begun == ["tsk_0", "tsk_1"]
        assert bench.heard.of("task_passed_over") == [{"taskId": "tsk_2", "token": 1}]
        await bench.clock.advance(6)
        bench.hub.assign("tsk_2", 2)
        await bench.clock.advance(6)
        assert bench.doing.ended == ["tsk_0", "tsk_1", "tsk_2"]


async def test_a_task_that_is_assigned_twice_is_done_once():
    async with working() as bench:
        bench.doing.after_s = 5
        bench.hub.assign()
        bench.hub.assign()
        bench.hub.assign(token=2)
        await bench.clock.advance(6)
        assert bench.doing.begun == ["tsk_1"]
        assert [token for _, token, _ in bench.hub.results] == [2]


async def test_a_late_repetition_of_a_finished_task_begins_nothing():
    async with working() as bench:
        bench.hub.assign()
        await settle()
        bench.hub.assign()
        await settle()
        assert bench.doing.begun == ["tsk_1"]
        assert len(bench.hub.results) == 1


@pytest.mark.parametrize(
    ("error", "source"),
    [
        pytest.param(
            ModelCallError("slow", code=FailureCode.TIMEOUT, source="m"),
            FailedBy.LLM_TIMEOUT,
            id="llm",
        ),
        pytest.param(TimeoutError(), FailedBy.LLM_TIMEOUT, id="time-out"),
        pytest.param(UnavailableError("gone", source="hub"), FailedBy.NETWORK_ERROR, id="network"),
        pytest.param(RejectedError("no"), FailedBy.RULE, id="rule"),
        pytest.param(InvariantBrokenError("bug"), FailedBy.WORKER_CRASH, id="invariant"),
        pytest.param(ZeroDivisionError("bug"), FailedBy.WORKER_CRASH, id="bug"),
    ],
)
async def test_a_failure_is_told_with_whose_fault_it_is(error, source):
    async with working() as bench:
        bench.doing.raises = error
        bench.hub.assign()
        await settle()
        (failed,) = bench.hub.failures
        assert failed.failure_source == source
        assert bench.hub.results == []


async def test_a_task_past_its_deadline_is_given_up():
    async with working() as bench:
        bench.doing.after_s = 1000
        bench.hub.assign(deadline_seconds=20.0)
        await bench.clock.advance(21)
        assert [each.failure_source for each in bench.hub.failures] == ["llm_timeout"]
        assert bench.doing.cancelled == ["tsk_1"]


async def test_a_task_type_without_a_handler_fails_as_a_rule():
    async with working() as bench:
        bench.hub.assign(task_type="backtest")
        await settle()
        assert [each.failure_source for each in bench.hub.failures] == ["rule"]


async def test_a_task_that_the_hub_takes_back_is_broken_off_and_never_delivered():
    async with working() as bench:
        bench.doing.after_s = 5
        bench.hub.assign()
        await settle()
        bench.hub.tell(TaskCancel(task_id="tsk_1", token=1, reason="too late"))
        await bench.clock.advance(10)
        assert bench.doing.cancelled == ["tsk_1"]
        assert bench.hub.results == bench.hub.failures == []


async def test_work_outlives_a_lost_connection_and_is_resumed_under_the_same_token():
    async with working() as bench:
        bench.doing.after_s = 5
        bench.hub.assign()
        await settle()
        bench.hub.channel.cut()
        await bench.clock.advance(10)
        assert bench.hub.ready == [1, 2]
        (_, again) = bench.hub.said(Register)
        assert [(each.task_id, each.token) for each in again.resume] == [("tsk_1", 1)]
        assert bench.doing.begun == ["tsk_1"]
        assert [(task_id, token) for task_id, token, _ in bench.hub.results] == [("tsk_1", 1)]
        (done,) = bench.hub.said(TaskComplete)
        assert done.epoch == 2


async def test_a_task_that_is_resumed_by_a_worker_started_anew_is_given_back():
    async with working() as bench:
        bench.hub.tokens["tsk_9"] = 3
        bench.hub.tell(TaskResume(task_id="tsk_9", token=3))
        await settle()
        assert [(each.task_id, each.failure_source) for each in bench.hub.failures] == [
            ("tsk_9", "worker_crash")
        ]


async def test_a_hub_that_cannot_be_reached_is_called_again_at_growing_intervals():
    hub = FakeHub(reachable=False)
    async with working(hub=hub) as bench:
        await bench.clock.advance(40)
        waits = [facts["retryInSeconds"] for facts in bench.heard.of("hub_unreachable")]
        assert waits[:7] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]
        hub.reachable = True
        await bench.clock.advance(30)
        assert hub.ready == [1]


async def test_a_refused_token_ends_the_worker():
    refused = RejectedError("the token is not accepted", slug="unauthenticated")
    async with working(hub=FakeHub(refuses=refused)) as bench:
        assert bench.run is not None
        with pytest.raises(RejectedError) as failed:
            await bench.run
        assert failed.value is refused


async def test_a_hub_that_says_nothing_for_three_beats_is_left():
    async with working() as bench:
        bench.hub.answers = False
        await bench.clock.advance(62)
        assert len(bench.hub.channels) == 2


async def test_a_hub_that_does_not_answer_the_registration_is_left():
    hub = FakeHub(answers=False)
    async with working(hub=hub) as bench:
        await bench.clock.advance(11)
        assert len(hub.channels) == 2


async def test_a_drained_worker_takes_nothing_new_and_leaves_once_it_is_done():
    async with working() as bench:
        bench.doing.after_s = 5
        bench.hub.assign()
        await settle()
        bench.hub.tell(Drain())
        bench.hub.assign("tsk_2")
        await bench.clock.advance(4)
        assert bench.hub.said(Draining)
        assert bench.run is not None
        assert not bench.run.done()
        await bench.clock.advance(2)
        assert await bench.run == 0
        assert [task_id for task_id, _, _ in bench.hub.results] == ["tsk_1"]


async def test_a_drain_may_be_taken_back():
    async with working() as bench:
        bench.doing.after_s = 5
        bench.hub.assign()
        await settle()
        bench.hub.tell(Drain())
        bench.hub.tell(Drain(stop=True))
        await bench.clock.advance(6)
        bench.hub.assign("tsk_2")
        await bench.clock.advance(6)
        assert [task_id for task_id, _, _ in bench.hub.results] == ["tsk_1", "tsk_2"]


async def test_a_stopped_worker_finishes_what_is_in_hand_and_leaves():
    async with working() as bench:
        bench.doing.after_s = 5
        bench.hub.assign()
        await settle()
        bench.worker.stop()
        await bench.clock.advance(6)
        assert bench.run is not None
        assert await bench.run == 0
        assert len(bench.hub.results) == 1


async def test_what_takes_longer_than_the_drain_is_given_back():
    async with working() as bench:
        bench.doing.after_s = 500
        bench.hub.assign()
        await settle()
        bench.worker.stop()
        await bench.clock.advance(11)
        assert bench.run is not None
        assert await bench.run == 0
        assert [each.failure_source for each in bench.hub.failures] == ["network_error"]
        assert bench.doing.cancelled == ["tsk_1"]


async def test_a_second_wish_to_stop_ends_the_worker_at_once():
    async with working() as bench:
        bench.doing.after_s = 500
        bench.hub.assign()
        await settle()
        bench.worker.stop()
        await settle()
        bench.worker.stop()
        await settle()
        assert bench.run is not None
        assert bench.run.done()


async def test_a_worker_that_is_stopped_without_a_hub_leaves_its_results_in_the_spool():
    async with working() as bench:
        bench.doing.after_s = 5
        bench.hub.assign()
        await settle()
        bench.hub.reachable = False
        bench.hub.channel.cut()
        await bench.clock.advance(6)
        bench.worker.stop()
        await settle()
        assert bench.run is not None
        assert await bench.run == 1
        assert list(bench.spool.kept) == ["tsk_1"]


async def test_a_hub_that_ends_is_met_again():
    async with working() as bench:
        bench.hub.tell(Shutdown(reason="restart"))
        await bench.clock.advance(2)
        assert bench.hub.said(ShutdownAck)
        assert bench.hub.ready == [1, 2]


async def test_a_worker_that_is_sent_away_for_good_leaves():
    async with working() as bench:
        bench.hub.tell(Shutdown(reason="go", final=True))
        await settle()
        assert bench.run is not None
        assert await bench.run == 0


async def test_a_newer_session_of_the_hub_begins_a_new_one_here():
    async with working() as bench:
        bench.hub.tell(Problem(code="stale-epoch", detail="2 is current"))
        await bench.clock.advance(2)
        assert bench.hub.ready == [1, 2]


async def test_a_result_that_cannot_be_spooled_is_delivered_all_the_same():
    async with working(spool=MemorySpool(writable=False)) as bench:
        bench.hub.assign()
        await settle()
        assert len(bench.hub.results) == 1
        assert bench.heard.of("not_spooled")


async def test_a_result_that_fits_no_frame_is_told_as_a_failure():
    async with working() as bench:

        def too_large(message):
            if isinstance(message, TaskComplete):
                raise RejectedError("a message of 2 MB", slug="frame-refused")
            return False

        bench.hub.cuts = too_large
        bench.hub.assign()
        await settle()
        assert [each.failure_source for each in bench.hub.failures] == ["rule"]


async def test_a_handler_that_never_waits_keeps_nobody_from_ending_the_worker():
    async with working() as bench:
        bench.hub.assign()
        await settle()
        bench.worker.stop()
        assert bench.run is not None
        assert await asyncio.wait_for(bench.run, 1) == 0


def test_a_worker_that_could_be_given_nothing_is_refused():
    from quorate.fleet.worker_policy import WorkerIdentity  # noqa: PLC0415

    for facts in ({"capabilities": {}}, {"capabilities": {"llm": True}, "slots": 0}):
        with pytest.raises(RejectedError):
            WorkerIdentity(agent_id="w", **facts)


async def test_a_burst_of_results_stays_under_what_a_hub_hears_out():
    async with working(slots=64) as bench:
        bench.doing = Doing(bench.clock)
        for number in range(60):
            bench.hub.assign(f"tsk_{number}")
        await settle(500)
        assert len(bench.hub.heard_all) < 50
        await bench.clock.advance(10)
        assert len(bench.hub.results) == 60
