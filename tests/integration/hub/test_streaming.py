"""The stream over a real connection: what was missed, then what happens, without gap or double, and how it ends."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from quorate.access import SESSION_IDLE, Scope
from quorate.hub.security.authentication import COOKIE
from quorate.hub.stream import Pace, event_of
from quorate.hub.stream.broadcast import MAX_STREAMS
from quorate.hub.stream.envelope import OF_RESULTS, TYPES
from quorate.results.record import results_of
from tests.e2e.conftest import Home
from tests.integration.homes import REQUEST
from tests.integration.hub.served import problem, serving, serving_app

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREAM = "/api/admin/stream"
OWN = frozenset({"hello", "heartbeat", "gap"})
"""What the stream says of itself; everything else tells a row, or a result that a row made true."""


@dataclass
class Tab:
    """A page that listens: everything it was told, in order."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    told: list[dict] = field(default_factory=list)
    last_id: str = ""

    async def message(self) -> dict:
        """Return the next message; the stream's end is an EOFError."""
        while True:
            line = (await self.reader.readline()).decode()
            if not line:
                raise EOFError
            if line.startswith("id: "):
                self.last_id = line[4:].strip()
            if line.startswith("data: "):
                self.told.append(json.loads(line[6:]))
                return self.told[-1]

    async def until(self, kind: str) -> dict:
        """Read on until a message of that type."""
        while True:
            message = await self.message()
            if message["type"] == kind:
                return message

    async def end(self) -> None:
        """Read on until the stream ends."""
        try:
            while True:
                await self.message()
        except EOFError:
            return

    @property
    def seqs(self) -> list[int]:
        """Return the rows that it was told."""
        said = OWN | OF_RESULTS
        return [message["seq"] for message in self.told if message["type"] not in said]

    @property
    def results(self) -> list[str]:
        """Return the results that it was told."""
        told = (each for each in self.told if each["type"] == "result.upserted")
        return [message["data"]["resultId"] for message in told]

    def close(self) -> None:
        self.writer.close()


@pytest_asyncio.fixture(loop_scope="module")
async def hurried(hub):
    """Return a second hub on the same home, with signs of life every 20 ms and little patience."""
    async with serving_app(hub.app, pace=Pace(beat_seconds=0.02, catch_up_rows=10)) as served:
        yield served


async def opened(hub, client, query: str = "", *, buffer: int = 0, **headers: str) -> Tab:
    """Open a stream as a browser does; a small `buffer` makes a slow reader felt sooner."""
    made = socket.socket()
    if buffer:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", hub.port))
    reader, writer = await asyncio.open_connection(sock=made, limit=buffer or 2**16)
    own = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"} if client.cookies else {}
    own |= {name: client.headers[name] for name in ("Authorization",) if name in client.headers}
    lines = [f"{name}: {value}" for name, value in (own | headers).items()]
    head = [f"GET {STREAM}{query} HTTP/1.0", f"Host: 127.0.0.1:{hub.port}", *lines, "", ""]
    writer.write("\r\n".join(head).encode())
    return Tab(reader, writer)


@asynccontextmanager
async def listening(hub, client, query: str = "", **headers: str) -> AsyncIterator[Tab]:
    """Yield a tab that was greeted."""
    tab = await opened(hub, client, query, **headers)
    try:
        async with asyncio.timeout(20):
            await tab.until("hello")
            yield tab
    finally:
        tab.close()


async def expected(hub, after: int) -> list[int]:
    """Return the rows behind `after` that a stream tells."""
    rows = await hub.app.feed().rows(after, 100_000)
    return [row.seq for row in rows if event_of(row)]


async def results_behind(hub, after: int) -> list[str]:
    """Return the results that the rows behind `after` made true."""
    rows = await hub.app.feed().rows(after, 100_000)
    return [result.result_id for row in rows for result in results_of(row)]


async def test_the_first_message_says_where_the_journal_ends(hub, browser):
    head = await hub.app.feed().head()
    async with listening(hub, browser) as tab:
        (hello,) = tab.told
        assert hello["data"]["seq"] >= head
        assert hello["data"]["mode"] == "REPLAY"
        assert hello["data"]["serverTime"].endswith("Z")
        assert tab.last_id == str(hello["seq"])


async def test_a_run_arrives_as_it_happens(hub, browser):
    async with listening(hub, browser) as tab:
        run = await hub.app.run_arena(REQUEST)
        end = await tab.until("run.completed")
        mine = [message for message in tab.told if message.get("runId") == run.run_id]
        assert end["runId"] == run.run_id
        assert mine[0]["type"] in {"run.created", "task.state"}
        kinds = [message["type"] for message in mine]
        assert kinds.count("decision.created") == 2
        assert kinds.count("run.agentCompleted") == 5
        assert {message["traceId"] for message in mine} == {run.trace_id}
        decided = next(message for message in mine if message["type"] == "decision.created")
        assert decided["decisionId"].startswith("dec_")
        assert decided["symbol"] in {"AAPL", "IBM"}


