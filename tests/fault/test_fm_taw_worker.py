"""The worker's side of FM-TAW-005 to 012: garbage, fallbacks, broken connections, lost answers, long prompts."""

import asyncio
from collections import Counter

import pytest

from quorate.arena.voting import cast_votes
from quorate.bootstrap.fleet.encoding import reply_of
from quorate.bootstrap.fleet.worker_tasks import SignalWork
from quorate.fleet.outcome import checked_result
from quorate.fleet.wire import TaskComplete, TaskCompleteAck
from quorate.kernel.vote import StepKind
from quorate.llm.tokens import safe_tokens
from tests.fakes.analyses import Desk, analysis, question, spoken
from tests.fakes.clock import settle
from tests.fakes.fleet import Doing, FakeHub, assignment, lossy
from tests.fakes.models import Act
from tests.fault.worker_worlds import TASKS, World, drawn
from tests.unit.arena.casts import POLICY, scene
from tests.unit.fleet.workers import working
from tests.unit.llm.calls import failure

WORLDS = 24
"""In the gate; `python -m tests.fault.worker_worlds` walks 2,000."""


async def carried_out(desk, **task):
    working_ = asyncio.create_task(desk.work.carry_out(analysis(**task)))
    await desk.clock.advance(30)
    return checked_result("trading_analysis", (await working_).result)


async def votes_of(desk, **task):
    reply = reply_of(await carried_out(desk, **task), question())
    scenes = {answer.symbol: scene() for answer in reply.answers}
    return cast_votes(reply, scenes, POLICY)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param({"answers": [{"symbol": "AAPL"}]}, id="half an answer"),
        pytest.param({"answers": [], "verdict": "BUY"}, id="another structure"),
        pytest.param(
            {"answers": [{"symbol": "AAPL", "action": "BUY", "confidence": 7}]}, id="700 %"
        ),
        pytest.param(["BUY"], id="no object"),
    ],
)
async def test_fm_taw_005_garbage_leaves_a_worker_as_a_failure_never_as_a_result(result):
    async with working() as bench:
        bench.doing.result = result
        bench.hub.assign()
        await settle()
        assert bench.hub.results == []
        (failed,) = bench.hub.failures
        assert failed.failure_source in {"rule", "worker_crash"}


async def test_fm_taw_006_a_fallback_is_believed_a_fifth_less_once_also_when_the_task_is_done_again():
    script = {"first": [Act(failure("SERVER_ERROR"))], "second": [Act(spoken("BUY", 0.85))]}
    first = Desk(script=script)
    votes = [*await votes_of(first), *await votes_of(Desk(paid=first.paid, script=script), token=2)]
    assert {round(vote.confidence.value, 12) for vote in votes} == {0.68}
    for vote in votes:
        assert [step.value for step in vote.steps if step.kind is StepKind.RAW] == [0.85]
        assert [step.factor for step in vote.steps if step.kind is StepKind.FALLBACK] == [0.8]


@pytest.mark.parametrize("seed", range(WORLDS))
async def test_fm_taw_007_a_connection_that_breaks_anywhere_loses_doubles_and_pays_for_nothing_twice(
    seed,
):
    walked = await drawn(seed).walk()
    assert (walked.lost, walked.doubled, walked.paid_twice) == (0, 0, 0)
    assert walked.charges_differ == 0


async def test_fm_taw_007_a_worker_that_is_killed_in_a_call_pays_for_that_call_again_and_for_no_other():
    lost = doubled = twice = kills = 0
    for seed in range(12):
        walked = await World(seed=100 + seed, kills=2).walk()
        lost, doubled = lost + walked.lost, doubled + walked.doubled
        twice, kills = twice + walked.paid_twice, kills + 2
    assert (lost, doubled) == (0, 0)
    assert twice <= kills * TASKS


async def test_fm_taw_007_a_worker_that_is_killed_after_its_answers_pays_for_none_again():
    world = World(seed=1)
    walked = await world.walk()
    again = World(seed=2, paid=world.paid)
    repeated = await again.walk()
    assert (walked.paid_twice, walked.lost) == (0, 0)
    assert repeated.asked == Counter()
    assert set(repeated.results) == set(walked.results)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.25, 0.5])
