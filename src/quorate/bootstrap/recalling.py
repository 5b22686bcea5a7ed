"""Recalling: a recorded run as it can be run again, from its rows and from the content they name.

Nothing of today goes in: who spoke, the book and the policy stand in the rows, the bars are those in use then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from sqlalchemy import Connection

from quorate.adapters.sql.journal import chain_rows
from quorate.arena.policy import ArenaPolicy
from quorate.arena.record import (
    Cast,
    Facts,
    RecordedRun,
    RunHeader,
    RunStatus,
    read_book,
    read_cast,
    read_run,
    stream_of,
)
from quorate.arena.service import RunPlan
from quorate.audit.chain import recomputed_hash
from quorate.bootstrap.store import Store
from quorate.bootstrap.viewing import full_run_id
from quorate.kernel.errors import RejectedError
from quorate.kernel.ids import Symbol, TraceId
from quorate.kernel.journal import JournalEntry
from quorate.market.series import Series
from quorate.market.snapshot import Snapshot, freeze_snapshot
from quorate.portfolio.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledRun:
    """A completed run with all that it depended on, rebuilt and checked against the hashes it recorded."""

    entries: Sequence[JournalEntry]
    run: RecordedRun
    plan: RunPlan
    cast: Cast
    policy: ArenaPolicy


async def recalled(store: Store, run_id: str) -> RecalledRun:
    """Return the run with this id, or the only one whose id begins so, as it can be run again.

    Raises:
        RejectedError: there is none, it did not complete, its rows were changed (slug `check-failed`), or what it
            depended on is not kept here any more.
    """
    entries = await store.journal.entries(stream_of(await full_run_id(store, run_id)))
    await _require_unbroken(store, entries)
    run = read_run(entries)
    if run.status is not RunStatus.COMPLETED:
        raise RejectedError(
            f"{run.run_id} did not complete: it is {run.status}",
            effect="nothing was replayed",
            fix="name a run that completed",
        )
    facts, header = Facts(entries[0].facts), run.header.fact
    cast = read_cast(facts)
    plan = RunPlan(
        header=header,
        trace_id=TraceId(run.trace_id),
        profiles=cast.profiles,
        snapshot=await snapshot_of(store, run, entries),
        book=_book(run, facts),
        seats=cast.seats,
        news=tuple(await store.news.named(header.news.ids)),
    )
    policy = await policy_of(store, header)
    return RecalledRun(entries=entries, run=run, plan=plan, cast=cast, policy=policy)


async def policy_of(store: Store, header: RunHeader) -> ArenaPolicy:
    """Return the policy that a run decides by: its configuration's, with its own thresholds.

    Raises:
        RejectedError: its configuration is not on record.
    """
    if header.config_hash == store.settings.config_hash:
        return store.settings.arena.with_thresholds(header.thresholds)
    for entry in await store.journal.entries("config"):
        facts = Facts(entry.facts)
        if facts.tree.get("configHash") == header.config_hash:
            _require_whole(entry)
            settings = facts.part("settings") or Facts({})
            arena = settings.part("arena") or Facts({})
            values = {name: str(value) for name, value in arena.tree.items()}
            return ArenaPolicy().with_thresholds({**values, **header.thresholds})
    raise _refusal(
        f"the configuration {header.config_hash[:12]} of the run is not on record",
        "quorate audit verify --projections",
    )


def _book(run: RecordedRun, facts: Facts) -> Book:
    header, book = run.header.fact, read_book(facts)
    if book is None or book.state_hash != header.book_state_hash:
        raise _refusal(
            f"what the book {header.book} held then is not on record", "name a newer run"
        )
    return book


async def snapshot_of(store: Store, run: RecordedRun, entries: Sequence[JournalEntry]) -> Snapshot:
    """Return the snapshot of the bars that were in use when the run was requested, frozen anew.

    Raises:
        RejectedError: the bars kept here do not give the snapshot that the run recorded.
    """
    header = run.header.fact
    then = entries[0].seq
    digests = {symbol: await _digest_at(store, symbol, then) for symbol in header.symbols}
    kept = await store.market.kept({symbol: one for symbol, one in digests.items() if one})
    bars: Mapping[Symbol, Series | None] = {symbol: kept.get(symbol) for symbol in header.symbols}
    snapshot = freeze_snapshot(bars, header.requested_as_of)
    if snapshot.hash != run.snapshot_hash:
        raise _refusal(
            f"the bars kept here do not give the snapshot of {run.run_id}",
            "quorate audit verify --projections",
        )
    return snapshot


async def _digest_at(store: Store, symbol: Symbol, seq: int) -> str:
    """Return the digest of the bars of `symbol` that were in use at a row, empty where there were none."""
    imports = await store.journal.entries(f"series:{symbol}")
    earlier = [entry for entry in imports if entry.seq < seq and entry.type == "series.imported"]
    if not earlier:
        return ""
    _require_whole(earlier[-1])
    return Facts(earlier[-1].facts).text("digest")


async def _require_unbroken(store: Store, entries: Sequence[JournalEntry]) -> None:
    """Refuse a run whose rows, or those between them and the one behind, do not follow from each other.

    The whole chain, and what signed checkpoints say of it, is `quorate audit verify`'s to prove.
    """
    read = partial(_links, store, entries[0].seq, entries[-1].seq + 1)
    if not await store.database.read(read):
        raise _tampered()


def _links(store: Store, first: int, last: int, connection: Connection) -> bool:
    rows = list(chain_rows(connection, store.tenant, first=first, last=last))
    return _is_whole(rows[0]) and all(map(_follows, pairwise(rows)))


def _follows(two: tuple[JournalEntry, JournalEntry]) -> bool:
    before, after = two
    return after.seq == before.seq + 1 and recomputed_hash(after, before.hash) == after.hash


def _require_whole(entry: JournalEntry) -> None:
    if not _is_whole(entry):
        raise _tampered()


def _is_whole(entry: JournalEntry) -> bool:
    return recomputed_hash(entry, entry.prev_hash) == entry.hash


def _tampered() -> RejectedError:
    return _refusal(
        "the run's rows are not what was written: a row does not follow from the one before",
        "quorate audit verify",
    )


def _refusal(cause: str, fix: str) -> RejectedError:
    return RejectedError(cause, effect="nothing was replayed", fix=fix, slug="check-failed")