async def test_who_comes_again_gets_what_it_missed_once(hub, browser):
    start = await hub.app.feed().head()
    async with listening(hub, browser) as tab:
        await hub.app.run_arena(REQUEST)
        await tab.until("run.completed")
    seen, last = tab.seqs, tab.last_id
    await hub.app.run_arena(REQUEST)
    async with listening(hub, browser, **{"Last-Event-ID": last}) as back:
        run = await hub.app.run_arena(REQUEST)
        while True:
            if (await back.until("run.completed"))["runId"] == run.run_id:
                break
        await back.until("task.state")
    assert not [message for message in back.told if message["type"] == "gap"]
    assert back.results == (await results_behind(hub, int(last)))[: len(back.results)]
    whole = [*seen, *back.seqs]
    assert whole == (await expected(hub, start))[: len(whole)]
    assert len(whole) > 40


async def test_a_cut_at_every_moment_loses_and_doubles_nothing(hub, browser):
    """A reader that is cut again and again while runs go on is told every row once, and every result of them."""
    start = await hub.app.feed().head()
    seen: list[int] = []
    results: list[str] = []
    after = start
    runs = asyncio.create_task(_runs(hub, 6))
    while not runs.done() or (await expected(hub, after)):
        async with listening(hub, browser, f"?after={after}") as tab:
            try:
                async with asyncio.timeout(0.05):
                    for _ in range(7):
                        await tab.message()
            except TimeoutError:
                pass
        seen += tab.seqs
        results += tab.results
        after = max([after, *tab.seqs])
    await runs
    assert seen == await expected(hub, start)
    # One that was cut between a result and its row is told the result again: it goes on by the row's number.
    assert list(dict.fromkeys(results)) == await results_behind(hub, start)


async def _runs(hub, count):
    for _ in range(count):
        await hub.app.run_arena(REQUEST)


async def test_last_event_id_wins_over_the_address(hub, browser):
    head = await hub.app.feed().head()
    async with listening(hub, browser, "?after=1", **{"Last-Event-ID": str(head)}) as tab:
        assert tab.told[0]["seq"] == head


async def test_only_what_is_asked_for_is_told(hub, browser):
    async with listening(hub, browser, "?types=run.completed,profile.*&symbol=IBM") as tab:
        await hub.app.run_arena(REQUEST)
        await hub.app.set_profile_enabled("trend", False)
        await tab.until("profile.state")
        await hub.app.set_profile_enabled("trend", True)
    assert [message["type"] for message in tab.told if message["type"] not in OWN] == [
        "run.completed",
        "profile.state",
    ]


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?types=nonsense", {}),
        ("?after=-1", {}),
        ("?after=many", {}),
        ("?symbol=A%20B", {}),
        ("", {"Last-Event-ID": "many"}),
        ("", {"Last-Event-ID": "9" * 30}),
    ],
)
async def test_what_cannot_be_followed_is_refused(browser, query, headers):
    answer = await browser.get(f"{STREAM}{query}", headers=headers)
    assert answer.status_code == 422
    problem(answer)


async def test_a_journal_that_is_not_the_one_known_is_said_to_be_another(hub, browser):
    async with listening(hub, browser, "?after=999999999") as tab:
        gap = await tab.until("gap")
        assert gap["data"]["reason"] == "journal_replaced"
        run = await hub.app.run_arena(REQUEST)
        assert (await tab.until("run.completed"))["runId"] == run.run_id


async def test_who_missed_too_much_is_told_the_gap(hurried):
    hub, browser = hurried, await hurried.browser()
    head = await hub.app.feed().head()
    async with listening(hub, browser, "?after=1") as tab:
        gap = await tab.until("gap")
        assert gap["data"] == {"fromSeq": 2, "toSeq": head, "reason": "too_far_behind"}
        run = await hub.app.run_arena(REQUEST)
        assert (await tab.until("run.completed"))["runId"] == run.run_id
    assert min(tab.seqs) > head


