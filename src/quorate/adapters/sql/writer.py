"""The journal's one writer: a thread that commits many use cases in one transaction.

queue -> take all that wait -> begin, take the chain, re-read its head -> each use case in its savepoint: decide,
project -> insert the rows, chained -> checkpoint when due -> commit -> its second copy -> wake the callers
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Protocol, TypeAlias

import structlog

from quorate.adapters.sql.batch import Batch, as_stored
from quorate.adapters.sql.chain_table import ADD_CHECKPOINT, ADD_ROW, HASH_AT
from quorate.adapters.sql.commit_figures import CommitFigures
from quorate.adapters.sql.failure import as_quorate_error, is_busy, outcome_unknown
from quorate.adapters.sql.ledger import store_blob
from quorate.adapters.sql.projection import Place
from quorate.adapters.sql.projections import project
from quorate.adapters.sql.session import ContendedError, Sessions, WriterSession
from quorate.adapters.sql.transaction import Transaction
from quorate.adapters.sql.use_case import Case, UseCase, wake
from quorate.kernel.errors import InvariantBrokenError, UnavailableError
from quorate.kernel.journal import Committed
from quorate.kernel.stamps import stamp

if TYPE_CHECKING:
    from quorate.kernel.ids import Tenant
    from quorate.kernel.ports import Clock

_LOG = structlog.get_logger()

Failpoint: TypeAlias = Callable[[str], None]

SLOW_COMMIT_SECONDS = 0.02
SLOW_PAUSE_SECONDS = 0.5
"""After a commit that took so long, for so long no commit runs on the event loop's thread: the disk is slow."""

LOCK_POLL_SECONDS = 0.002
"""How long to let another process work before asking for SQLite's write lock again; it is held for about 0.5 ms."""

MAX_BATCH = 4000
"""Use cases in one transaction at the most: bounds how long the first of them waits for the last."""


def unharmed(name: str) -> None:
    """Pass the failpoint `name` without harm; fault tests pass a function that kills the process instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriterPolicy:
    """When the writer signs the chain's head, and how long it waits for another process's lock.

    Source: DESIGN 2 (a checkpoint every 100 rows or 60 s), RELIABILITY 1.4 (busy is waited for, then tried again).
    """

    checkpoint_rows: int = 100
    checkpoint_seconds: float = 60.0
    lock_seconds: float = 30.0


class Notary(Protocol):
    """Who signs the chain's head and keeps the second copy."""

    def note(self, tenant: Tenant, size: int, root: str) -> str:
        """Return the signed note of a chain of `size` rows ending in the hash `root`."""
        ...

    def copy(self, tenant: Tenant, note: str) -> None:
        """Keep `note` outside the database as well."""
        ...


@dataclass(slots=True)
class _Chain:
    """What this process knows of a tenant's checkpoints: their last size, and when it was signed."""

    checkpointed: int = 0
    signed_at: float = 0.0
    size: int = 0


