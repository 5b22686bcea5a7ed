"""Backtests on a real home: the decisions of runs, kept as rows, the same each time, ended whatever happens."""

import asyncio
from datetime import date, timedelta

import pytest

from quorate.arbiter.record import TaskFilter
from quorate.arbiter.task import TaskType
from quorate.arena.acceptance import RequestKey
from quorate.arena.request import RunRequest
from quorate.cycle.strategies.backtest import BacktestRequest, backtest_json
from quorate.cycle.strategies.words import sentences
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol
from tests.integration.homes import opened_home
from tests.integration.stores import LONGEST
from tests.integration.test_opening import LaterClock

pytestmark = pytest.mark.integration
SPRING = BacktestRequest(strategy="default", first=date(2012, 3, 2), last=date(2012, 6, 29))
STRATEGIES = """
[strategies.models]
symbols = ["AAPL"]
profiles = ["trend"]

[strategies.nowhere]
symbols = ["NOPE"]

[strategies.anything]
"""


@pytest.fixture
def home(tmp_path, migrated_url):
    """Return a home with strategies that cannot be tried, and its database."""
    path = tmp_path / "home"
    path.mkdir()
    (path / "quorate.toml").write_text(STRATEGIES)
    return path, migrated_url


async def finished(app, name):
    async with asyncio.timeout(LONGEST):
        while (found := await app.strategy_desk.backtests.show(name)).status == "running":
            await app.clock.sleep(0.05)
    return found


async def test_a_backtest_is_kept_with_what_it_found(home):
    told = []
    async with opened_home(*home) as app:
        tests = app.strategy_desk.backtests
        found = await tests.run(SPRING, "me", told.append)
        assert sum(told) == len(await tests.sessions(SPRING)) == 84
        figures = found.report.figures
        assert (found.status, found.terms.version, found.terms.by) == ("completed", 1, "me")
        assert (figures.decisions, figures.sessions) == (336, 84)
        assert figures.signals == (
            figures.refused_by_gate
            + figures.unprotected
            + figures.overlapping
            + figures.gapped
            + figures.too_late
            + len(found.report.trades)
        )
        assert found.report.trades[0].entry_price == 545.42
        assert await tests.show(found.terms.backtest_id[:-3]) == found
        (line,) = await tests.lines()
        assert (line.trades, line.passes) == (figures.trades, found.report.passes)
        assert line.win_rate == figures.win_rate
        assert (await app.strategy_desk.line("default")).backtest == line
        assert len(sentences(found)) >= 4
        check = await app.verify(projections=True, against=None)
        assert check.ok


async def test_its_decisions_are_those_of_runs(home):
    day = date(2012, 6, 29)
    one = BacktestRequest(strategy="default", first=day, last=day)
    async with opened_home(*home) as app:
        symbols = tuple(map(Symbol, app.strategies["default"].symbols))
        run = await app.run_arena(RunRequest(symbols=symbols, as_of=day))
        reasons = (await app.strategy_desk.backtests.run(one, "me")).report.reasons
        made = [f"{each.fact.action} {each.fact.reason}" for each in run.decisions]
        assert reasons == {each: made.count(each) for each in sorted(set(made))}


async def test_the_same_backtest_finds_the_same(home):
    async with opened_home(*home) as app:
        one, other = [await app.strategy_desk.backtests.run(SPRING, "me") for _ in range(2)]
        assert backtest_json(one)["result"] == backtest_json(other)["result"]
        assert [line.version for line in await app.strategy_desk.backtests.lines()] == [1, 1]


async def test_one_that_is_started_goes_on_and_a_repeated_key_starts_no_other(home):
    key = RequestKey(principal="me", key="once", fingerprint="spring")
    async with opened_home(*home) as app:
        tests = app.strategy_desk.backtests
        first = await tests.start(SPRING, "me", key)
        again = await tests.start(SPRING, "me", key)
        assert (first.replayed, again.replayed) == (False, True)
        assert first.backtest_id == again.backtest_id
        assert (await finished(app, first.backtest_id)).status == "completed"
        assert len(await tests.lines()) == 1


