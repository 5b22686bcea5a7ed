"""Auditing: verify the journal against itself and its checkpoints, and write exports that verify alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from quorate.adapters.keys.ed25519 import signature_check
from quorate.adapters.keys.notary import notes_in
from quorate.adapters.sql.journal import (
    KeyRegistration,
    chain_rows,
    checkpoint_notes,
    head_of,
    key_registrations,
    last_note,
    public_keys,
)
from quorate.adapters.sql.refold import projection_problems
from quorate.arena.record import RecordedRun
from quorate.audit.checkpoint import parsed_note
from quorate.audit.verification import Verification, verify_chain
from quorate.bootstrap.store import Store
from quorate.bootstrap.verdict_watch import VerdictWatch
from quorate.kernel.errors import InvariantBrokenError, RejectedError
from quorate.kernel.journal import JournalEntry

RUN_EXPORT: Final = "quorate-run-export/1"
JOURNAL_EXPORT: Final = "quorate-journal-export/1"

LONGEST_SIZE: Final = 18
"""Digits; every size of so many fits the journal's 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What an export wrote: journal rows, and the largest size that a checkpoint in it vouches for."""

    rows: int
    checkpoint: int | None


async def verify(store: Store, *, projections: bool, against: Path | None) -> Verification:
    """Return what is wrong with the journal, by its rows, its checkpoints and their second copy.

    With `projections` the state tables are folded again and compared; `against` adds notes that were kept elsewhere.

    Raises:
        RejectedError: there is no file `against`, or no checkpoint note in it.
    """
    return await store.database.read(
        partial(_verified, store=store, projections=projections, against=against)
    )


async def export_run(store: Store, run: RecordedRun, path: Path) -> ExportSummary:
    """Write the run with the unbroken rows from its first to a checkpoint after its last.

    Raises:
        RejectedError: something stands at `path` already; nothing was written.
    """
    rows, tree = await _bundled(store, run)
    _write_new(path, [json.dumps(tree, ensure_ascii=False, indent=1)])
    return ExportSummary(rows=len(rows), checkpoint=rows[-1].seq)


async def run_bundle(store: Store, run: RecordedRun) -> dict[str, object]:
    """Return what `export_run` writes."""
    _, tree = await _bundled(store, run)
    return tree


async def _bundled(
    store: Store, run: RecordedRun
) -> tuple[Sequence[JournalEntry], dict[str, object]]:
    entries = await store.journal.entries(f"run:{run.run_id}")
    task = await store.journal.entries(f"task:{run.header.fact.task_id}")
    seqs = [entry.seq for entry in (*entries, *task)]
    await _sign(store, max(seqs))

    def read(connection: Connection) -> tuple[list[JournalEntry], str]:
        note = _first_note_from(checkpoint_notes(connection, store.tenant), max(seqs))
        last = parsed_note(note).checkpoint.size
        return list(chain_rows(connection, store.tenant, first=min(seqs), last=last)), note

    rows, note = await store.database.read(read)
    tree: dict[str, object] = {
        "format": RUN_EXPORT,
        "tenant": store.tenant,
        "run": run.as_json(),
        "prevHash": rows[0].prev_hash,
        "rows": [_row(entry) for entry in rows],
        "checkpoint": note,
        "publicKeys": await _keys(store),
    }
    return rows, tree


async def export_journal(store: Store, path: Path) -> ExportSummary:
    """Write the whole journal as JSON lines: a head with keys and checkpoints, then a row a line.

    Raises:
        RejectedError: something stands at `path` already; nothing was written.
    """
    head = await store.database.read(partial(head_of, tenant=store.tenant))
    if head:
        await _sign(store, head)
    keys = await _keys(store)

    def write(connection: Connection) -> Sequence[str]:
        notes = checkpoint_notes(connection, store.tenant)
        about = {
            "format": JOURNAL_EXPORT,
            "tenant": store.tenant,
            "publicKeys": keys,
            "checkpoints": list(notes),
        }
        rows = (_row(entry) for entry in chain_rows(connection, store.tenant, last=head))
        _write_new(path, (_line(tree) for tree in (about, *rows)))
        return notes

    notes = await store.database.read(write)
    sizes = [parsed_note(note).checkpoint.size for note in notes]
    return ExportSummary(rows=head, checkpoint=max(sizes, default=None))