class JournalWriter:
    """Commits use cases in the order they came, as many at once as are waiting."""

    def __init__(
        self,
        sessions: Sessions,
        notary: Notary,
        clock: Clock,
        *,
        policy: WriterPolicy | None = None,
        failpoint: Failpoint = unharmed,
    ) -> None:
        self._sessions = sessions
        self._notary = notary
        self._clock = clock
        self._policy = policy or WriterPolicy()
        self._failpoint = failpoint
        self._queue: SimpleQueue[Case | None] = SimpleQueue()
        self._arrivals: dict[asyncio.AbstractEventLoop, list[Case]] = {}
        self._working = threading.Lock()
        self._closed = False
        self.figures = CommitFigures()
        self._here_from = 0.0
        self._in_doubt: tuple[int, str] | None = None
        self._chains: dict[Tenant, _Chain] = {}
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)

    def start(self) -> None:
        """Begin to take use cases."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Return whether it still takes use cases."""
        return self._thread.is_alive() and not self._closed

    @property
    def waiting(self) -> int:
        """Return about how many use cases wait for the thread."""
        return self._queue.qsize()

    async def commit(self, tenant: Tenant, decide: UseCase) -> Committed:
        """Return once the events of `decide` are durable; its promise stands at the port `Journal`."""
        if self._closed or not self._thread.is_alive():
            raise InvariantBrokenError("the journal is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Committed] = loop.create_future()
        arrivals = self._arrivals.setdefault(loop, [])
        if not arrivals:
            loop.call_soon(self._dispatch, loop)
        arrivals.append(Case(tenant, decide, loop, future))
        return await future

    def sign(self, tenant: Tenant) -> None:
        """Sign the tenant's head now, unless it is signed already."""
        with self._working:
            self._sign_head(tenant)

    def close(self) -> None:
        """Commit what waits, sign the heads, and end the thread."""
        self._closed = True
        while self._arrivals:
            _, arrivals = self._arrivals.popitem()
            for case in arrivals:
                self._queue.put(case)
        self._queue.put(None)
        self._thread.join()
        self._sessions.close()

    def _dispatch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand what arrived in this turn of the loop to the thread, or carry out a lone use case on the spot."""
        arrivals = self._arrivals.pop(loop, [])
        if len(arrivals) == 1 and self._may_commit_here():
            arrivals = self._carried_out_here(arrivals)
        for case in arrivals:
            self._queue.put(case)

    def _may_commit_here(self) -> bool:
        """Return whether a lone use case need not pay two changes of thread (0.14 ms of a commit's 0.4).

        Only where the database is near and lately quick, and nothing is under way or waiting.
        """
        return (
            self._sessions.is_near
            and self._queue.empty()
            and self._clock.monotonic() >= self._here_from
        )

    def _carried_out_here(self, cases: list[Case]) -> list[Case]:
        """Commit on the loop's own thread; return the cases that must go to the writer's thread after all."""
        if not self._working.acquire(blocking=False):
            return cases
        began = self._clock.monotonic()
        try:
            is_left = not self._carry_out(cases[0].tenant, cases, patient=False)
        finally:
            self._working.release()
        ended = self._clock.monotonic()
        if is_left or ended - began > SLOW_COMMIT_SECONDS:
            self._here_from = ended + SLOW_PAUSE_SECONDS
        return cases if is_left else []

    def _run(self) -> None:
        open_ = True
        while open_:
            batch, open_ = self._next_batch()
            with self._working:
                for tenant, cases in groupby(batch, key=lambda case: case.tenant):
                    self._carry_out(tenant, list(cases), patient=True)
                self._sign_idle_heads(closing=not open_)

    def _next_batch(self) -> tuple[list[Case], bool]:
        """Return the use cases that wait, after waiting for the first; False once the writer is to end."""
        batch: list[Case] = []
        try:
            case = self._queue.get(timeout=self._policy.checkpoint_seconds)
            while case is not None and len(batch) < MAX_BATCH:
                batch.append(case)
                case = self._queue.get_nowait()
        except Empty:
            return batch, True
        if case is not None:
            batch.append(case)
        return batch, case is not None

    def _carry_out(self, tenant: Tenant, cases: list[Case], *, patient: bool) -> bool:
        """Commit `cases` together, or fail each of them with the reason, and wake their callers.

        Returns:
            False when another process holds the lock and the caller is not `patient`; then nothing has happened.
        """
        self._failpoint("batch_taken")
        began = self._clock.monotonic()
        try:
            if not self._commit(tenant, cases, patient=patient):
                return False
            self.figures.add(len(cases), self._clock.monotonic() - began)
        except Exception as error:  # noqa: BLE001  (the worker loop's edge: a failed batch fails its callers, never the thread)
            failure = as_quorate_error(error)
            self.figures.failures += 1
            for case in cases:
                case.error = case.error or failure
        self._failpoint("callers_not_yet_woken")
        wake(cases)
        return True

    def _commit(self, tenant: Tenant, cases: Sequence[Case], *, patient: bool) -> bool:
        deadline = self._clock.monotonic() + self._policy.lock_seconds
        gathering = True
        while True:
            session = self._sessions.open(gathering=gathering)
            try:
                self._commit_once(session, tenant, cases)
            except ContendedError:
                session.rollback()
                gathering, self._in_doubt = False, None
            except BaseException as error:
                session.rollback()
                if self._is_committed_after_all(tenant):
                    return True
                if not is_busy(error) or self._clock.monotonic() > deadline:
                    raise
                if not patient:
                    return False
                time.sleep(LOCK_POLL_SECONDS)
            else:
                return True

    def _is_committed_after_all(self, tenant: Tenant) -> bool:
        """Return whether a commit whose answer was lost took place: then the chain holds the head it was to end in.

        Raises:
            UnavailableError: the database cannot be asked, so nobody knows.
        """
        wanted, self._in_doubt = self._in_doubt, None
        if wanted is None:
            return False
        try:
            session = self._sessions.open(gathering=False)
            try:
                session.begin(tenant)
                found = session.read(HASH_AT, {"tenant": tenant, "seq": wanted[0]})
            finally:
                session.rollback()
        except Exception as error:
            raise outcome_unknown(error) from error
        return found == [(wanted[1],)]

    def _commit_once(self, session: WriterSession, tenant: Tenant, cases: Sequence[Case]) -> None:
        seq, head = session.begin(tenant)
        self._failpoint("chain_taken")
        batch = Batch(tenant, seq, head, stamp(self._clock.now()))
        for case in cases:
            self._decide(session, batch, case)
        self._failpoint("use_cases_decided")
        note = self._add(session, batch)
        self._failpoint("before_commit")
        self._in_doubt = (batch.seq, batch.head)
        session.commit(self._in_doubt)
        self._in_doubt = None
        self._failpoint("after_commit")
        if note:
            self._keep(tenant, batch.seq, note)
            self._failpoint("checkpoint_copied")

    def _decide(self, session: WriterSession, batch: Batch, case: Case) -> None:
        """Run one use case in its own savepoint; what it raises is its own and undoes nothing else."""
        case.error, case.seqs = None, ()
        session.savepoint()
        self._failpoint("savepoint_opened")
        try:
            decided = case.decide(Transaction(session, batch.tenant))
            events = [as_stored(event) for event in decided]
            for seq, (event, _) in enumerate(events, start=batch.seq + 1):
                project(session, Place(batch.tenant, seq, batch.ts), event)
                for content in event.attachments:
                    store_blob(session, batch.tenant, content)
        except ContendedError:
            raise
        except Exception as error:
            if _is_fatal(error):
                raise
            session.undo()
            case.error = as_quorate_error(error)
            return
        session.release()
        self._failpoint("savepoint_released")
        first = batch.seq + 1
        for event, payload in events:
            batch.append(event, payload)
        case.seqs = tuple(range(first, batch.seq + 1))

    def _add(self, session: WriterSession, batch: Batch) -> str:
        """Insert the batch's rows, and a checkpoint when one is due; return its note or nothing."""
        if not batch.rows:
            return ""
        for row in batch.rows:
            session.insert(ADD_ROW, row)
        self._failpoint("rows_inserted")
        chain = self._chains.setdefault(batch.tenant, _Chain(signed_at=self._clock.monotonic()))
        chain.size = batch.seq
        rows = batch.seq - chain.checkpointed
        silence = self._clock.monotonic() - chain.signed_at
        if rows < self._policy.checkpoint_rows and silence < self._policy.checkpoint_seconds:
            return ""
        return self._sign(session, batch.tenant, batch.seq, batch.head, batch.ts)

    def _sign(self, session: WriterSession, tenant: Tenant, size: int, root: str, ts: str) -> str:
        note = self._notary.note(tenant, size, root)
        session.insert(ADD_CHECKPOINT, {"tenant": tenant, "size": size, "ts": ts, "note": note})
        self._failpoint("checkpoint_inserted")
        return note

    def _keep(self, tenant: Tenant, size: int, note: str) -> None:
        """Copy the note of a committed checkpoint, and count rows and seconds from it on."""
        try:
            self._notary.copy(tenant, note)
        except OSError as error:  # the rows are durable and signed; only the second copy lags
            _noted("checkpoint_not_copied", tenant=tenant, size=size, cause=str(error))
        chain = self._chains.setdefault(tenant, _Chain())
        chain.checkpointed, chain.signed_at = size, self._clock.monotonic()

    def _sign_idle_heads(self, *, closing: bool) -> None:
        """Sign every head that has been unsigned for too long, or at all when the journal closes."""
        for tenant, chain in self._chains.items():
            waited = self._clock.monotonic() - chain.signed_at
            if chain.size > chain.checkpointed and (
                closing or waited >= self._policy.checkpoint_seconds
            ):
                self._sign_head(tenant)

    def _sign_head(self, tenant: Tenant) -> None:
        try:
            session = self._sessions.open(gathering=False)
        except Exception as error:  # noqa: BLE001  (the worker loop's edge: the head is signed with the next rows)
            _noted("head_not_signed", tenant=tenant, cause=str(error))
            return
        try:
            size, root = session.begin(tenant)
            note = self._sign(session, tenant, size, root, stamp(self._clock.now()))
            session.commit((size, root))
        except Exception as error:  # noqa: BLE001  (see above)
            session.rollback()
            _noted("head_not_signed", tenant=tenant, cause=str(error))
        else:
            self._keep(tenant, size, note)


def _noted(event: str, **facts: str | int) -> None:
    """Log a fact; a log that cannot be written never stops the journal."""
    with suppress(OSError, ValueError):
        _LOG.warning(event, **facts)


def _is_fatal(error: Exception) -> bool:
    """Return whether `error` concerns the whole transaction (no room, no connection), not one use case."""
    return isinstance(as_quorate_error(error), UnavailableError)
