"""An open stream: hello, what was missed, what happens, a sign of life, and its end; time is a test's own."""

import asyncio

import pytest

from quorate.hub.stream.broadcast import BEAT_SECONDS, Broadcast
from quorate.hub.stream.open_stream import STALLED_BEATS, Asked, OpenStream
from quorate.hub.stream.wanted import Wanted
from quorate.kernel.errors import UnavailableError
from tests.fakes.clock import FakeClock, settle
from tests.unit.hub.stream.feeds import FakeFeed, parsed, row


class Client:
    """Who listens: takes what is sent unless it is `blocked`, and goes away when told."""

    def __init__(self, feed, clock, **asked):
        self.said = b""
        self.ended = False
        self.good = True
        self.blocked = asyncio.Event()
        self.blocked.set()
        self._gone = asyncio.Event()
        self.broadcast = Broadcast(feed, clock)
        wishes = {"principal": "me", "wanted": Wanted(), "after": None, "mode": "REPLAY"}
        self.stream = OpenStream(self.broadcast, Asked(**wishes | asked, may_read=self._may_read))

    async def _may_read(self):
        if isinstance(self.good, Exception):
            raise self.good
        return self.good

    async def __aenter__(self):
        self.task = asyncio.create_task(self.stream({}, self._receive, self._send))
        await settle()
        return self

    async def __aexit__(self, *_):
        self._gone.set()
        self.blocked.set()
        await settle()
        assert self.task.done()
        await self.task

    async def _receive(self):
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message):
        await self.blocked.wait()
        if message["type"] == "http.response.body":
            self.said += message["body"]
            self.ended = not message["more_body"]

    @property
    def told(self):
        return parsed(self.said)

    @property
    def seqs(self):
        return [each["seq"] for each in self.told if each["id"]]

    def of(self, kind):
        return [each for each in self.told if each["type"] == kind]


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def feed():
    return FakeFeed(*(row(seq) for seq in range(1, 6)))


async def test_without_a_wish_it_begins_now(feed, clock):
    async with Client(feed, clock) as client:
        feed.grow(row(6))
        await settle()
    assert client.said.startswith(b"retry: 1000\n\nid: 5\ndata: ")
    assert client.seqs == [6]


async def test_it_goes_on_behind_what_is_known(feed, clock):
    async with Client(feed, clock, after=2) as client:
        feed.grow(row(6))
        await settle()
    assert client.seqs == [3, 4, 5, 6]


async def test_rows_that_come_while_it_catches_up_are_told_once(feed, clock):
    async with Client(feed, clock) as other:
        feed.grow(row(6), row(7))
        client = Client(feed, clock, after=0)
        client.stream = OpenStream(other.broadcast, client.stream._asked)
        async with client:
            feed.grow(row(8))
            await settle()
    assert client.seqs == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_what_was_missed_is_filtered_too(clock):
    kept = FakeFeed(row(1), row(2, "decision.made"), row(3, "run.completed"))
    wanted = Wanted(types=frozenset({"decision.created"}))
    async with Client(kept, clock, after=0, wanted=wanted) as client:
        await settle()
    assert client.seqs == [2]


async def test_a_sign_of_life_comes_with_where_the_reader_stands(feed, clock):
    async with Client(feed, clock, wanted=Wanted(types=frozenset({"run.created"}))) as client:
        feed.grow(row(6))
        await clock.advance(BEAT_SECONDS - 0.1)
        assert client.of("heartbeat") == []
        await clock.advance(0.1)
        await clock.advance(BEAT_SECONDS)
    assert [each["data"]["seq"] for each in client.of("heartbeat")] == [6, 6]
    assert client.seqs == []


async def test_who_may_not_read_any_more_is_told_nothing_more(feed, clock):
    async with Client(feed, clock) as client:
        client.good = False
        await clock.advance(BEAT_SECONDS)
        feed.grow(row(6))
        await settle()
        assert client.ended
        assert client.seqs == []
        assert client.of("heartbeat") == []


async def test_where_nobody_can_say_whether_it_may_read_it_ends(feed, clock):
    async with Client(feed, clock) as client:
        client.good = UnavailableError("locked", source="database")
        await clock.advance(BEAT_SECONDS)
        assert client.ended


async def test_a_client_that_takes_nothing_is_let_go(feed, clock):
    async with Client(feed, clock) as client:
        client.blocked.clear()
        feed.grow(row(6))
        await settle()
        await clock.advance(BEAT_SECONDS * (STALLED_BEATS - 1))
        assert not client.task.done()
        await clock.advance(BEAT_SECONDS)
        assert client.task.done()


async def test_a_client_that_is_slow_but_takes_stays(feed, clock):
    async with Client(feed, clock) as client:
        for seq in range(6, 6 + 3 * STALLED_BEATS):
            client.blocked.clear()
            feed.grow(row(seq))
            await clock.advance(BEAT_SECONDS)
            client.blocked.set()
            await settle()
        assert not client.task.done()
    assert client.seqs == list(range(6, 6 + 3 * STALLED_BEATS))


async def test_when_the_hub_stops_it_ends_as_http_ends(feed, clock):
    async with Client(feed, clock) as client:
        client.broadcast.close()
        await settle()
        assert client.ended
        assert client.task.done()


async def test_a_client_that_goes_leaves_nothing_behind(feed, clock):
    async with Client(feed, clock) as client:
        assert client.broadcast._readers
    assert not client.broadcast._readers
    assert clock.sleepers == 0
    assert feed.followers == 0


async def test_a_journal_that_breaks_off_cuts_the_stream_so_that_the_client_comes_again(
    feed, clock
):
    feed.failures = [UnavailableError("locked", source="database")] * 2
    async with Client(feed, clock, after=0) as client:
        await settle()
        assert client.ended
        assert client.seqs == []