def _verified(
    connection: Connection, *, store: Store, projections: bool, against: Path | None
) -> Verification:
    tenant = store.tenant
    copies = notes_in(store.notary.copies_of(tenant))
    elsewhere = _notes_kept(against) if against else ()
    notes = tuple(dict.fromkeys((*checkpoint_notes(connection, tenant), *copies, *elsewhere)))
    own = {store.notary.key_id(tenant): store.notary.public_key}
    trusted = trusted_keys(own, key_registrations(connection, tenant), notes)
    is_signed = partial(signature_check, trusted)
    verdicts = VerdictWatch(is_signed)
    found = verdicts.told(
        verify_chain(verdicts.passed(chain_rows(connection, tenant)), notes, is_signed)
    )
    if not projections or found.first_bad is not None:
        return found
    problems = projection_problems(connection, tenant, chain_rows(connection, tenant))
    together = (*found.problems, *problems)
    return replace(found, ok=not together, problems=together)


def trusted_keys(
    own: Mapping[str, bytes], registrations: Iterable[KeyRegistration], notes: Iterable[str]
) -> Mapping[str, bytes]:
    """Return this home's own key and every key whose registration a trusted key has signed over.

    A key that only the database knows vouches for nothing: whoever can change the database could have put it there.
    The notes are read only where a key is not known anyway; a chain of a million rows has ten thousand of them.
    """
    trusted = dict(own)
    waiting = [key for key in sorted(registrations) if key.key_id not in trusted]
    if not waiting:
        return trusted
    by_size = sorted(notes, key=_stated_size, reverse=True)
    while True:
        vouched = next(_signed_sizes(by_size, trusted), 0)
        known = [key for key in waiting if key.seq <= vouched and key.key_id not in trusted]
        if not known:
            return trusted
        trusted |= {key.key_id: key.public_key for key in known}


def _stated_size(note: str) -> int:
    """Return the size that a note says in its second line, 0 where it says none; a note that is none is left later."""
    size = note.split("\n", 2)[1:2]
    return int(size[0]) if size and size[0].isdecimal() and len(size[0]) <= LONGEST_SIZE else 0


def _signed_sizes(notes: Iterable[str], keys: Mapping[str, bytes]) -> Iterator[int]:
    for text in notes:
        try:
            note = parsed_note(text)
        except InvariantBrokenError:
            continue
        if signature_check(keys, note.key_id, note.checkpoint.text().encode(), note.signature):
            yield note.checkpoint.size


def _notes_kept(path: Path) -> Sequence[str]:
    if not path.is_file():
        raise RejectedError(
            f"there is no file {path}",
            effect="nothing was verified",
            fix="name a file of checkpoint notes, as under checkpoints/ in the home",
            slug="not-found",
        )
    notes = notes_in(path)
    if not any(map(_stated_size, notes)):
        raise RejectedError(
            f"{path} holds no checkpoint note",
            effect="nothing was verified",
            fix="name a file of checkpoint notes, as under checkpoints/ in the home",
        )
    return notes


async def _sign(store: Store, needed: int) -> None:
    """Sign the chain's head unless a checkpoint covers row `needed` already."""
    note = await store.database.read(partial(last_note, tenant=store.tenant))
    if note is None or parsed_note(note).checkpoint.size < needed:
        await asyncio.to_thread(store.writer.sign, store.tenant)


def _first_note_from(notes: Iterable[str], seq: int) -> str:
    for note in notes:
        if parsed_note(note).checkpoint.size >= seq:
            return note
    raise RejectedError(
        "no checkpoint covers the run yet",
        effect="nothing was written",
        fix="try again in a minute, or see `quorate audit verify`",
    )


async def _keys(store: Store) -> dict[str, str]:
    known = await store.database.read(partial(public_keys, tenant=store.tenant))
    return {key_id: public.hex() for key_id, public in known.items()}


def _row(entry: JournalEntry) -> dict[str, str | int]:
    return {
        "seq": entry.seq,
        "ts": entry.ts,
        "tenant": entry.tenant,
        "book": entry.book,
        "traceId": entry.trace_id,
        "stream": entry.stream,
        "type": entry.type,
        "payload": entry.payload,
        "prevHash": entry.prev_hash,
        "hash": entry.hash,
    }


def _line(tree: object) -> str:
    return json.dumps(tree, ensure_ascii=False) + "\n"


def _write_new(path: Path, lines: Iterable[str]) -> None:
    """Write a file that was not there before; nothing is left of one that could not be finished."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(lines)
    except FileExistsError:
        raise RejectedError(
            f"{path} exists already",
            effect="nothing was written",
            fix="name another file, or remove that one",
            slug="conflict",
        ) from None
    except OSError as error:
        path.unlink(missing_ok=True)
        raise RejectedError(
            f"{path} cannot be written ({error.strerror})",
            effect="nothing was exported",
            fix="name a file in a folder that exists and has room",
        ) from error
