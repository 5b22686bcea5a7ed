"""Starting cycles from the hub: one for each request, however often it is sent, and nobody waits longer than a while.

A key stands for "cycle N of book B", N being the one that was next when the key was first seen: the book's lease lets
nobody else walk that one, so a repeated request finds it, or begins it where the first one never came so far.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from quorate.adapters.sql.cycles import cycles_of, stage_of
from quorate.arena.acceptance import RequestKey, acceptance_event, last_acceptance, standing
from quorate.bootstrap.cycling import CycleLine
from quorate.bootstrap.store import Store
from quorate.bootstrap.trading import Trading
from quorate.kernel.errors import ConflictError, QuorateError
from quorate.kernel.ids import BookName, RunId

PATIENCE_S: Final = 20.0
"""How long an answer waits for a cycle. Ours: a REPLAY cycle takes 0.1 s, one at a broker may wait for fills."""

_LOG = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleStart:
    """What became of a wish for a cycle: `line` is None while it has not begun, `replayed` when it was asked before."""

    book: BookName
    line: CycleLine | None
    is_over: bool
    replayed: bool = False


class CycleStarts:
    """Begins cycles of the working book beside the caller."""

    def __init__(self, store: Store, trading: Trading) -> None:
        self._store = store
        self._trading = trading
        self._tasks: set[asyncio.Task[None]] = set()
        self._keys: set[str] = set()

    async def once(self, key: RequestKey | None, patience_s: float = PATIENCE_S) -> CycleStart:
        """Walk one cycle of the working book; the same `key` again walks no other one.

        Raises:
            RejectedError: there is nothing to walk, or the key was used for another request.
            ConflictError: a cycle is under way (slug `cycle-running`, for the key's own `idempotency-in-flight`).
        """
        if key is None:
            return await self._begun(*await self._accepted(None), patience_s)
        if key.hash in self._keys:
            raise _in_flight()
        self._keys.add(key.hash)
        try:
            named = await self._standing(key)
            line = None if named is None else await self._line(*named)
            if line is not None:
                return _told_again(line)
            return await self._begun(*(named or await self._accepted(key)), patience_s)
        finally:
            self._keys.discard(key.hash)

    async def close(self) -> None:
        """Leave the cycles that go on: the next process finishes them."""
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _begun(self, book: BookName, number: int, patience_s: float) -> CycleStart:
        is_over = await self._walked(patience_s)
        return CycleStart(book=book, line=await self._line(book, number), is_over=is_over)

    async def _standing(self, key: RequestKey) -> tuple[BookName, int] | None:
        """Return the book and the number that a key stands for, None where it is free."""
        last = last_acceptance(await self._store.journal.entries(key.stream))
        first = standing(key, last, self._store.clock.now())
        return None if first is None else _read(first.run_id)

    async def _accepted(self, key: RequestKey | None) -> tuple[BookName, int]:
        """Return the book and the number of its next cycle, for which `key` stands from now on."""
        book = await self._trading.working_book()
        stage = await self._store.database.look_up(
            lambda connection: stage_of(connection, self._store.tenant, book)
        )
        number = stage.number + 1
        if key is not None:
            last = last_acceptance(await self._store.journal.entries(key.stream))
            trace, now = self._store.ids.trace_id(), self._store.clock.now()
            event = acceptance_event(key, _name(book, number), trace, last=last, now=now)
            await self._store.journal.commit(lambda _tx: [event])
        return book, number

    async def _walked(self, patience_s: float) -> bool:
        """Return whether the cycle ended in time; how it failed before is raised here, later it is only logged."""
        task = asyncio.create_task(self._walk(), name="cycle")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        done, _ = await asyncio.wait({task}, timeout=patience_s)
        if not done:
            task.add_done_callback(_heard)
            return False
        task.result()
        return True

    async def _walk(self) -> None:
        await self._trading.once()

    async def _line(self, book: BookName, number: int) -> CycleLine | None:
        lines = await self._store.database.look_up(
            lambda connection: cycles_of(
                connection, self._store.tenant, book, most=1, below=number + 1
            )
        )
        return next((line for line in lines if line.number == number), None)


def _told_again(line: CycleLine) -> CycleStart:
    if not line.ended_at:
        raise _in_flight()
    return CycleStart(book=line.book, line=line, is_over=True, replayed=True)


def _in_flight() -> ConflictError:
    return ConflictError(
        "the cycle with this idempotency key has not ended",
        effect="no other one was started",
        fix="send the same request in a while",
        slug="idempotency-in-flight",
    )


def _heard(task: asyncio.Task[None]) -> None:
    error = None if task.cancelled() else task.exception()
    if isinstance(error, QuorateError):
        _LOG.warning("cycle_failed", slug=error.slug, cause=str(error))
    elif error is not None:
        _LOG.error("cycle_failed", exc_info=error)


def _name(book: BookName, number: int) -> RunId:
    return RunId(f"{book}:{number}")


def _read(named: str) -> tuple[BookName, int]:
    book, _, number = named.rpartition(":")
    return BookName(book), int(number)