async def test_a_slow_reader_is_told_the_gap_and_nobody_else_waits(hub, browser):
    slow = await opened(hub, browser, buffer=4096)
    slow.writer.transport.pause_reading()
    start = await hub.app.feed().head()
    async with listening(hub, browser) as quick:
        for _ in range(120):
            await hub.app.run_arena(REQUEST)
            readers = hub.broadcast._readers
            if any(reader._queue._missed for reader in readers):
                break
        else:
            raise AssertionError("the slow reader never fell behind")
        assert max(reader.waiting for reader in readers) <= 100
        run = await hub.app.run_arena(REQUEST)
        while (await quick.until("run.completed"))["runId"] != run.run_id:
            pass
        assert quick.seqs == (await expected(hub, start))[: len(quick.seqs)]
        slow.writer.transport.resume_reading()
        async with asyncio.timeout(20):
            gap = await slow.until("gap")
        assert gap["data"]["reason"] == "slow_reader"
        told = set(slow.seqs)
        missed = range(gap["data"]["fromSeq"], gap["data"]["toSeq"] + 1)
        assert told.isdisjoint(missed)
        after = await hub.app.run_arena(REQUEST)
        async with asyncio.timeout(20):
            while (await slow.until("run.completed"))["runId"] != after.run_id:
                pass
        owed = [seq for seq in await expected(hub, start) if seq not in missed]
        assert slow.seqs == owed[: len(slow.seqs)]
    slow.close()


async def test_a_sign_of_life_comes_while_nothing_happens(hurried):
    hub, browser = hurried, await hurried.browser()
    async with listening(hub, browser, "?types=run.created") as tab:
        beat = await tab.until("heartbeat")
        assert beat["data"]["seq"] >= tab.told[0]["seq"]
        row = (await hub.app.feed().head()) + 1
        await hub.app.set_profile_enabled("wyckoff", False)
        await hub.app.set_profile_enabled("wyckoff", True)
        while (await tab.until("heartbeat"))["data"]["seq"] < row:
            pass
        assert tab.last_id >= str(row)


async def test_no_principal_has_more_than_its_streams(hub):
    client = await hub.browser()
    tabs = [await opened(hub, client) for _ in range(MAX_STREAMS)]
    for tab in tabs:
        await tab.until("hello")
    refused = await client.get(STREAM)
    assert (refused.status_code, problem(refused)["code"]) == (429, "RATE_LIMITED")
    async with listening(hub, await hub.browser()):
        tabs.pop().close()
    async with asyncio.timeout(5):
        while (await opened_status(hub, client)) != 200:
            continue
    for tab in tabs:
        tab.close()


async def opened_status(hub, client) -> int:
    tab = await opened(hub, client)
    status = int((await tab.reader.readline()).split()[1])
    tab.close()
    return status


async def test_signing_out_ends_the_streams_of_that_session_alone(hub):
    mine, other = await hub.browser(), await hub.browser()
    async with listening(hub, mine) as tab, listening(hub, other) as stays:
        await mine.post("/api/admin/auth/logout")
        await tab.end()
        run = await hub.app.run_arena(REQUEST)
        assert (await stays.until("run.completed"))["runId"] == run.run_id


async def test_a_revoked_token_is_told_nothing_more(hub, browser):
    made = (
        await browser.post("/api/admin/tokens", json={"name": "listens", "scopes": ["read"]})
    ).json()
    program = hub.client(Authorization=f"Bearer {made['secret']}")
    async with listening(hub, program) as tab:
        await browser.delete(f"/api/admin/tokens/{made['target']}")
        await tab.end()


async def test_a_stream_is_no_use_of_its_session(hurried, clock):
    hub, client = hurried, await hurried.browser()
    assert (await client.get("/api/admin/me")).status_code == 200
    async with listening(hub, client) as tab:
        await tab.until("heartbeat")
        clock.move(seconds=SESSION_IDLE.total_seconds())
        await tab.end()
    assert (await client.get("/api/admin/me")).status_code == 401


async def test_a_token_needs_to_read(hub):
    program = await hub.program(Scope.RUN)
    assert (await program.get(STREAM)).status_code == 403


async def test_what_another_process_does_arrives(hub, browser, home):
    async with listening(hub, browser) as tab:
        words = ("run", "IBM", "--as-of", "2012-06-29", "--json")
        ended = await asyncio.to_thread(Home(home).run, *words)
        told = await tab.until("run.completed")
    assert told["runId"] == ended.json["runId"]


async def test_a_hub_that_stops_ends_its_streams(home):
    async with serving(home) as hub:
        client = await hub.browser()
        tabs = [await opened(hub, client) for _ in range(3)]
        for tab in tabs:
            await tab.until("hello")
    for tab in tabs:
        await tab.end()
        tab.close()


async def test_every_type_that_a_reader_may_ask_for_is_documented(hub, browser):
    async with listening(hub, browser, f"?types={','.join(sorted(TYPES))}") as tab:
        assert tab.told[0]["type"] == "hello"
