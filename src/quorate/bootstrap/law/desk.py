"""The desk of the law: verdicts with their proof, waivers, the journal's rows, traces, and the keys that sign."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from quorate.adapters.files.working_spec_file import read_working_spec
from quorate.adapters.keys.ed25519 import next_signing_key, take_over
from quorate.adapters.sql.event_listing import event_at, events_count, events_page, trace_page
from quorate.adapters.sql.journal import head_of, last_note, public_keys
from quorate.adapters.sql.transaction import Transaction
from quorate.adapters.sql.verdict_listing import verdicts_count, verdicts_named, verdicts_page
from quorate.adapters.sql.waivers import waivers_of
from quorate.arbiter.constitution import Waiver, WaiverState, WaiverWish, issued_problems
from quorate.arbiter.constitution.listing import VerdictFilter, VerdictKind, VerdictLine
from quorate.arbiter.constitution.waiver import added_event, next_waiver_id, revoked_event
from quorate.arbiter.spec import TaskSpec
from quorate.arbiter.working_spec import task_spec
from quorate.audit.checkpoint import note_key_id, origin_of, parsed_note
from quorate.audit.listing import ChainState, EventFilter
from quorate.audit.rotation import TOOK_OVER, rotated_event
from quorate.bootstrap.law.answers import (
    KnownKey,
    RotatedKey,
    ShownVerdict,
    VerdictCheck,
    WaiverChange,
)
from quorate.bootstrap.law.comparing import Compared, Comparing
from quorate.bootstrap.law.proving import HashedRow, Proving
from quorate.bootstrap.law.verifying import checked, keys_trusted, signed_by, signed_by_one
from quorate.bootstrap.ordering.answers import Rows, rows_of
from quorate.bootstrap.store import SIGNING_KEY, Store
from quorate.kernel.canonical import Json
from quorate.kernel.errors import RejectedError
from quorate.kernel.journal import Event, JournalEntry
from quorate.risk.verdict import verdict_problems


class LawDesk:
    """What people and programs see of the court, and what they may change: waivers and the signing key."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._comparing = Comparing(store)
        self.proving = Proving(store)

    async def verdicts(
        self, wanted: VerdictFilter, limit: int, below: int | None = None
    ) -> Rows[VerdictLine]:
        """Return at most `limit` verdicts on tasks and orders, newest first, those below row `below`."""
        found = await self._store.database.read(
            partial(
                verdicts_page,
                tenant=self._store.tenant,
                wanted=wanted,
                limit=limit + 1,
                below=below,
            )
        )
        return rows_of(found, limit)

    async def verdicts_count(self, wanted: VerdictFilter) -> int:
        """Return how many verdicts `wanted` asks for."""
        return await self._store.database.read(
            partial(verdicts_count, tenant=self._store.tenant, wanted=wanted)
        )

    async def verdict(self, name: str) -> ShownVerdict:
        """Return the verdict that a name stands for: its own id, or that of a decision, an order, a task or a run.

        Raises:
            RejectedError: there is none (slug `not-found`).
        """
        return await self._store.database.read(partial(self._shown, name=name))

    async def compared(self, shown: ShownVerdict) -> Sequence[Compared]:
        """Return what a verdict binds beside what is stored, every digest computed anew; see `Comparing`."""
        return await self._comparing.of(shown)

    async def check(self, envelope: Json, public_key: bytes | None = None) -> VerdictCheck:
        """Return whether an envelope holds a verdict signed by that key, or by one that this home trusts."""
        if public_key is not None:
            return checked(envelope, signed_by_one(public_key))
        return (await self.checks([envelope]))[0]

    async def checks(self, envelopes: Sequence[Json]) -> Sequence[VerdictCheck]:
        """Return the same of several, in their order, by the keys that are trusted now.

        They are read once and not for each: a home of an hour has thousands of notes that vouch for keys.
        """
        if not envelopes:
            return ()
        keys = await self._store.database.read(partial(keys_trusted, store=self._store))
        return await asyncio.to_thread(
            lambda: [checked(each, signed_by(keys)) for each in envelopes]
        )

    async def keys(self) -> Sequence[KnownKey]:
        """Return the keys that are on record, this home's own first."""
        known = await self._store.database.read(partial(public_keys, tenant=self._store.tenant))
        own = self._store.notary.key_id(self._store.tenant)
        lines = [
            KnownKey(key_id=key_id, public_key=key.hex(), is_own=key_id == own)
            for key_id, key in known.items()
        ]
        return sorted(lines, key=lambda line: (not line.is_own, line.key_id))

    async def rotate_key(self, by: str) -> RotatedKey:
        """Put a fresh signing key in the place of this home's; the old one signs that it hands over.

        The row is committed before the file is changed, so a crash between leaves the old key at work and the new one
        waiting. The new key then signs over all of it, and so vouches for the old one. Other processes that run go on
        with the old key until they are started again; both are believed.
        """
        store = self._store
        place = store.settings.home / SIGNING_KEY
        fresh = next_signing_key(place)
        new_id = note_key_id(origin_of(store.tenant), fresh.public)
        old_id = store.notary.key_id(store.tenant)

        def decide(tx: Transaction) -> Sequence[Event]:
            registered = Event(
                stream="keys",
                type="key.registered",
                payload={"keyId": new_id, "publicKey": fresh.public.hex()},
            )
            rotated = rotated_event(
                old_key_id=old_id,
                new_key_id=new_id,
                new_public_key=fresh.public,
                by=by,
                at=store.clock.now(),
                sign=store.notary.sign,
            )
            return [rotated] if tx.knows_key(new_id) else [registered, rotated]

        await store.journal.commit(decide)
        take_over(place)
        store.notary.hand_over(fresh)
        took_over = Event(stream="keys", type=TOOK_OVER, payload={"keyId": new_id, "by": by})
        await store.journal.commit(lambda _tx: [took_over])
        await asyncio.to_thread(store.writer.sign, store.tenant)
        return RotatedKey(old_key_id=old_id, new_key_id=new_id, public_key=fresh.public.hex())

    async def working_spec(self, path: Path, *, older: bool = False) -> TaskSpec:
        """Return the task spec that a CAWS working spec makes; `older` takes the schema with `change_budget`.

        Raises:
            RejectedError: the file is no YAML, or a key is wrong; all of them are named.
        """
        tree = await asyncio.to_thread(read_working_spec, path)
        return task_spec(tree, older=older)

    async def waivers(self) -> Sequence[Waiver]:
        """Return every waiver, newest first, those that count no more included."""
        found = await self._store.database.read(partial(waivers_of, tenant=self._store.tenant))
        return list(reversed(found))

    async def waiver(self, waiver_id: str) -> Waiver:
        """Return the waiver.

        Raises:
            RejectedError: there is none of that id (slug `not-found`).
        """
        known = {each.waiver_id: each for each in await self.waivers()}
        return _known(known.get(waiver_id), waiver_id)

    async def add_waiver(self, wish: WaiverWish) -> WaiverChange:
        """Waive gates for a while.

        Raises:
            RejectedError: there can be no such waiver; nothing was waived.
        """
        given: list[str] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            given[:] = [next_waiver_id(tx.waivers_taken())]
            return [added_event(given[0], wish, self._store.clock.now())]

        await self._store.journal.commit(decide)
        return WaiverChange(waiver=await self.waiver(given[0]), applied=True)

    async def revoke_waiver(self, waiver_id: str, *, by: str, reason: str) -> WaiverChange:
        """End a waiver before its time: it counts for no judgement from now on, in any process.

        Raises:
            RejectedError: there is none of that id (slug `not-found`), or the reason is too short.
        """
        before: list[Waiver] = []

        def decide(tx: Transaction) -> Sequence[Event]:
            now = self._store.clock.now()
            before[:] = [_known(tx.waiver(waiver_id), waiver_id)]
            if before[0].state(now) is WaiverState.REVOKED:
                return []
            return [revoked_event(waiver_id, by=by, reason=reason, now=now)]

        await self._store.journal.commit(decide)
        applied = before[0].revoked_at is None
        return WaiverChange(waiver=await self.waiver(waiver_id), applied=applied)

    async def events(
        self, wanted: EventFilter, limit: int, below: int | None = None
    ) -> Rows[JournalEntry]:
        """Return at most `limit` rows of the journal, newest first, those below row `below`."""
        found = await self._store.database.read(
            partial(
                events_page,
                tenant=self._store.tenant,
                wanted=wanted,
                limit=limit + 1,
                below=below,
            )
        )
        return rows_of(found, limit)

    async def events_count(self, wanted: EventFilter) -> int:
        """Return how many rows of the journal `wanted` asks for."""
        return await self._store.database.read(
            partial(events_count, tenant=self._store.tenant, wanted=wanted)
        )

    async def event(self, seq: int) -> HashedRow:
        """Return a row with its hash computed anew.

        Raises:
            RejectedError: there is none (slug `not-found`).
        """
        rows = await self.proving.rows(seq, seq)
        if not rows:
            raise RejectedError(
                f"there is no row {seq}",
                effect="nothing is shown",
                fix="quorate audit events",
                slug="not-found",
            )
        return rows[0]

    async def trace(
        self, trace_id: str, limit: int, after: int = 0
    ) -> tuple[Sequence[JournalEntry], int | None]:
        """Return the rows of a trace across all streams, oldest first, and the row behind which more stand."""
        found = await self._store.database.read(
            partial(
                trace_page,
                tenant=self._store.tenant,
                trace_id=trace_id,
                limit=limit + 1,
                after=after,
            )
        )
        shown = found[:limit]
        return shown, shown[-1].seq if len(found) > limit else None

    async def chain(self) -> ChainState:
        """Return how long the chain is, and up to which row it is signed."""
        return await self._store.database.read(self._chain)

    def _chain(self, connection: Connection) -> ChainState:
        head = head_of(connection, self._store.tenant)
        text = last_note(connection, self._store.tenant)
        if text is None:
            return ChainState(head=head, signed=0, key_id="")
        note = parsed_note(text)
        return ChainState(head=head, signed=note.checkpoint.size, key_id=note.key_id)

    def _shown(self, connection: Connection, *, name: str) -> ShownVerdict:
        lines = verdicts_named(connection, self._store.tenant, name)
        entry = event_at(connection, self._store.tenant, lines[0].seq) if lines else None
        if entry is None:
            raise RejectedError(
                f"there is no verdict on '{name}'",
                effect="nothing is shown",
                fix="quorate verdicts list",
                slug="not-found",
            )
        is_signed = signed_by(keys_trusted(connection, self._store))
        facts, line = entry.facts, lines[0]
        envelope = facts.get("envelope")
        tree = envelope if isinstance(envelope, dict) else {}
        problems = issued_problems if line.kind is VerdictKind.TASK else verdict_problems
        said = tuple(problems(facts, is_signed))
        check = checked(tree, is_signed)
        whole = tuple(dict.fromkeys((*said, *check.problems)))
        return ShownVerdict(
            line=line,
            envelope=tree,
            check=VerdictCheck(
                ok=not whole, problems=whole, key_id=check.key_id, statement=check.statement
            ),
            trace_id=entry.trace_id,
            others=lines[1:],
        )


def _known(found: Waiver | None, waiver_id: str) -> Waiver:
    if found is None:
        raise RejectedError(
            f"there is no waiver '{waiver_id}'",
            effect="nothing was changed",
            fix="quorate waivers list",
            slug="not-found",
        )
    return found