async def test_fm_taw_008_lost_acknowledgements_lose_no_result_and_double_none(share):
    hub = FakeHub(drops=lossy(7, share, (TaskCompleteAck,)))
    async with working(hub=hub, slots=64) as bench:
        for number in range(40):
            hub.assign(f"tsk_{number}")
        await bench.clock.advance(400)
        counts = Counter(task_id for task_id, _, _ in hub.results)
        assert counts == Counter({f"tsk_{number}": 1 for number in range(40)})
        assert bench.spool.kept == {}
        sent = len(hub.said(TaskComplete))
        assert sent == 40 if share == 0 else sent > 40


async def test_fm_taw_008_a_result_is_sent_again_every_ten_seconds_then_over_a_new_connection():
    hub = FakeHub(drops=lambda message: isinstance(message, TaskCompleteAck))
    async with working(hub=hub) as bench:
        hub.assign()
        await settle()
        sent = [len(hub.said(TaskComplete))]
        for _ in range(3):
            await bench.clock.advance(10)
            sent.append(len(hub.said(TaskComplete)))
        assert sent == [1, 2, 3, 4]
        assert list(bench.spool.kept) == ["tsk_1"]
        hub.drops = lambda _message: False
        await bench.clock.advance(12)
        assert hub.ready == [1, 2]
        assert bench.spool.kept == {}
        assert len(hub.results) == 1


async def test_fm_taw_008_what_a_dead_worker_did_not_deliver_its_successor_delivers():
    hub = FakeHub(drops=lambda message: isinstance(message, TaskCompleteAck))
    async with working(hub=hub) as bench:
        hub.assign()
        hub.done.add("tsk_1")  # as if it were lost on its way there
        await settle()
        hub.done.clear()
        await bench.kill()
        hub.drops = lambda _message: False
        bench.renew(handlers={"trading_analysis": Doing(bench.clock)})
        bench.start()
        await settle()
        assert [(task_id, token) for task_id, token, _ in hub.results] == [("tsk_1", 1)]
        assert bench.doing.begun == ["tsk_1"]
        assert bench.spool.kept == {}


async def test_fm_taw_009_a_prompt_that_grows_too_long_is_cut_down_by_tiers_and_says_so():
    tiers = {}
    for words in (0, 2500, 4000, 6000):
        desk = Desk()
        made = await carried_out(desk, task_id=f"tsk_{words}", before="a b c d " * words)
        tiers[words] = made["call"].get("evidenceTier", made["failure"])
        asked = [request for _, request in desk.model.asked]
        sent = ["".join(each.content for each in request.messages) for request in asked]
        assert all(safe_tokens(text) <= 20_000 for text in sent)
    assert tiers == {0: "recent", 2500: "recent", 4000: "indicators", 6000: "provider_error"}


async def test_fm_taw_011_a_storm_of_reconnections_begins_no_task_twice():
    async with working(slots=8) as bench:
        bench.doing.after_s = 60
        for number in range(8):
            bench.hub.assign(f"tsk_{number}")
        await settle()
        for _ in range(100):
            bench.hub.channel.cut()
            await bench.clock.advance(0.6)
            for number in range(8):
                bench.hub.assign(f"tsk_{number}")
        await bench.clock.advance(60)
        assert len(bench.hub.ready) == 101
        assert bench.hub.ready == sorted(set(bench.hub.ready))
        assert sorted(bench.doing.begun) == sorted(f"tsk_{number}" for number in range(8))
        assert Counter(task_id for task_id, _, _ in bench.hub.results).total() == 8


async def test_fm_taw_012_a_validation_by_a_worker_has_the_seeds_factors_and_refuses_nothing():
    vote = {"symbol": "AAPL", "profile": "gpt"}
    pairs = [
        (phase, action, volume)
        for phase, action in (("distribution", "BUY"), ("accumulation", "SELL"), ("markup", "BUY"))
        for volume in ("declining", "rising", "neutral", "unknown")
    ]
    votes = [
        {**vote, "phase": phase, "action": action, "volumeTrend": volume}
        for phase, action, volume in pairs
    ]
    made = await SignalWork().carry_out(assignment(metadata={"votes": votes}))
    judged = checked_result("trading_signal", made.result)["judged"]
    assert [each["factor"] for each in judged] == ["0.5", "0.8", "0.8", "0.8"] * 2 + ["1.0"] * 4
    assert all(each["isValid"] for each in judged)