async def test_one_that_is_cancelled_ends_as_interrupted(home):
    async with opened_home(*home) as app:
        tests, begun = app.strategy_desk.backtests, asyncio.Event()
        whole = BacktestRequest(strategy="default")
        work = asyncio.create_task(tests.run(whole, "me", lambda _sessions: begun.set()))
        async with asyncio.timeout(LONGEST):
            await begun.wait()
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
        (line,) = await tests.lines()
        found = await tests.show(line.backtest_id)
        assert (found.status, found.failure, line.passes) == ("failed", "interrupted", None)
        assert sentences(found) == ()


async def test_one_whose_process_died_is_interrupted_when_its_time_is_over(home):
    async with opened_home(*home) as app:
        tests = app.strategy_desk.backtests
        plan = await tests._planned(SPRING, "me")
        await tests._received(plan, lambda _sessions: None)
        assert (await tests.show(plan.backtest_id)).status == "running"
    async with opened_home(*home, clock=LaterClock(timedelta(minutes=16).total_seconds())) as app:
        (line,) = await app.strategy_desk.backtests.lines()
        assert line.status == "interrupted"
        assert (await app.strategy_desk.backtests.show(line.backtest_id)).status == "interrupted"


async def test_one_whose_process_died_is_finished_by_the_next_that_serves(home):
    async with opened_home(*home) as app:
        tests = app.strategy_desk.backtests
        whole = await tests.run(SPRING, "me")
        plan = await tests._planned(SPRING, "me")
        await tests._received(plan, lambda _sessions: None)
    async with opened_home(*home, clock=LaterClock(60.0)) as app:
        tests = app.strategy_desk.backtests
        (said,) = await tests.recover()
        assert said.startswith(f"{plan.backtest_id}, left EXECUTING")
        found = await tests.show(plan.backtest_id)
        assert found.status == "completed"
        assert backtest_json(found)["result"] == backtest_json(whole)["result"]
        (line, first) = await app.tasks.lines(TaskFilter(type=TaskType.BACKTEST), 9)
        assert (line.state, line.attempts, line.subject) == ("COMPLETED", 2, plan.backtest_id)
        assert (first.state, first.attempts) == ("COMPLETED", 1)
        assert await tests.recover() == []
        assert (await app.verify(projections=True, against=None)).ok


async def test_one_that_a_person_stops_ends_as_cancelled_and_can_be_tried_again(home):
    async with opened_home(*home) as app:
        tests, whole = app.strategy_desk.backtests, BacktestRequest(strategy="default")
        started = await tests.start(whole, "me")
        (line,) = await app.tasks.lines(TaskFilter(type=TaskType.BACKTEST), 9)
        assert (line.state, line.subject) == ("EXECUTING", started.backtest_id)
        change = await app.tasks.cancel(line.task_id, "not needed")
        assert (change.applied, change.line.state) == (True, "CANCELLED")
        found = await tests.show(started.backtest_id)
        assert (found.status, found.failure) == ("failed", "cancelled: not needed")
        async with asyncio.timeout(LONGEST):
            while app._runner.walks.held:
                await app.clock.sleep(0.01)
        again = await app.tasks.retry(line.task_id)
        assert again.line.task_id != line.task_id
        assert (await finished(app, again.line.subject)).status == "completed"
        assert (await app.verify(projections=True, against=None)).ok


UNFIT = (
    ({"strategy": "clam"}, "there is no strategy 'clam'"),
    ({"strategy": "models"}, "keyless voters"),
    ({"strategy": "nowhere"}, "no bars of NOPE"),
    ({"strategy": "anything"}, "names no symbols"),
    ({"first": date(2014, 1, 1)}, "no session from"),
    ({"first": date(2012, 2, 1), "last": date(2012, 1, 1)}, "no session from"),
)


async def test_what_cannot_be_tried_writes_nothing(home):
    async with opened_home(*home) as app:
        head = await app.feed().head()
        for wanted, cause in UNFIT:
            request = BacktestRequest(**{"strategy": "default"} | wanted)
            with pytest.raises(RejectedError, match=cause):
                await app.strategy_desk.backtests.run(request, "me")
        assert await app.feed().head() == head


async def test_an_id_that_nobody_has_is_not_found(home):
    async with opened_home(*home) as app:
        for name in ("bkt_NONE", ""):
            with pytest.raises(RejectedError) as refused:
                await app.strategy_desk.backtests.show(name)
            assert refused.value.slug == "not-found"
