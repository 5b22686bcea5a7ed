"""The broadcast: one follower for all readers, and none while nobody reads."""

import pytest

from quorate.hub.problems import RefusedError
from quorate.hub.stream.broadcast import BATCH, MAX_STREAMS, RETRY_SECONDS, Broadcast
from quorate.hub.stream.wanted import Wanted
from quorate.kernel.errors import UnavailableError
from tests.fakes.clock import NOON, FakeClock, settle
from tests.unit.hub.stream.feeds import FakeFeed, parsed, row


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def feed():
    return FakeFeed(row(1), row(2))


@pytest.fixture
def broadcast(feed, clock):
    return Broadcast(feed, clock)


def told(reader):
    return [each["seq"] for each in parsed(b"".join(reader.taken(0, NOON)))]


async def test_a_reader_is_offered_what_comes_after_it_joined(broadcast, feed):
    async with broadcast.joined("me", Wanted()) as reader:
        assert broadcast.position == 2
        feed.grow(row(3), row(4))
        await settle()
        assert told(reader) == [3, 4]
        assert broadcast.position == 4


async def test_readers_share_one_follower_and_each_row_is_read_once(broadcast, feed):
    async with broadcast.joined("me", Wanted()) as one, broadcast.joined("you", Wanted()) as other:
        feed.asked = 0
        feed.grow(row(3))
        await settle()
        assert (told(one), told(other)) == ([3], [3])
        assert (feed.followers, feed.asked) == (1, 1)


async def test_nobody_follows_while_nobody_reads(broadcast, feed):
    async with broadcast.joined("me", Wanted()):
        await settle()
        assert feed.followers == 1
    await settle()
    assert feed.followers == 0
    feed.grow(row(3))
    async with broadcast.joined("me", Wanted()) as reader:
        feed.grow(row(4))
        await settle()
        assert told(reader) == [4]


async def test_rows_that_nobody_is_told_of_move_the_place_on(broadcast, feed):
    async with broadcast.joined("me", Wanted()) as reader:
        feed.grow(row(3, "lease.renewed"), row(4, "lease.renewed"))
        await settle()
        assert told(reader) == []
        assert broadcast.position == 4


async def test_many_rows_at_once_are_read_in_batches(broadcast, feed):
    kinds = [row(seq, "lease.renewed") for seq in range(3, 3 + 3 * BATCH)]
    async with broadcast.joined("me", Wanted()) as reader:
        feed.grow(*kinds, row(9999))
        await settle()
        assert told(reader) == [9999]


async def test_a_damaged_row_is_passed_over(broadcast, feed):
    async with broadcast.joined("me", Wanted()) as reader:
        feed.grow(row(3, "decision.made", confidence="very"), row(4))
        await settle()
        assert told(reader) == [4]


async def test_a_journal_without_an_answer_is_asked_again_and_nothing_is_lost(
    broadcast, feed, clock
):
    async with broadcast.joined("me", Wanted()) as reader:
        await settle()
        feed.failures = [UnavailableError("locked", source="database")]
        feed.grow(row(3))
        await settle()
        assert told(reader) == []
        await clock.advance(RETRY_SECONDS)
        await settle()
        assert told(reader) == [3]


async def test_what_nobody_foresaw_ends_the_streams(broadcast, feed):
    async with broadcast.joined("me", Wanted()) as reader:
        await settle()
        feed.failures = [LookupError("a bug")]
        feed.grow(row(3))
        await settle()
        assert reader.ended
    async with broadcast.joined("me", Wanted()) as again:
        feed.grow(row(4))
        await settle()
        assert told(again) == [4]


async def test_a_principal_has_its_number_of_streams(broadcast):
    held = [broadcast.joined("me", Wanted()) for _ in range(MAX_STREAMS)]
    for each in held:
        await each.__aenter__()
    with pytest.raises(RefusedError) as refusal:
        await broadcast.joined("me", Wanted()).__aenter__()
    assert refusal.value.slug == "rate-limited"
    async with broadcast.joined("somebody else", Wanted()):
        pass
    await held.pop().__aexit__(None, None, None)
    async with broadcast.joined("me", Wanted()):
        pass
    for each in held:
        await each.__aexit__(None, None, None)


async def test_the_streams_of_one_principal_end_alone(broadcast):
    async with broadcast.joined("me", Wanted()) as mine, broadcast.joined("you", Wanted()) as yours:
        broadcast.end_of("me")
        assert (mine.ended, yours.ended) == (True, False)
        broadcast.close()
        assert yours.ended
