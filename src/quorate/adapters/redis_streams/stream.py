"""A Redis stream with its group of readers, and the cursor of what was published, which moves with the entries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from quorate.kernel.errors import UnavailableError
from quorate.results.ports import Delivery, Entry

if TYPE_CHECKING:
    from redis.asyncio import Redis

BODY: Final = b"result"

_PUBLISH: Final = """
local at = redis.call('GET', KEYS[2])
if (at or '') ~= ARGV[1] then return 0 end
for i = 4, #ARGV do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'result', ARGV[i])
end
redis.call('SET', KEYS[2], ARGV[2])
return 1
"""
"""Appends, and moves the cursor from ARGV[1] to ARGV[2], unless somebody else moved it."""


@dataclass(frozen=True, slots=True)
class StreamNames:
    """The stream, the group that reads it, and who reads in this process."""

    stream: str
    group: str
    consumer: str

    @property
    def dead(self) -> str:
        """Return the stream of entries that could not be dealt with. Source: RELIABILITY 1.5."""
        return f"{self.stream}:dead"

    @property
    def cursor(self) -> str:
        """Return the key of the number of the newest result that was published."""
        return f"{self.stream}:cursor"


class RedisStream:
    """See `results.ports.ResultStream` for what it promises."""

    def __init__(self, client: Redis, names: StreamNames, *, maxlen: int) -> None:
        self._redis: Any = client
        self._names = names
        self._maxlen = maxlen

    async def cursor(self) -> int | None:
        """Return the number of the newest result that was published."""
        async with _translated():
            found = await self._redis.get(self._names.cursor)
        return None if found is None else int(found)

    async def publish(self, after: int | None, upto: int, entries: Sequence[Entry]) -> bool:
        """Append all entries and move the cursor, both or neither."""
        expected = "" if after is None else str(after)
        names, bodies = self._names, [entry.body for entry in entries]
        async with _translated():
            done = await self._redis.eval(
                _PUBLISH, 2, names.stream, names.cursor, expected, upto, self._maxlen, *bodies
            )
        return bool(done)

    async def prepare(self) -> None:
        """Make the group at the stream's beginning; one that exists stays as it is."""
        from redis.exceptions import ResponseError  # noqa: PLC0415  (optional)

        async with _translated():
            try:
                await self._redis.xgroup_create(
                    self._names.stream, self._names.group, id="0", mkstream=True
                )
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    async def fresh(self, most: int, wait_seconds: float) -> Sequence[Delivery]:
        """Return entries that no reader of the group was given."""
        names = self._names
        async with _translated():
            found = await self._redis.xreadgroup(
                names.group,
                names.consumer,
                {names.stream: ">"},
                count=most,
                block=max(1, int(wait_seconds * 1000)),
            )
        return [_delivery(entry_id, fields) for entry_id, fields in _entries(found)]

    async def abandoned(self, idle_seconds: float, most: int) -> Sequence[Delivery]:
        """Return entries that nobody acknowledged for so long, as ours now."""
        names, idle_ms = self._names, int(idle_seconds * 1000)
        async with _translated():
            _, found, *_ = await self._redis.xautoclaim(
                names.stream, names.group, names.consumer, idle_ms, count=most
            )
            kept = [(entry_id, fields) for entry_id, fields in found if fields]
            if not kept:
                return []
            pending = await self._redis.xpending_range(
                names.stream, names.group, kept[0][0], kept[-1][0], len(kept), names.consumer
            )
        times = {each["message_id"]: int(each["times_delivered"]) for each in pending}
        return [_delivery(entry_id, fields, times.get(entry_id, 1)) for entry_id, fields in kept]

    async def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Take note that these entries were dealt with."""
        async with _translated():
            await self._redis.xack(self._names.stream, self._names.group, *entry_ids)

    async def bury(self, delivery: Delivery, why: str) -> None:
        """Move an entry to the stream of dead ones, and acknowledge it, both or neither."""
        names = self._names
        about = {BODY: delivery.body, b"entry": delivery.entry_id, b"why": why}
        async with _translated(), self._redis.pipeline(transaction=True) as both:
            both.xadd(names.dead, about, maxlen=self._maxlen)
            both.xack(names.stream, names.group, delivery.entry_id)
            await both.execute()

    async def leave(self) -> None:
        """Take this reader out of the group, unless entries wait for it: those are taken over later."""
        names = self._names
        async with _translated():
            waiting = await self._redis.xpending_range(
                names.stream, names.group, "-", "+", 1, names.consumer
            )
            if not waiting:
                await self._redis.xgroup_delconsumer(names.stream, names.group, names.consumer)


def _entries(found: Any) -> list[tuple[bytes, dict[bytes, bytes]]]:  # noqa: ANN401  (the driver's answer has two forms)
    """Return the entries of an answer of XREADGROUP: a list under the second protocol, a mapping under the third."""
    if not found:
        return []
    if isinstance(found, dict):
        (batches,) = found.values()
        return [entry for batch in batches for entry in batch] if batches else []
    return list(found[0][1])


def _delivery(entry_id: bytes, fields: dict[bytes, bytes], times: int = 1) -> Delivery:
    return Delivery(entry_id.decode(), fields.get(BODY, b""), times)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    from redis.exceptions import RedisError  # noqa: PLC0415  (optional)

    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise UnavailableError(
            f"the stream of results gave no answer ({type(error).__name__}: {error})",
            source="redis",
            effect="results wait in the database",
        ) from error
