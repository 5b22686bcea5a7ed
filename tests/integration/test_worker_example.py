"""A worker of one's own: the page's example against a hub that speaks the wire, and what its handlers may do."""

import asyncio
import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from quorate.fleet.framing import frame_of, worker_message
from quorate.fleet.wire import PATH, TaskComplete, TaskCompleteAck, TaskFailed
from quorate.kernel.errors import RejectedError, UnavailableError
from quorate.worker import Worker
from tests.fakes.analyses import analysis
from tests.fakes.fleet import FakeHub, assignment

pytestmark = pytest.mark.integration
PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "workers.md"
TOKEN = "arn_canary-1f2e3d4c5b6a7988"  # noqa: S105  (a canary)


@asynccontextmanager
async def hub(*tasks):
    """Yield the URL of a hub that gives out `tasks` once a worker is ready, and what it heard."""
    book, ended = FakeHub(), asyncio.Event()

    async def socket(request):
        opened = web.WebSocketResponse()
        await opened.prepare(request)
        async for frame in opened:
            message = worker_message(frame.data)
            book.heard_all.append(message)
            for answer in book._answers(message):
                await opened.send_str(frame_of(answer))
            if book.ready == [1] and not book.tokens:
                for task in tasks:
                    book.tokens[task.task_id] = task.token
                    await opened.send_str(frame_of(task))
            if len(book.said(TaskComplete)) + len(book.said(TaskFailed)) == len(tasks):
                ended.set()
        return opened

    app = web.Application()
    app.router.add_get(PATH, socket)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", book, ended
    finally:
        await runner.cleanup()


async def worked(worker, ended):
    """Have the worker run until all tasks are over, then drain it."""
    running = asyncio.create_task(worker.serve())
    await asyncio.wait_for(ended.wait(), 20)
    worker.stop()
    assert await asyncio.wait_for(running, 20) == 0


async def test_the_example_of_the_page_answers_a_task(monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    monkeypatch.setenv("QUORATE_WORKER_TOKEN", TOKEN)
    async with hub(analysis()) as (url, book, ended):
        names = {"__name__": "example"}
        exec(code.replace("http://127.0.0.1:8600", url), names)  # noqa: S102  (the page's own words)
        await worked(names["worker"], ended)
        ((task_id, _, result),) = book.results
        assert task_id == "tsk_1"
        said = [(each["symbol"], each["action"], each["confidence"]) for each in result["answers"]]
        assert said == [("AAPL", "HOLD", "0.5"), ("IBM", "HOLD", "0.5")]


async def test_handlers_may_be_plain_functions_and_their_errors_are_told_with_a_source():
    kinds = ("plain", "away", "refuses", "breaks", "garbage", "nothing")
    tasks = [assignment(f"tsk_{kind}", task_type=kind) for kind in kinds]
    async with hub(*tasks) as (url, book, ended):
        worker = Worker(hub=url, token=TOKEN, capabilities=["llm"], slots=8)

        @worker.task("plain")
        def plain(given):
            return {"task": given.task_id, "seconds": given.deadline_s}

        @worker.task("away")
        async def away(_given):
            raise UnavailableError("no answer", source="elsewhere")

        @worker.task("refuses")
        def refuses(_given):
            raise RejectedError("no")

        @worker.task("breaks")
        async def breaks(_given):
            return 1 / 0

        @worker.task("garbage")
        def garbage(_given):
            return {"x": float("nan")}

        @worker.task("nothing")
        def nothing(_given):
            return None

        await worked(worker, ended)
    ((_, _, result),) = book.results
    assert result == {"task": "tsk_plain", "seconds": "180.0"}
    told = {failed.task_id: failed.failure_source for failed in book.failures}
    assert told == {
        "tsk_away": "network_error",
        "tsk_refuses": "rule",
        "tsk_breaks": "worker_crash",
        "tsk_garbage": "rule",
        "tsk_nothing": "rule",
    }


def test_a_worker_without_a_token_is_refused(monkeypatch):
    monkeypatch.delenv("QUORATE_WORKER_TOKEN", raising=False)
    with pytest.raises(RejectedError) as refused:
        Worker(hub="http://127.0.0.1:8600", capabilities=["llm"])
    assert refused.value.slug == "unauthenticated"


def test_an_acknowledgement_is_no_message_of_a_worker():
    ack = TaskCompleteAck(task_id="tsk_1", token=1, accepted=True)
    with pytest.raises(RejectedError):
        worker_message(frame_of(ack))
